"""Secrets at rest: each sealed with a data key of its own, which the master key wraps (ports.Vault, spec 9.4).

A sealed text is `orchestrion:1:<id of the master key>:<body>`; the body, in base64url, is a nonce, the wrapped data
key, another nonce and the encrypted text. What stands before the body is authenticated with it.
"""

from __future__ import annotations

import hashlib
import os
from base64 import b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from orchestrion.model.errors import UnavailableError

KEY_BYTES = 32  # AES-256
_NONCE_BYTES = 12
_WRAPPED_BYTES = KEY_BYTES + 16  # with GCM's tag
_MARK = "orchestrion:1"


class MasterKeyVault:
    """A vault whose master key is at hand."""

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != KEY_BYTES:
            raise ValueError(f"a master key has {KEY_BYTES} bytes, not {len(master_key)}")
        self._master = AESGCM(master_key)
        self.key_id = key_id(master_key)

    def seal(self, text: str) -> str:
        """See ports.Vault."""
        header = f"{_MARK}:{self.key_id}"
        data_key, wrap_nonce, nonce = os.urandom(KEY_BYTES), os.urandom(_NONCE_BYTES), os.urandom(_NONCE_BYTES)
        wrapped = self._master.encrypt(wrap_nonce, data_key, header.encode())
        sealed = AESGCM(data_key).encrypt(nonce, text.encode(), header.encode())
        return f"{header}:{urlsafe_b64encode(wrap_nonce + wrapped + nonce + sealed).decode()}"

    def is_sealed(self, text: str) -> bool:
        """See ports.Vault."""
        return text.startswith(f"{_MARK}:")

    def open(self, sealed: str) -> str:
        """See ports.Vault."""
        header, _, body = sealed.rpartition(":")
        mark, _, sealed_with = header.rpartition(":")
        if mark != _MARK:
            raise UnavailableError("A stored secret cannot be opened: it is not in a form that this release knows.")
        if sealed_with != self.key_id:
            raise UnavailableError(
                f"A stored secret was sealed with the master key '{sealed_with}', but the one at hand is "
                f"'{self.key_id}'. Start with the key file of this installation (--key-file)."
            )
        try:
            return self._open(b64decode(body, altchars=b"-_", validate=True), header.encode())
        except (InvalidTag, ValueError) as error:
            raise UnavailableError("A stored secret cannot be opened: it was damaged or changed.") from error

    def _open(self, body: bytes, header: bytes) -> str:
        wrap_nonce, rest = body[:_NONCE_BYTES], body[_NONCE_BYTES:]
        wrapped, rest = rest[:_WRAPPED_BYTES], rest[_WRAPPED_BYTES:]
        data_key = self._master.decrypt(wrap_nonce, wrapped, header)
        return AESGCM(data_key).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], header).decode()


def key_id(master_key: bytes) -> str:
    """What tells master keys apart without telling them: the start of a hash."""
    return hashlib.sha256(b"orchestrion master key\0" + master_key).hexdigest()[:12]
