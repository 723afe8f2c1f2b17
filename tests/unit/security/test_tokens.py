"""Random secrets."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode

from orchestrion.security.tokens import SystemSecrets

SECRETS = SystemSecrets()


def test_a_token_has_32_random_bytes() -> None:
    """Printable and safe in URLs and headers."""
    tokens = {SECRETS.token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(urlsafe_b64decode(token + "=")) for token in tokens} == {32}


def test_a_one_time_password_can_be_typed() -> None:
    """Groups of letters and digits that nobody mistakes for each other."""
    password = SECRETS.password()
    assert re.fullmatch(r"[a-z2-9]{5}(-[a-z2-9]{5}){3}", password)
    assert not set(password) & set("01ilo")
    assert password != SECRETS.password()


def test_a_digest_is_the_same_every_time() -> None:
    """A secret is found again by it."""
    assert SECRETS.digest("x") == "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
