"""The last stamps of a SQLite file, in a file beside it (ports.StampFile)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path


class SqliteStampFile:
    """One stamp per line."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".stamp")

    def read(self) -> Sequence[str]:
        """See ports.StampFile."""
        try:
            return self._path.read_text(encoding="utf-8").split()
        except FileNotFoundError:
            return ()

    def write(self, stamps: Sequence[str]) -> None:
        """See ports.StampFile."""
        scratch = self._path.with_name(self._path.name + ".new")
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("".join(f"{each}\n" for each in stamps))
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(self._path)
