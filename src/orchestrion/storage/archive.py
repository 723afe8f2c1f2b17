"""Archive files: runs as JSON lines, durable before they are deleted from the database (ports.Archive)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import anyio

from orchestrion.ports.clock import Clock
from orchestrion.ports.maintenance import ArchiveError

_OWNER_ONLY = 0o600


class FileArchive:
    """One file for each day in UTC, readable by its owner alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def add(self, folder: str, lines: Sequence[bytes]) -> None:
        """See ports.Archive. A line that was begun when the power failed is ended first, so that it spoils no other."""
        path = Path(folder) / f"runs-{self._clock.now():%Y-%m-%d}.jsonl"
        try:
            await anyio.to_thread.run_sync(_append, path, b"".join(line + b"\n" for line in lines))
        except OSError as error:
            raise ArchiveError(f"The archive {path} cannot be written: {error.strerror}.") from error


def _append(path: Path, data: bytes) -> None:
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, _OWNER_ONLY)
    with os.fdopen(descriptor, "ab") as file:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            file.write(b"\n")
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    if is_new:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """The new name itself must be durable as well."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
