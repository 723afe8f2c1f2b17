"""Schedules as runs keep to them: by the clock of this runbook server, unless they name a time zone (spec 6.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orchestrion.model.calendar import next_permitted, permits
from orchestrion.model.errors import OrchestrionError
from orchestrion.model.schedules import Schedule
from orchestrion.ports.clock import Clock
from orchestrion.runbookserver.clock import utc_offset
from orchestrion.runbookserver.resources import Resources
from orchestrion.sdk.outcome import ActivityFailed


@dataclass(frozen=True, slots=True)
class RunSchedules:
    """The installation's schedules; while the database is away, every method waits."""

    resources: Resources
    clock: Clock

    async def permits(self, path: str, at: datetime | None = None) -> bool:
        """Whether the schedule permits a start at that moment (None: now); raises ActivityFailed."""
        try:
            return permits(await self._found(path), at or self.clock.now(), utc_offset)
        except OrchestrionError as error:
            raise ActivityFailed(str(error)) from error

    async def refusal(self, path: str, at: datetime) -> str:
        """Why nothing may start at that moment, with the next time in words; empty when something may.

        Raises NotFoundError, and InvalidError when this computer does not know the schedule's time zone.
        """
        schedule = await self._found(path)
        if permits(schedule, at, utc_offset):
            return ""
        found = next_permitted(schedule, at, utc_offset)
        when = "there is no next time" if found is None else f"the next time is {found.isoformat(' ', 'minutes')}"
        return f"The schedule '{schedule.path}' does not permit a start now; {when}."

    async def _found(self, path: str) -> Schedule:
        return await self.resources.read(lambda tx: tx.schedules.by_path(path))
