"""Directories with journal files, made by systemd-journal-remote from the journal's export format.

Where no journald runs (in a container), this is the way to a real journal: journalctl reads it with `-D`.
"""

import struct
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest

PROGRAMS = ("/usr/lib/systemd/systemd-journal-remote", "/lib/systemd/systemd-journal-remote")


def find_program() -> str:
    """Where systemd-journal-remote is; distributions keep it out of PATH."""
    for program in PROGRAMS:
        if Path(program).exists():
            return program
    pytest.fail("systemd-journal-remote is not installed: run scripts/install-test-needs")


def export_field(name: str, value: str) -> bytes:
    """One field in the export format; a value with line breaks is written with its length."""
    data = value.encode()
    if b"\n" not in data:
        return name.encode() + b"=" + data + b"\n"
    return name.encode() + b"\n" + struct.pack("<Q", len(data)) + data + b"\n"


@dataclass
class JournalDirectory:
    """A folder with one journal file that grows by `write`."""

    path: Path
    boot_id: str = field(default_factory=lambda: uuid4().hex)
    machine_id: str = field(default_factory=lambda: uuid4().hex)

    def write(self, *messages: str, **fields: str) -> None:
        """Append one entry per message, all with these fields, such as SYSLOG_IDENTIFIER or PRIORITY."""
        entries = b"\n".join(self._export({"MESSAGE": message, **fields}) for message in messages)
        # Compression off: it is decided per field and only makes small files.
        command = [find_program(), "--compress=no", "--output", str(self.path / "system.journal"), "-"]
        done = subprocess.run(command, input=entries + b"\n", capture_output=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"systemd-journal-remote failed: {done.stderr.decode()}")

    def _export(self, fields: Mapping[str, str]) -> bytes:
        defaults = {
            "__REALTIME_TIMESTAMP": str(time.time_ns() // 1000),
            "__MONOTONIC_TIMESTAMP": str(time.monotonic_ns() // 1000),
            "_BOOT_ID": self.boot_id,
            "_MACHINE_ID": self.machine_id,
            "_HOSTNAME": "testhost",
            "_TRANSPORT": "syslog",
            "PRIORITY": "6",
            "SYSLOG_IDENTIFIER": "test",
        }
        return b"".join(export_field(name, value) for name, value in {**defaults, **fields}.items())


@pytest.fixture
def journal_directory(tmp_path: Path) -> JournalDirectory:
    """A folder for journal files; it holds none before the first `write`."""
    folder = tmp_path / "journal"
    folder.mkdir()
    return JournalDirectory(folder)
