"""Which incarnation of the installation a database holds (durability.md 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Incarnation:
    """The installation between two losses of commits.

    A new one begins with every restore, and with every failover of the database without a synchronous standby.
    `held_jobs` counts the jobs from before it that wait for a person.
    """

    number: int
    since: datetime | None
    reason: str
    held_jobs: int


class IncarnationStore(Protocol):
    """Begins incarnations, and releases what they hold."""

    def current(self) -> Incarnation:
        """The incarnation as it stands."""

    def begin(self, reason: str) -> Incarnation:
        """Holds every instance that has not ended and every job that waits, disarms the monitors, fences all servers.

        What was held for another reason stays so.
        """

    def release(self, runbook_id: str | None, now: datetime) -> int:
        """Lets the held jobs of the runbook, or of all, go on where they stood; gives their number."""

    def release_job(self, job_id: str, now: datetime) -> bool:
        """As `release`, one job alone; False when it is not held by an incarnation."""

    def stamp(self) -> str | None:
        """The mark that was left in a SQLite file last."""

    def put_stamp(self, stamp: str) -> None:
        """Leaves a mark in a SQLite file, by which a copy of before is known."""


class StampFile(Protocol):
    """Where the last stamps of a SQLite file are kept, beside it."""

    def read(self) -> Sequence[str]:
        """The stamps that the database may have, none where there is no file."""

    def write(self, stamps: Sequence[str]) -> None:
        """Replaces them, durably; raises OSError."""
