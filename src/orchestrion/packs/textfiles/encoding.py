"""Text encodings of files: named by the author or found out, and always strict."""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import charset_normalizer

from orchestrion.sdk import ActivityFailed

EncodingChoice: TypeAlias = Literal[
    "auto",
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "ascii",
    "cp1252",
    "latin-1",
    "other",
]
ENCODING_HELP = "auto looks for a byte order mark, then for UTF-8, then guesses. A wrong encoding fails the activity."
OTHER_HELP = "The name of any encoding that Python knows, for instance cp850 or shift_jis."

_GUESS_BYTES = 1_000_000  # what a guess looks at; more makes it slow and no better
_READ_BYTES = 1 << 16
_MARKS: Sequence[tuple[bytes, str]] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the mark of UTF-16, hence before it
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file is read, how text is added to it, and what an empty file begins with."""

    name: str
    reading: str
    adding: str
    mark: bytes = b""


def encoding_of(path: Path, choice: str, other: str = "") -> Encoding:
    """The encoding of the file under `path`, which need not exist. Raises ActivityFailed for a name nobody knows."""
    head = _head(path)
    name = _found_out(path, head) if choice == "auto" else _known(other if choice == "other" else choice)
    match name:
        case "utf-8-sig":
            return Encoding(name, name, "utf-8", codecs.BOM_UTF8)
        case "utf-16":
            order = "be" if head.startswith(codecs.BOM_UTF16_BE) else "le"
            return Encoding(name, name, f"utf-16-{order}", codecs.BOM_UTF16_LE)
        case "utf-32":
            order = "be" if head.startswith(codecs.BOM_UTF32_BE) else "le"
            return Encoding(name, name, f"utf-32-{order}", codecs.BOM_UTF32_LE)
        case "utf-8":
            return Encoding(name, "utf-8-sig", name)  # a mark that is there all the same is no part of the first line
        case _:
            return Encoding(name, name, name)


def wrong_encoding(path: Path, encoding: Encoding) -> ActivityFailed:
    """The failure of a file that holds bytes which are no text in `encoding`."""
    return ActivityFailed(f"The file '{path}' is not encoded as {encoding.name}. Choose its real encoding, or auto.")


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4)
    except FileNotFoundError:
        return b""


def _known(name: str) -> str:
    try:
        "".encode(name)  # refuses the codecs that turn no text into bytes
        return codecs.lookup(name).name
    except LookupError:
        raise ActivityFailed(f"There is no encoding '{name}'.") from None


def _found_out(path: Path, head: bytes) -> str:
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if marked or not head or _is_utf8(path):
        return marked or "utf-8"
    with path.open("rb") as file:
        best = charset_normalizer.from_bytes(file.read(_GUESS_BYTES)).best()
    if best is None:
        raise ActivityFailed(f"The encoding of the file '{path}' cannot be found out. Choose it.")
    return _known(best.encoding)


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_READ_BYTES):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
