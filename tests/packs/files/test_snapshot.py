"""Listings of folders."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrion.packs.files.snapshot import FileState, as_text, from_text, taken

states = st.builds(FileState, *[st.integers(0, 2**63)] * 9)


def test_files_are_listed_by_their_path(tmp_path: Path) -> None:
    """Sub-folders only when asked for; links and folders are no files."""
    (tmp_path / "sub" / "deep").mkdir(parents=True)
    for name in ("a", "sub/b", "sub/deep/c"):
        (tmp_path / name).write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert set(taken(tmp_path, with_sub_folders=False)) == {"a"}
    assert set(taken(tmp_path, with_sub_folders=True)) == {"a", "sub/b", "sub/deep/c"}


def test_a_missing_folder_is_no_empty_one(tmp_path: Path) -> None:
    """Otherwise all its files would seem deleted."""
    with pytest.raises(FileNotFoundError):
        taken(tmp_path / "none", with_sub_folders=True)


@given(st.dictionaries(st.text(), states))
def test_a_listing_is_stored_as_text(snapshot: dict[str, FileState]) -> None:
    """What was stored is read back, names that are no proper text included."""
    assert from_text(as_text(snapshot)) == snapshot


@given(st.text())
def test_other_texts_are_refused(text: str) -> None:
    """Any text that is no listing raises ValueError."""
    with pytest.raises(ValueError):
        from_text(text)
