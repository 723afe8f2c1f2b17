"""What the data folder keeps from others on the same machine."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from orchestrion.bootstrap.data_folder import keep_private, prepare
from orchestrion.model.errors import UnavailableError


def mode(path: Path) -> int:
    """The rights on a file or folder."""
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    """Whatever is put there later, others cannot even list it."""
    folder = tmp_path / "somewhere" / "data"
    prepare(folder)
    assert mode(folder) == 0o700


def test_a_new_database_file_is_its_owners_alone(tmp_path: Path) -> None:
    """It will hold password hashes."""
    keep_private(tmp_path / "orchestrion.db")
    assert mode(tmp_path / "orchestrion.db") == 0o600


def test_a_database_file_that_others_could_read_is_tightened(tmp_path: Path) -> None:
    """Also what SQLite left beside it, and what is in it stays."""
    files = [tmp_path / f"orchestrion.db{suffix}" for suffix in ("", "-wal", "-shm")]
    for file in files:
        file.write_text("kept")
        file.chmod(0o644)
    keep_private(files[0])
    assert [mode(file) for file in files] == [0o600] * 3
    assert [file.read_text() for file in files] == ["kept"] * 3


def test_a_database_file_that_cannot_be_is_told(tmp_path: Path) -> None:
    """A folder that is not there gives an error of ours with the file's name."""
    with pytest.raises(UnavailableError, match=r"nowhere/orchestrion\.db"):
        keep_private(tmp_path / "nowhere" / "orchestrion.db")
