"""Counters as running activities use them (sdk.RunContext)."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrion.model.errors import OrchestrionError, UnavailableError
from orchestrion.ports.clock import Clock
from orchestrion.ports.transaction import Database
from orchestrion.sdk.outcome import ActivityFailed
from orchestrion.services.counters import ValueChange, operate


@dataclass(frozen=True, slots=True)
class RunCounters:
    """The installation's counters; whatever cannot be done fails the activity with its reason."""

    database: Database
    clock: Clock

    async def value(self, path: str) -> float:
        """The present value; raises ActivityFailed."""
        try:
            return await self.database.read(lambda stores: stores.counters.by_path(path).value)
        except OrchestrionError as error:
            raise ActivityFailed(str(error)) from error

    async def change(self, path: str, change: ValueChange) -> float:
        """Changes the value at once and gives the new one; raises ActivityFailed."""
        now = self.clock.now()
        try:
            return await self.database.write(lambda stores: operate(stores.counters, path, change, now))
        except UnavailableError as error:
            raise ActivityFailed(f"Nobody can tell whether the counter '{path}' was changed. {error}") from error
        except OrchestrionError as error:
            raise ActivityFailed(str(error)) from error
