"""Hashing and judging passwords, off the event loop."""

from __future__ import annotations

import anyio
from anyio import to_thread

from orchestrion.model.errors import InvalidError
from orchestrion.ports.security import PasswordHasher

SHORTEST_PASSWORD = 10  # characters
LONGEST_PASSWORD = 200  # characters: hashing a book would be a way to keep the server busy
_PARALLEL_HASHES = 2  # each takes a core and tens of MiB for a while


class Passwords:
    """A PasswordHasher for asynchronous code: a few hashes at a time, each in a thread."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        self._limiter = anyio.CapacityLimiter(_PARALLEL_HASHES)
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """The text to store."""
        return await to_thread.run_sync(self._hasher.hash, password, limiter=self._limiter)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password fits; None as `stored` never does, and takes as long to say so."""
        if len(password) > LONGEST_PASSWORD:
            return False
        if stored is None and self._nobody is None:
            self._nobody = await self.hash("the password of nobody")
        against = self._nobody if stored is None else stored
        is_right = await to_thread.run_sync(self._hasher.verify, against or "", password, limiter=self._limiter)
        return is_right and stored is not None

    async def renewed(self, stored: str, password: str) -> str:
        """`stored` itself, or a stronger hash of the same password when `stored` was made with weaker parameters."""
        return await self.hash(password) if self._hasher.is_outdated(stored) else stored


def check_password(new: str, user_name: str, current: str) -> None:
    """Raises InvalidError when `new` is too weak to be a password of the user."""
    if not SHORTEST_PASSWORD <= len(new) <= LONGEST_PASSWORD:
        raise InvalidError(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
    if new == current:
        raise InvalidError("The new password must differ from the current one.")
    if user_name.casefold() in new.casefold() or len(set(new)) < SHORTEST_PASSWORD // 2:
        raise InvalidError("The new password is too easy to guess: it repeats itself or holds the user name.")
