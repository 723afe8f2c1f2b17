"""Schedules: when runbooks may start (spec 6.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

from uuid_utils import uuid7

from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.calendar import Offset, Window, windows
from orchestrion.model.errors import ConflictError
from orchestrion.model.schedules import KIND, DayException, Days, Hours, Schedule, check_schedule
from orchestrion.ports.clock import Clock
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.audit import Subject, audit_entry
from orchestrion.services.names import checked_path

_MOST_NAMED = 5  # runbooks in the text of an error


class ScheduleChange(TypedDict, total=False):
    """What to change of a schedule; what is left out stays, exceptions are replaced as a whole."""

    path: str
    description: str
    time_zone: str
    days: Days
    hours: Hours
    exceptions: tuple[DayException, ...]


@dataclass(frozen=True, slots=True)
class ChangedSchedule:
    """A schedule after a change, and the runbooks that still name it by the path it had before."""

    schedule: Schedule
    left_behind: tuple[str, ...] = ()


class Schedules:
    """Schedules; `local` is the clock of this computer. All methods raise RefusedError when the actor lacks the right.

    Runbooks name a schedule by its path, and a new path does not follow into them: checked-in versions never change.
    """

    def __init__(self, database: Database, clock: Clock, local: Offset) -> None:
        self._database = database
        self._clock = clock
        self._local = local

    async def all(self, actor: Actor) -> list[Schedule]:
        """Every schedule by path."""
        demand(actor, Right.VIEW)
        return await self._database.read(lambda stores: stores.schedules.all())

    async def schedule(self, actor: Actor, schedule_id: str) -> Schedule:
        """One schedule; raises NotFoundError."""
        demand(actor, Right.VIEW)
        return await self._database.read(lambda stores: stores.schedules.get(schedule_id))

    async def runbooks(self, actor: Actor, schedule_id: str) -> list[str]:
        """The paths of the runbooks that name it; raises NotFoundError."""
        demand(actor, Right.VIEW)

        def look(stores: Transaction) -> list[str]:
            return stores.schedules.runbooks_that_name(stores.schedules.get(schedule_id).path)

        return await self._database.read(look)

    async def windows(self, actor: Actor, schedule_id: str, count: int) -> list[Window]:
        """The next `count` times in which it permits starts, from now on; raises NotFoundError.

        Without a time zone this computer's clock counts, which need not be that of a runbook server.
        """
        schedule = await self.schedule(actor, schedule_id)
        return windows(schedule, self._clock.now(), count, self._local)

    async def preview(self, actor: Actor, change: ScheduleChange, count: int) -> list[Window]:
        """As `windows`, of a schedule that is not stored; raises InvalidError."""
        demand(actor, Right.VIEW)
        schedule = replace(_EMPTY, **change)
        check_schedule(schedule)
        return windows(schedule, self._clock.now(), count, self._local)

    async def create(self, actor: Actor, new: ScheduleChange) -> Schedule:
        """A new schedule, which permits always where nothing else is given.

        Raises InvalidError for the path, the time zone and the exceptions, ConflictError when another has the path.
        """
        demand(actor, Right.MANAGE_RESOURCES, new.get("path", ""))
        schedule = _changed(replace(_EMPTY, id=str(uuid7())), {**new, "path": new.get("path", "")})
        return await self._database.write(lambda stores: self._save(stores, actor, schedule, "created"))

    async def change(self, actor: Actor, schedule_id: str, change: ScheduleChange) -> ChangedSchedule:
        """Changes a schedule and tells which runbooks a new path leaves behind; raises as `create`, and NotFoundError.

        Runbooks that are left behind fail to start until they name the new path, or a schedule has the old one.
        """
        demand(actor, Right.MANAGE_RESOURCES)

        def work(stores: Transaction) -> ChangedSchedule:
            old = stores.schedules.get(schedule_id)
            schedule = self._save(stores, actor, _changed(old, change), "changed")
            is_renamed = old.path.casefold() != schedule.path.casefold()
            left_behind = stores.schedules.runbooks_that_name(old.path) if is_renamed else ()
            return ChangedSchedule(schedule, tuple(left_behind))

        return await self._database.write(work)

    async def remove(self, actor: Actor, schedule_id: str) -> None:
        """Deletes a schedule; raises NotFoundError, and ConflictError that names the runbooks that use it."""
        demand(actor, Right.MANAGE_RESOURCES)

        def work(stores: Transaction) -> None:
            found = stores.schedules.get(schedule_id)
            runbooks = stores.schedules.runbooks_that_name(found.path)
            if runbooks:
                raise ConflictError(f"The schedule '{found.path}' is used by {_listed(runbooks)}. Change that first.")
            stores.schedules.remove(schedule_id)
            self._note(stores, actor, found, "deleted")

        await self._database.write(work)

    def _save(self, stores: Transaction, actor: Actor, schedule: Schedule, action: str) -> Schedule:
        stores.schedules.save(schedule, self._clock.now())
        self._note(stores, actor, schedule, action)
        return stores.schedules.get(schedule.id)

    def _note(self, stores: Transaction, actor: Actor, schedule: Schedule, action: str) -> None:
        subject = Subject(KIND, schedule.id, schedule.path)
        stores.audit.add(audit_entry(actor, self._clock.now(), action, subject))


_EMPTY = Schedule("", "")


def _changed(old: Schedule, change: ScheduleChange) -> Schedule:
    schedule = replace(old, **change)
    if "path" in change:
        schedule = replace(schedule, path=checked_path(KIND, change["path"]))
    check_schedule(schedule)
    return schedule


def _listed(runbooks: Sequence[str]) -> str:
    named = ", ".join(f"'{each}'" for each in runbooks[:_MOST_NAMED])
    more = len(runbooks) - _MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named
