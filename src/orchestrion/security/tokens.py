"""Random secrets and the hashes they are found by (ports.SecretSource)."""

from __future__ import annotations

import hashlib
import secrets

TOKEN_BYTES = 32
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that look alike: people type these from a screen
_GROUPS, _GROUP_LENGTH = 4, 5  # 20 letters of 31: 99 bits


class SystemSecrets:
    """Secrets from the operating system's source."""

    def token(self) -> str:
        """See ports.SecretSource."""
        return secrets.token_urlsafe(TOKEN_BYTES)

    def password(self) -> str:
        """See ports.SecretSource."""
        groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
        return "-".join(groups)

    def digest(self, secret: str) -> str:
        """See ports.SecretSource."""
        return hashlib.sha256(secret.encode()).hexdigest()
