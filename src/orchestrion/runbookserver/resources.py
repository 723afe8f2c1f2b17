"""What inputs read from outside of their instance: variables, counters, and who is in a computer group."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import timezone
from typing import TypeVar

import anyio

from orchestrion.model.errors import OrchestrionError, UnavailableError
from orchestrion.model.special_values import resolved
from orchestrion.model.values import Value
from orchestrion.ports.clock import Clock
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.runbookserver.clock import utc_offset

T = TypeVar("T")
_RETRY_SECONDS = 0.5  # while the database is away


class Resources:
    """Reads shared settings for running instances; while the database is away, every method waits."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        # The product's own settings, its master key among them, are nothing that a runbook may read.
        self._environ = {name: value for name, value in os.environ.items() if not name.startswith("ORCHESTRION_")}

    async def variables(self, paths: frozenset[str]) -> Mapping[str, Value]:
        """The values of the variables with these paths; those that do not exist are left out.

        Special values are resolved for this server and this moment (spec 4.7); encrypted ones stay sealed.
        """
        if not paths:
            return {}
        found = await self.read(lambda tx: tx.variables.all())
        wanted = {path.casefold(): path for path in paths}
        now = self._clock.now()
        local = now.astimezone(timezone(utc_offset(now)))
        return {
            wanted[each.path.casefold()]: each.value if each.encrypted else resolved(each.value, local, self._environ)
            for each in found
            if each.path.casefold() in wanted
        }

    async def counters(self) -> Mapping[str, Value]:
        """The values of all counters by path."""
        return await self.read(lambda tx: dict(tx.counters.values()))

    async def members(self, path: str) -> tuple[str, ...]:
        """The computers of a group, in order; none when there is no such group."""
        try:
            return await self.read(lambda tx: tx.computer_groups.members(path))
        except OrchestrionError:
            return ()

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """What `work` reads in one transaction; raises what it raises."""
        while True:
            try:
                return await self._database.read(work)
            except UnavailableError:
                await anyio.sleep(_RETRY_SECONDS)
