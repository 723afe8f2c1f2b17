"""The listing of a folder at one moment, in a form that can be stored and compared."""

import base64
import binascii
import json
import os
import stat
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias


class FileState(NamedTuple):
    """What the file system tells of a file; times in nanoseconds since 1970, the size in bytes."""

    device: int
    inode: int
    size: int
    mode: int
    owner: int
    group: int
    modified: int
    accessed: int
    touched: int  # when anything of this last changed (ctime); it makes two equal states of different times differ


Snapshot: TypeAlias = Mapping[str, FileState]  # path below the folder -> state


def taken(folder: Path, *, with_sub_folders: bool) -> dict[str, FileState]:
    """The regular files of a folder now; links are not followed. Raises OSError when a folder cannot be read."""
    return {os.path.relpath(entry.path, folder): _state(found) for entry, found in _files(folder, with_sub_folders)}


def as_text(snapshot: Snapshot) -> str:
    """A snapshot as short text."""
    data = json.dumps(snapshot, separators=(",", ":"), ensure_ascii=True).encode()
    return base64.b64encode(zlib.compress(data)).decode()


def from_text(text: str) -> dict[str, FileState]:
    """The snapshot that `as_text` wrote. Raises ValueError for any other text."""
    try:
        found = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
        return {path: FileState(*state) for path, state in found.items()}
    except (binascii.Error, zlib.error, TypeError, AttributeError) as error:
        raise ValueError(f"this is no listing of a folder: {error}") from None


def _files(folder: Path, with_sub_folders: bool) -> Iterator[tuple[os.DirEntry[str], os.stat_result]]:
    waiting = [str(folder)]
    while waiting:
        current = waiting.pop()
        try:
            entries = list(os.scandir(current))
        except FileNotFoundError:
            if current == str(folder):
                raise
            continue  # removed since it was listed
        for entry in entries:
            try:
                found = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(found.st_mode):
                yield entry, found
            elif with_sub_folders and stat.S_ISDIR(found.st_mode):
                waiting.append(entry.path)


def _state(found: os.stat_result) -> FileState:
    return FileState(
        found.st_dev,
        found.st_ino,
        found.st_size,
        stat.S_IMODE(found.st_mode),
        found.st_uid,
        found.st_gid,
        found.st_mtime_ns,
        found.st_atime_ns,
        found.st_ctime_ns,
    )
