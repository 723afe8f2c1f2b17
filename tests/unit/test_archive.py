"""The archive is a file of the day that only its owner can read, and that keeps its lines whole."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrion.ports.maintenance import ArchiveError
from orchestrion.storage.archive import FileArchive
from tests.conformance.maintaining import Time

pytestmark = pytest.mark.anyio
ARCHIVE = FileArchive(Time(datetime(2026, 11, 22, 23, 59, tzinfo=UTC)))


async def test_lines_are_added_to_the_file_of_the_day(tmp_path: Path) -> None:
    """By its owner alone."""
    await ARCHIVE.add(str(tmp_path), [b"1", b"2"])
    await ARCHIVE.add(str(tmp_path), [b"3"])
    file = tmp_path / "runs-2026-11-22.jsonl"
    assert file.read_bytes() == b"1\n2\n3\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_line_cut_short_spoils_no_other(tmp_path: Path) -> None:
    """The power may have failed in the middle of one."""
    (tmp_path / "runs-2026-11-22.jsonl").write_bytes(b'1\n{"cut')
    await ARCHIVE.add(str(tmp_path), [b"2"])
    assert (tmp_path / "runs-2026-11-22.jsonl").read_bytes() == b'1\n{"cut\n2\n'


async def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """And no folder is made: it may be a mount that is missing."""
    with pytest.raises(ArchiveError, match="cannot be written: No such file"):
        await ARCHIVE.add(str(tmp_path / "missing"), [b"1"])
