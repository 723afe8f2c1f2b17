"""Writing data as YAML that people read and compare: block style, short rows on one line, long texts as blocks.

Written by hand, because every choice of quotes and line breaks is part of the format: a library's next release must not
change a line of anybody's files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from orchestrion.interchange.scalars import is_plain_text, number_text
from orchestrion.model.values import Json

SHORT = 100  # characters that a row of a table, or a list of words, may take on one line
_STEP = 2  # spaces per level
_LONGEST_KEY = 500  # characters; YAML finds the colon of a plain key only within 1024
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`=. ")
_MEANS_MORE = re.compile(r": |:$| #| $")  # inside plain text; in a row on one line, also the signs of the next pattern
_MEANS_MORE_IN_FLOW = re.compile(r"[,:?\[\]{}]")
_ESCAPES = {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def write_yaml(value: Json) -> str:
    """The text of a value; reading it gives an equal value, and equal values in equal order give equal texts."""
    lines = _block(value, 0) if _is_filled(value) else iter((_inline(value),))
    return "".join(f"{line}\n" for line in lines)


def _block(value: Mapping[str, Json] | Sequence[Json], indent: int) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _keyed(key, item, indent)
    else:
        for item in value:
            yield from _listed(item, indent)


def _keyed(key: str, item: Json, indent: int) -> Iterator[str]:
    pad, name = " " * indent, _text(key)
    if len(name) > _LONGEST_KEY:
        yield f"{pad}? {name}"
        name = ""
    if _is_filled(item) and not _is_word_list(item):
        yield f"{pad}{name}:"
        yield from _block(item, indent + _STEP)
    else:
        yield from _on_line(f"{pad}{name}: ", item, indent)


def _listed(item: Json, indent: int) -> Iterator[str]:
    start = " " * indent + "- "
    if _is_filled(item) and not _is_short(item):
        first, *others = _block(item, indent + _STEP)
        yield start + first[len(start) :]
        yield from others
    else:
        yield from _on_line(start, item, indent)


def _on_line(start: str, item: Json, indent: int) -> Iterator[str]:
    """What fits behind `start`, or a text of several lines that begins there."""
    if isinstance(item, str) and _is_block_text(item):
        header, lines = _literal(item)
        yield start + header
        pad = " " * (indent + _STEP)
        yield from (pad + line if line else "" for line in lines)
    else:
        yield start + _inline(item)


def _literal(text: str) -> tuple[str, list[str]]:
    """The header of a literal block and its lines without indentation."""
    body = text.rstrip("\n")
    endings = len(text) - len(body)
    lines = body.split("\n")
    # Told outright where it cannot be seen from the first line.
    indentation = str(_STEP) if text[0] in " \t\n" else ""
    keep = {0: "-", 1: ""}.get(endings, "+")
    return f"|{indentation}{keep}", lines + [""] * (endings - 1)


def _inline(value: Json) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(key, in_flow=True)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Sequence):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _word(value)


def _flow(value: Json) -> str:
    return _text(value, in_flow=True) if isinstance(value, str) else _inline(value)


def _word(value: float | bool | None) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else number_text(value)


def _text(text: str, *, in_flow: bool = False) -> str:
    """A text in one line: unquoted where that is safe, else in single quotes, and with escapes where it must be."""
    if not text.isprintable():
        return '"' + "".join(_escaped(character) for character in text) + '"'
    if _is_plain(text) and not (in_flow and _MEANS_MORE_IN_FLOW.search(text)):
        return text
    return "'" + text.replace("'", "''") + "'"


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    return f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08x}"  # noqa: PLR2004 - four digits


def _is_plain(text: str) -> bool:
    return is_plain_text(text) and text[0] not in _INDICATORS and not _MEANS_MORE.search(text)


def _is_block_text(text: str) -> bool:
    """Whether a text of several lines can be shown as such: nothing in it that cannot be seen but tabs."""
    return "\n" in text and text.strip() != "" and text.replace("\n", "").replace("\t", "").isprintable()


def _is_filled(value: Json) -> TypeGuard[Mapping[str, Json] | Sequence[Json]]:
    return isinstance(value, Mapping | Sequence) and not isinstance(value, str) and len(value) > 0


def _is_word_list(value: Json) -> bool:
    """Whether a value is a short list of words or numbers, which stands on one line."""
    return isinstance(value, Sequence) and not any(_is_filled(item) for item in value) and _is_short(value)


def _is_short(value: Json) -> bool:
    return _width(value) <= SHORT


def _width(value: Json) -> int:
    """About how many characters a value takes on one line; more than SHORT for a text of several lines."""
    if isinstance(value, str):
        return SHORT + 1 if "\n" in value else len(value) + 2
    if isinstance(value, Mapping):
        return 2 + sum(len(key) + 4 + _width(item) for key, item in value.items())
    if isinstance(value, Sequence):
        return 2 + sum(2 + _width(item) for item in value)
    return len(_word(value))
