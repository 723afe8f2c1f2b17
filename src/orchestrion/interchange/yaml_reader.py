"""Reading YAML that nobody has checked: plain data with the place of every value, and none of YAML's dangers.

Refused, with line and column: duplicate keys, aliases (a few lines of them can stand for gigabytes), tags, several
documents, deep nesting, and texts beyond a size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StringMark, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from orchestrion.interchange.scalars import resolve
from orchestrion.model.errors import DocumentError
from orchestrion.model.values import Json

MAX_CHARACTERS = 1_000_000  # a runbook of a thousand activities has a third of it
MAX_DEPTH = 40  # deeper than any document that could be read as a runbook
_TEXT_TAG = "tag:yaml.org,2002:str"


@dataclass(slots=True)
class Located:
    """Data with where its parts stand: `lines` maps a place, e.g. `links[0].to`, to line and column, both from 1."""

    value: Json = None
    lines: dict[str, tuple[int, int]] = field(default_factory=dict)


def read_yaml(text: str) -> Located:
    """The data of a YAML text. Raises DocumentError whose place is `line:column`, or empty for the whole text."""
    if len(text) > MAX_CHARACTERS:
        raise DocumentError("", f"the text has more than {MAX_CHARACTERS:,} characters")
    try:
        return _Reader(YAML(typ="safe", pure=True).parse(text.removeprefix("\ufeff"))).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise DocumentError(_line_column(mark), _reason(error)) from error
    except YAMLError as error:
        raise DocumentError("", str(error).splitlines()[0]) from error
    except AssertionError as error:  # how the library says that it does not know the version in a %YAML line
        raise DocumentError("", f"this is no YAML 1.1 or 1.2: {error}") from error


class _Reader:
    """Builds data from parsing events; `lines` is filled on the way."""

    def __init__(self, events: Iterator[Event]) -> None:
        self._events = events
        self._lines: dict[str, tuple[int, int]] = {}

    def document(self) -> Located:
        self._expect(StreamStartEvent)
        if isinstance(event := next(self._events), StreamEndEvent):
            raise DocumentError("", "the text is empty")
        if isinstance(event, DocumentStartEvent):
            value = self._value("", next(self._events), 0)
            self._expect(DocumentEndEvent)
        else:
            _refuse(event, "expected a document")
        if not isinstance(event := next(self._events), StreamEndEvent):
            _refuse(event, "there is more than one document; write one runbook per file")
        return Located(value, self._lines)

    def _value(self, place: str, event: Event, depth: int) -> Json:
        self._lines.setdefault(place, _position(event))
        _refuse_dangers(event, depth)
        if isinstance(event, ScalarEvent):
            return _scalar(event)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(place, depth + 1)
        return self._mapping(place, depth + 1)

    def _sequence(self, place: str, depth: int) -> Json:
        items: list[Json] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            items.append(self._value(f"{place}[{len(items)}]", event, depth))
        return items

    def _mapping(self, place: str, depth: int) -> Json:
        found: dict[str, Json] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = _key(event)
            if key in found:
                _refuse(event, f"the key '{key}' stands here twice")
            inner = f"{place}.{key}" if place else key
            self._lines[inner] = _position(event)
            found[key] = self._value(inner, next(self._events), depth)
        return found

    def _expect(self, kind: type[Event]) -> None:
        if not isinstance(event := next(self._events), kind):
            _refuse(event, f"expected {kind.__name__.removesuffix('Event')}")


def _refuse_dangers(event: Event, depth: int) -> None:
    if depth > MAX_DEPTH:
        _refuse(event, f"nested deeper than {MAX_DEPTH}")
    if isinstance(event, AliasEvent):
        _refuse(event, f"aliases (*{event.anchor}) are not allowed; write the value out")
    if isinstance(event, NodeEvent) and event.anchor is not None:
        _refuse(event, f"anchors (&{event.anchor}) are not allowed")
    tag = event.tag if isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent) else None
    if tag is not None and not (tag == _TEXT_TAG and isinstance(event, ScalarEvent)):
        _refuse(event, f"tags ({tag}) are not allowed")


def _scalar(event: ScalarEvent) -> Json:
    if event.style is not None or event.tag == _TEXT_TAG:
        return str(event.value)
    try:
        return resolve(event.value)
    except ValueError as error:
        _refuse(event, str(error))


def _key(event: Event) -> str:
    _refuse_dangers(event, 0)
    if not isinstance(event, ScalarEvent):
        _refuse(event, "a key must be a text")
    if event.value == "<<" and event.style is None:
        _refuse(event, "merging mappings (<<) is not allowed; write the values out")
    return str(event.value)


def _refuse(event: Event, message: str) -> NoReturn:
    raise DocumentError(_line_column(event.start_mark), message)


def _position(event: Event) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _line_column(mark: StringMark | None) -> str:
    return f"{mark.line + 1}:{mark.column + 1}" if mark else ""


def _reason(error: MarkedYAMLError) -> str:
    return ", ".join(part for part in (error.context, error.problem) if part) or "cannot be read"
