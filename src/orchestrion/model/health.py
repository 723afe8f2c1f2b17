"""Words for how an installation stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Grade(StrEnum):
    """`degraded` works, and somebody should look; `failing` means that something a user needs does not work."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILING = "failing"


_GRAVITY = tuple(Grade)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: what was seen, in words, and the way out where one is needed.

    `code` never changes; `since` is when it began, where that is known.
    """

    code: str
    name: str
    status: Grade
    detail: str
    remedy: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was looked at."""

    checks: tuple[Check, ...]

    @property
    def grade(self) -> Grade:
        """The gravest of all."""
        return max((each.status for each in self.checks), key=_GRAVITY.index, default=Grade.OK)
