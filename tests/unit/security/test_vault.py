"""Secrets at rest."""

from __future__ import annotations

import pytest

from orchestrion.model.errors import UnavailableError
from orchestrion.security.vault import MasterKeyVault, key_id

KEY, OTHER = b"k" * 32, b"o" * 32
VAULT = MasterKeyVault(KEY)


@pytest.mark.parametrize("text", ["", "x", "ü\n\0" * 1000, "orchestrion:1:x:y"])
def test_what_was_sealed_can_be_opened(text: str) -> None:
    """Any text, by any vault with the same key."""
    assert MasterKeyVault(KEY).open(VAULT.seal(text)) == text


def test_a_seal_shows_nothing() -> None:
    """Neither the text nor whether two texts are equal; only which master key it was."""
    first, second = VAULT.seal("canary"), VAULT.seal("canary")
    assert first != second
    assert "canary" not in first
    assert first.split(":")[:3] == ["orchestrion", "1", key_id(KEY)]


def test_another_key_says_so() -> None:
    """The message names both keys by their ids and the way out."""
    with pytest.raises(UnavailableError, match=f"'{key_id(KEY)}'.*'{key_id(OTHER)}'.*--key-file"):
        MasterKeyVault(OTHER).open(VAULT.seal("x"))


def test_a_key_is_not_told_by_its_id() -> None:
    """The id is a short hash."""
    assert len(key_id(KEY)) == 12
    assert key_id(KEY) != key_id(OTHER)


@pytest.mark.parametrize("position", range(20, 120, 9))
def test_a_changed_seal_is_not_opened(position: int) -> None:
    """Whatever letter was changed."""
    sealed = VAULT.seal("some text")
    other = "A" if sealed[position] != "A" else "B"
    with pytest.raises(UnavailableError):
        VAULT.open(sealed[:position] + other + sealed[position + 1 :])


@pytest.mark.parametrize("sealed", ["", "x", "orchestrion:2:a:b", f"orchestrion:1:{key_id(KEY)}:", "orchestrion:1:"])
def test_what_is_no_seal_is_not_opened(sealed: str) -> None:
    """An open text in the place of a sealed one is an error, not a secret."""
    with pytest.raises(UnavailableError):
        VAULT.open(sealed)


def test_a_short_key_is_no_key() -> None:
    """AES-256 or nothing."""
    with pytest.raises(ValueError, match="32 bytes"):
        MasterKeyVault(b"short")
