"""A maintenance duty, and the lead under which it works."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol, TypeVar

from orchestrion.model.errors import ConflictError
from orchestrion.model.maintenance import DutyName
from orchestrion.model.values import Json
from orchestrion.ports.transaction import Database, Transaction

LEASE = "maintenance"
Figures = Mapping[str, Json]
T = TypeVar("T")


class LeadLostError(ConflictError):
    """Another process does the maintenance now."""

    code = "lead-lost"


class Lead:
    """The right to do maintenance: one process of the installation has it at a time.

    Whatever it writes renews the grant in the same transaction, so that nothing is written after it was lost.
    """

    def __init__(self, database: Database, holder: str, seconds: float, token: str) -> None:
        self._database = database
        self.holder = holder
        self._seconds = seconds
        self.token = token

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """As Database.write; raises LeadLostError when another process has the lead."""

        def fenced(tx: Transaction) -> T:
            if tx.leases.acquire(LEASE, self.holder, self._seconds, self.token) != self.token:
                raise LeadLostError("Another process of the installation does the maintenance now.")
            return work(tx)

        return await self._database.write(fenced)

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """As Database.read."""
        return await self._database.read(work)


class Duty(Protocol):
    """Something to be done again and again. It may end anywhere and be begun anew, here or in another process."""

    name: DutyName

    def next_due(self, now: datetime) -> datetime:
        """When it should run next, once it has run now."""

    async def run(self, lead: Lead, wanted: Figures, before: Figures) -> Figures:
        """Does it, and gives what it did in figures; `wanted` is what somebody asked for beyond the ordinary.

        `before` are the figures of its last run. Whatever it raises is noted as its error.
        """
