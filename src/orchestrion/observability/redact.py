"""Keeping secrets out of logs."""

from __future__ import annotations

import re
from collections.abc import Mapping

MASK = "***"
_SECRET_NAMES = re.compile(
    r"password|passwd|secret|token|authorization|cookie|api_?key|master_?key|private_?key|credential", re.IGNORECASE
)
_URL_PASSWORD = re.compile(r"(?P<start>\w+://[^\s/:@]*:)[^\s/@]+@")
_BEARER = re.compile(r"(?P<start>bearer\s+)[\w.~+/=-]+", re.IGNORECASE)


def redacted(value: object, name: str = "") -> object:
    """`value` with secrets masked: what has a telling name, passwords in URLs, bearer tokens; also inside."""
    if _SECRET_NAMES.search(name) and value not in (None, "", True, False):
        return MASK
    if isinstance(value, str):
        return redacted_text(value)
    if isinstance(value, Mapping):
        return {key: redacted(item, str(key)) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [redacted(item) for item in value]
    return value


def redacted_text(text: str) -> str:
    """The text without passwords in URLs and bearer tokens."""
    return _BEARER.sub(rf"\g<start>{MASK}", _URL_PASSWORD.sub(rf"\g<start>{MASK}@", text))
