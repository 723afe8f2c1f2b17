"""Following a log file that grows and is rotated: complete lines, each with where it ends."""

import hashlib
import os
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread
from pydantic import BaseModel

from orchestrion.sdk import ActivityFailed

_POLL_SECONDS = 0.25  # one look at a directory entry; short beside the time it takes a person to notice
_READ_BYTES = 1 << 20
_COMPRESSED = frozenset({".gz", ".bz2", ".xz", ".zst"})
_HEAD_BYTES = 512  # what tells a file from another one that got its number


class Position(BaseModel, frozen=True):
    """Where in which file to read on; `head` is a digest of how the file begins, as far as it was read."""

    device: int = 0
    inode: int = 0
    offset: int = 0
    head: str = ""


@dataclass(frozen=True, slots=True)
class FileLine:
    """One complete line, the key that no other line has, and the position behind it."""

    text: str
    key: str
    after: Position


def end_of(path: Path) -> Position:
    """The position behind all that the file holds; a file that does not exist begins later.

    Raises ActivityFailed when the file cannot be read, or its folder does not exist.
    """
    try:
        found = path.stat()
        return Position(device=found.st_dev, inode=found.st_ino, offset=found.st_size, head=_head(path, found.st_size))
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise ActivityFailed(f"The folder '{path.parent}' of the log file does not exist.") from None
        return Position()
    except OSError as error:
        raise ActivityFailed(f"The log file '{path}' cannot be read: {error.strerror}.") from None


async def follow(path: Path, start: Position) -> AsyncGenerator[FileLine]:
    """Lines behind `start`, through every rotation, and then as they are written; never ends by itself."""
    position = start
    for older in await anyio.to_thread.run_sync(_rotated, path, start):
        async with aclosing(_rest(older, position)) as lines:
            async for line in lines:
                yield line
        position = Position()
    while True:
        async with aclosing(_while_current(path, position)) as lines:
            async for line in lines:
                yield line
        position = Position()


async def _while_current(path: Path, start: Position) -> AsyncGenerator[FileLine]:
    """Lines of the file that has the name now, until another one has it: then its rest, as its writer was late.

    While no file has the name there are none, after a while.
    """
    try:
        reader = await anyio.to_thread.run_sync(_Reader, path, start)
    except FileNotFoundError:
        await anyio.sleep(_POLL_SECONDS)
        return
    try:
        while True:
            is_current = await anyio.to_thread.run_sync(reader.is_still, path)
            for line in await anyio.to_thread.run_sync(reader.read):
                yield line
            if not is_current:
                break
            if reader.is_at_end:
                await anyio.sleep(_POLL_SECONDS)
    finally:
        reader.close()


async def _rest(path: Path, start: Position) -> AsyncGenerator[FileLine]:
    reader = await anyio.to_thread.run_sync(_Reader, path, start)
    try:
        while lines := await anyio.to_thread.run_sync(reader.read):
            for line in lines:
                yield line
    finally:
        reader.close()


class _Reader:
    """An open log file and how far it was read."""

    def __init__(self, path: Path, start: Position) -> None:
        self._file = path.open("rb")
        found = os.fstat(self._file.fileno())
        self._device, self._inode = found.st_dev, found.st_ino
        self._offset = start.offset if _is_at(path, start) else 0
        self.is_at_end = False

    def is_still(self, path: Path) -> bool:
        """Whether `path` names this file, or none at all; one that was cut is read from its beginning."""
        try:
            found = path.stat()
        except FileNotFoundError:
            return True  # between the two steps of a rotation
        is_same = (found.st_dev, found.st_ino) == (self._device, self._inode)
        if is_same and found.st_size < self._offset:
            self._offset = 0
        return is_same

    def read(self) -> list[FileLine]:
        """The complete lines of the next part; an empty list at the end."""
        self._file.seek(0)
        beginning = self._file.read(_HEAD_BYTES)
        self._file.seek(self._offset)
        data = self._file.read(_READ_BYTES)
        while b"\n" not in data and (more := self._file.read(_READ_BYTES)):
            data += more
        self.is_at_end = len(data) < _READ_BYTES
        return [self._line(line, beginning) for line in data.split(b"\n")[:-1]]

    def close(self) -> None:
        """Lets the file go."""
        self._file.close()

    def _line(self, data: bytes, beginning: bytes) -> FileLine:
        start = self._offset
        self._offset += len(data) + 1
        after = Position(
            device=self._device, inode=self._inode, offset=self._offset, head=_digest(beginning[: self._offset])
        )
        # The digest keeps the lines of a cut file, or of one with the number of a removed one, from looking known.
        return FileLine(data.decode(errors="replace"), f"{self._inode}:{start}:{_digest(data)}", after)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _head(path: Path, offset: int) -> str:
    with path.open("rb") as file:
        return _digest(file.read(min(offset, _HEAD_BYTES)))


def _is_at(path: Path, position: Position) -> bool:
    found = path.stat()
    is_same = (found.st_dev, found.st_ino) == (position.device, position.inode)
    return is_same and found.st_size >= position.offset and _head(path, position.offset) == position.head


def _rotated(path: Path, start: Position) -> list[Path]:
    """The file that `start` is in and those that came after it, when `path` names another one by now."""
    if not start.inode or (path.exists() and _is_at(path, start)):
        return []
    others = (each for each in path.parent.iterdir() if each.name.startswith(path.name) and each != path)
    by_age = sorted((each for each in others if each.is_file()), key=lambda each: each.stat().st_mtime_ns)
    found = next((index for index, each in enumerate(by_age) if _is_at(each, start)), None)
    return [] if found is None else [each for each in by_age[found:] if each.suffix not in _COMPRESSED]
