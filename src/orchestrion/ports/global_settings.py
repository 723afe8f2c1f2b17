"""What holds for the whole installation and people change while it runs."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from orchestrion.model.values import Json


class SettingStore(Protocol):
    """Named values that every server reads; each slice checks its own."""

    def get(self, name: str) -> Json:
        """The value, or None when nobody has set it."""

    def put(self, name: str, value: Json, now: datetime) -> None:
        """Sets or replaces a value."""

    def remove(self, name: str) -> None:
        """Takes a value away; nothing happens when there is none."""
