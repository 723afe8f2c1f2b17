"""Password hashes by argon2id (ports.PasswordHasher)."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError


class Argon2Hasher:
    """Hashes with the library's recommended parameters (RFC 9106, low memory): about 50 ms and 64 MiB each."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()

    def hash(self, password: str) -> str:
        """See ports.PasswordHasher."""
        return self._hasher.hash(password)

    def verify(self, stored: str, password: str) -> bool:
        """See ports.PasswordHasher."""
        try:
            return self._hasher.verify(stored, password)
        except (Argon2Error, InvalidHashError):
            return False

    def is_outdated(self, stored: str) -> bool:
        """See ports.PasswordHasher."""
        try:
            return self._hasher.check_needs_rehash(stored)
        except InvalidHashError:
            return True
