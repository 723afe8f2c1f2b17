"""Which value an unquoted YAML word stands for: YAML 1.2's core schema, without the infinite and not-a-number."""

from __future__ import annotations

import re

from orchestrion.model.values import Value

_NAMED: dict[str, Value] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
#: What older YAML readers take for a boolean, a date, a time or a number of their own: written in quotes.
_ELSEWHERE = re.compile(r"y|n|yes|no|on|off|=|<<|[-+]?\.(?:inf|nan)|[-+.]?[0-9][-0-9a-fxob_:.,+tz ]*", re.IGNORECASE)


def resolve(word: str) -> Value:
    """The value of an unquoted word; raises ValueError for a number that is too large."""
    if word in _NAMED:
        return _NAMED[word]
    if _INTEGER.fullmatch(word):
        return int(word)
    if _OTHER_BASE.fullmatch(word):
        return int(word, 0)
    if _FLOAT.fullmatch(word):
        return _finite(word)
    return word


def is_plain_text(text: str) -> bool:
    """Whether the text, unquoted, is read as the same text everywhere."""
    return resolve_or_none(text) == text and not _ELSEWHERE.fullmatch(text)


def resolve_or_none(word: str) -> Value:
    """As `resolve`, and None for a number that is too large."""
    try:
        return resolve(word)
    except ValueError:
        return None


def number_text(number: float) -> str:
    """A number as an unquoted word that every reader takes for the same number."""
    text = repr(number)
    # Older readers want a dot in what they take for a float.
    return text.replace("e", ".0e", 1) if "e" in text and "." not in text else text


def _finite(word: str) -> float:
    number = float(word)
    if abs(number) == float("inf"):
        raise ValueError(f"'{word}' is too large for a number")
    return number
