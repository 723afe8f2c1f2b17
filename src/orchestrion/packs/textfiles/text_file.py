"""Reading text files line by line, whatever their size. A line ends with LF, CR LF or CR, and nothing else."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestrion.packs.textfiles.encoding import Encoding, wrong_encoding
from orchestrion.sdk import ActivityFailed


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number from 1, its text, and what ended it (nothing: the file ended)."""

    number: int
    text: str
    ending: str


@dataclass(frozen=True, slots=True)
class Shape:
    """What adding to a text file must know: its lines, how the last one ended, and the line ending in use."""

    lines: int = 0
    is_open: bool = False
    newline: str = os.linesep


def full_path(text: str) -> Path:
    """The path an author gave. Raises ActivityFailed for a relative one: relative to what, nobody could say."""
    path = Path(text)
    if not path.is_absolute():
        raise ActivityFailed(f"'{text}' is not a full path. Write the path from the root.")
    return path


def lines_of(path: Path, encoding: Encoding) -> Iterator[Line]:
    """The lines of a file, first to last. Raises ActivityFailed when it is not in this encoding."""
    with path.open(encoding=encoding.reading, newline="") as file:
        try:
            for number, line in enumerate(file, 1):
                text = line.rstrip("\r\n")
                yield Line(number, text, line[len(text) :])
        except UnicodeError:
            raise wrong_encoding(path, encoding) from None


def shape_of(path: Path, encoding: Encoding) -> Shape:
    """The shape of a file; one that does not exist is empty."""
    newline, last = "", None
    try:
        for line in lines_of(path, encoding):
            newline, last = newline or line.ending, line
    except FileNotFoundError:
        return Shape()
    return Shape() if last is None else Shape(last.number, not last.ending, newline or os.linesep)


@contextmanager
def plain_failures(path: Path) -> Iterator[None]:
    """Turns what the file system refuses into a failure that names the file."""
    try:
        yield
    except FileNotFoundError:
        raise ActivityFailed(f"The file '{path}' does not exist.") from None
    except OSError as error:
        raise ActivityFailed(f"The file '{path}' cannot be used: {error.strerror or error}.") from None
