"""A lead, an archive and a clock for the duties of the maintenance."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestrion.ports.maintenance import ArchiveError
from orchestrion.ports.transaction import Database
from orchestrion.services.maintenance.duty import LEASE, Lead


class Time:
    """See ports.Clock: the moment of the tests, and steady time that stands still."""

    def __init__(self, now: datetime) -> None:
        self.moment = now

    def now(self) -> datetime:
        """See ports.Clock."""
        return self.moment

    def steady(self) -> float:
        """See ports.Clock."""
        return 0.0


class Shelf:
    """See ports.Archive; in memory, and broken when a test says so."""

    def __init__(self) -> None:
        self.runs: list[dict[str, Any]] = []
        self.is_broken = False

    async def add(self, folder: str, lines: Sequence[bytes]) -> None:
        """See ports.Archive."""
        if self.is_broken:
            raise ArchiveError(f"{folder} is full.")
        self.runs.extend(json.loads(line) for line in lines)


async def take_lead(database: Database) -> Lead:
    """The lead, which nobody else has."""
    token = await database.write(lambda tx: tx.leases.acquire(LEASE, "tester", 3600))
    assert token is not None
    return Lead(database, "tester", 3600, token)


def utc(_moment: datetime) -> timedelta:
    """A local clock that is UTC."""
    return timedelta()


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
