"""Password hashes by argon2id (ports.PasswordHasher)."""

from __future__ import annotations

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.profiles import RFC_9106_LOW_MEMORY


class Argon2Hasher:
    """Hashes with the recommended parameters (RFC 9106, low memory): about 50 ms and 64 MiB for each."""

    def __init__(self, parameters: Parameters = RFC_9106_LOW_MEMORY) -> None:
        self._hasher = PasswordHasher.from_parameters(parameters)

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
