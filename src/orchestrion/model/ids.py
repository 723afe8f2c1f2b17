"""The shape of identifiers, and ids derived from other ids."""

from __future__ import annotations

import re
from uuid import UUID, uuid5

ACTIVITY_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
# Words that mean something else in an expression: `var["x"]` is never an item of an activity.
RESERVED_ACTIVITY_IDS = frozenset(
    {"and", "counter", "error", "false", "group", "not", "now", "null", "or", "true", "var"}
)
TYPE_ID = re.compile(r"[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*")

_NAMESPACE = UUID("6f0d2a4e-5d0f-5f0e-9a53-0b1f5c3c7a11")


def derived_id(*parts: str) -> str:
    """A UUID (version 5) that is the same whenever the same parts are given in the same order."""
    return str(uuid5(_NAMESPACE, "\x1f".join(parts)))


def is_activity_id(text: str) -> bool:
    """Whether `text` may name an activity inside a runbook document and its templates."""
    return ACTIVITY_ID.fullmatch(text) is not None and text not in RESERVED_ACTIVITY_IDS
