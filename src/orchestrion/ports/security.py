"""What services need of cryptography: passwords, secrets at rest, random tokens, and the key's fit to the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class InstallationRecord:
    """Which installation a database belongs to; `key_check` is a text sealed with its master key."""

    incarnation: str
    key_check: str
    created_at: datetime


class InstallationStore(Protocol):
    """The one row that describes the installation."""

    def get(self) -> InstallationRecord | None:
        """The row, or None before the first start."""

    def add(self, record: InstallationRecord) -> InstallationRecord:
        """Stores the row unless one is there; gives the one that is."""

    def set_key_check(self, key_check: str) -> None:
        """Replaces the sealed text, when the master key was changed on purpose."""


class PasswordHasher(Protocol):
    """Slow, salted hashes of passwords. The methods take long by design: call them off the event loop."""

    def hash(self, password: str) -> str:
        """The text to store."""

    def verify(self, stored: str, password: str) -> bool:
        """Whether the password is the one behind the stored text; False for a text that is no hash."""

    def is_outdated(self, stored: str) -> bool:
        """Whether the stored text was made with weaker parameters than today's."""


class Vault(Protocol):
    """Seals texts for the database and opens them where an activity runs."""

    def seal(self, text: str) -> str:
        """The sealed form, printable."""

    def is_sealed(self, text: str) -> bool:
        """Whether the text is a sealed one, of this or another installation."""

    def open(self, sealed: str) -> str:
        """The text; raises UnavailableError when the master key is another than the one it was sealed with."""


class SecretSource(Protocol):
    """Random secrets, and the hash under which one is stored and found."""

    def token(self) -> str:
        """A new secret of 32 random bytes, printable and safe in URLs."""

    def password(self) -> str:
        """A new one-time password that a person can type."""

    def digest(self, secret: str) -> str:
        """The SHA-256 of a secret as 64 hexadecimal digits; only for secrets of full entropy."""
