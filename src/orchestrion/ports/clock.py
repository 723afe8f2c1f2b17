"""Time, as an argument of everything that needs it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Wall-clock time for people and records, steady time for waiting."""

    def now(self) -> datetime:
        """The current moment, aware, in UTC."""

    def steady(self) -> float:
        """Seconds that only grow, also through suspend, counted from anywhere."""
