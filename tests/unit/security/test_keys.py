"""Where the master key comes from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestrion.model.errors import UnavailableError
from orchestrion.security.keys import FILE_NAME, VARIABLE, create_master_key, encoded, find_master_key, read_key_file


def test_a_new_key_is_for_its_owners_eyes(tmp_path: Path) -> None:
    """Whatever the umask says, and the key can be read back."""
    path, before = tmp_path / FILE_NAME, os.umask(0)
    try:
        key = create_master_key(path)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_key_file(path) == key
    assert len(key) == 32


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    """What it sealed would be lost."""
    key = create_master_key(tmp_path / FILE_NAME)
    with pytest.raises(FileExistsError):
        create_master_key(tmp_path / FILE_NAME)
    assert read_key_file(tmp_path / FILE_NAME) == key


def test_the_variable_comes_first_then_the_named_file(tmp_path: Path) -> None:
    """The data folder's own file comes last; without any there is no key."""
    assert find_master_key({}, None, tmp_path) is None
    own, named = create_master_key(tmp_path / FILE_NAME), create_master_key(tmp_path / "named")
    given = os.urandom(32)
    assert find_master_key({}, None, tmp_path) == own
    assert find_master_key({}, tmp_path / "named", tmp_path) == named
    assert find_master_key({VARIABLE: encoded(given)}, tmp_path / "named", tmp_path) == given


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    """With the command that mends it."""
    create_master_key(tmp_path / FILE_NAME)
    (tmp_path / FILE_NAME).chmod(0o640)
    with pytest.raises(UnavailableError, match="chmod 600"):
        find_master_key({}, None, tmp_path)


def test_a_credential_of_the_service_manager_is_taken_as_it_is(tmp_path: Path) -> None:
    """There, systemd names its reader in an access list, which looks like a right of the group."""
    given, other = tmp_path / "given", tmp_path / "other"
    for folder in (given, other):
        folder.mkdir()
        create_master_key(folder / "key")
        (folder / "key").chmod(0o440)
    environment = {"CREDENTIALS_DIRECTORY": str(given)}
    assert find_master_key(environment, given / "key", tmp_path) == read_key_file(given / "key", is_guarded=True)
    with pytest.raises(UnavailableError, match="chmod 600"):
        find_master_key(environment, other / "key", tmp_path)


@pytest.mark.parametrize("text", ["", "short", "!" * 44, "k" * 44 + "=="])
def test_what_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    """The message says where it stands, and not what it is."""
    (tmp_path / FILE_NAME).write_text(text)
    (tmp_path / FILE_NAME).chmod(0o600)
    with pytest.raises(UnavailableError, match=r"no master key in .*master\.key"):
        find_master_key({}, None, tmp_path)


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    """A missing key is never replaced by a new one silently."""
    with pytest.raises(UnavailableError, match="cannot be read"):
        find_master_key({}, tmp_path / "gone", tmp_path)
