"""Password hashes."""

from __future__ import annotations

import pytest
from argon2.profiles import CHEAPEST

from orchestrion.security.passwords import Argon2Hasher

CHEAP = Argon2Hasher(CHEAPEST)


def test_a_password_fits_its_own_hash_only() -> None:
    """Two hashes of one password differ, and both fit."""
    first, second = CHEAP.hash("ü secret"), CHEAP.hash("ü secret")
    assert first != second
    assert CHEAP.verify(first, "ü secret")
    assert CHEAP.verify(second, "ü secret")
    assert not CHEAP.verify(first, "u secret")


def test_the_hash_is_argon2id_and_slow() -> None:
    """With 64 MiB of memory, as RFC 9106 recommends where memory is scarce."""
    assert Argon2Hasher().hash("secret").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_cheap_hash_is_outdated() -> None:
    """Whoever signs in with it gets a better one."""
    assert Argon2Hasher().is_outdated(CHEAP.hash("secret"))
    assert not CHEAP.is_outdated(CHEAP.hash("secret"))


@pytest.mark.parametrize("stored", ["", "plain", "$argon2id$v=19$broken"])
def test_what_is_no_hash_fits_nothing(stored: str) -> None:
    """A damaged row lets nobody in."""
    assert not CHEAP.verify(stored, stored)
    assert CHEAP.is_outdated(stored)
