"""Where commands write, and the forms they write in."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from pydantic_core import to_json

if TYPE_CHECKING:
    import httpx2  # costs every command a moment; only those that call the API need it

MakeClient = Callable[[str], "httpx2.Client"]


@dataclass
class Terminal:
    """The streams of one command, and how it makes its HTTP client (None: the ordinary one)."""

    out: TextIO | None = None
    err: TextIO | None = None
    make_client: MakeClient | None = None

    def say(self, text: str = "") -> None:
        """One line of result, at once: other programs wait for it."""
        print(text, file=self.out or sys.stdout, flush=True)

    def note(self, text: str) -> None:
        """One line that is no result."""
        print(text, file=self.err or sys.stderr, flush=True)

    def complain(self, message: str, lines: Sequence[str] = ()) -> None:
        """An error, with more lines below it."""
        self.note(f"error: {message}")
        for line in lines:
            self.note(f"  {line}")

    def json(self, value: object) -> None:
        """A result for programs."""
        self.say(to_json(value, indent=2).decode())

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Rows below a header, each column as wide as it must be."""
        texts = [[shown(cell) for cell in row] for row in rows]
        widths = [max(len(line[index]) for line in [list(columns), *texts]) for index in range(len(columns))]
        for line in [[column.upper() for column in columns], *texts]:
            self.say("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())

    def fields(self, found: Mapping[str, object]) -> None:
        """Names and values, one a line; what is empty is left out."""
        given = {name: shown(value) for name, value in found.items() if value not in (None, "", [], {})}
        width = max((len(name) for name in given), default=0)
        for name, value in given.items():
            self.say(f"{name + ':':<{width + 1}}  {value}")


def shown(value: object) -> str:
    """A value for people: times to the second, nothing as a dash."""
    match value:
        case None | "":
            return "-"
        case bool():
            return "yes" if value else "no"
        case str() if is_time(value):
            return value[:19].replace("T", " ") + "Z"
        case _:
            return " ".join(str(value).split())


def is_time(text: str) -> bool:
    """Whether a text is a time as the API writes it."""
    return len(text) >= len("2026-01-01T00:00:00Z") and text[4:5] == "-" and text[10:11] == "T" and text.endswith("Z")


_current: ContextVar[Terminal] = ContextVar("terminal")


def terminal() -> Terminal:
    """The terminal of the running command."""
    return _current.get(Terminal())


@contextmanager
def use_terminal(other: Terminal) -> Iterator[None]:
    """Commands within the block write to `other` and make their clients by it."""
    before = _current.set(other)
    try:
        yield
    finally:
        _current.reset(before)
