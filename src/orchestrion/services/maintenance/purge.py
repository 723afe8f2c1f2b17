"""The purge: deletes old runs and events as the retention rules say (spec 5.10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from uuid_utils import uuid7

from orchestrion.model.calendar import Offset
from orchestrion.model.maintenance import DutyName
from orchestrion.model.resources import EventType
from orchestrion.model.retention import NOTHING_KEPT, PurgeSettings, Rule, Rules, next_start, read_settings
from orchestrion.model.values import Json
from orchestrion.ports.access import EventRecord
from orchestrion.ports.clock import Clock
from orchestrion.ports.maintenance import Archive, Candidates, Page
from orchestrion.ports.transaction import Transaction
from orchestrion.services.maintenance.duty import Figures, Lead
from orchestrion.services.maintenance.removal import Removal
from orchestrion.services.maintenance.selection import select_now

SETTING = "purge"
#: How long a monitor that goes on remembers what it has seen, whatever became of the instance: the same must not start
#: another one when its source tells of it again.
TRIGGER_MEMORY = timedelta(days=30)
_LOOK_AT_SIZE = timedelta(hours=1)
_OLDEST = 500  # instances that are looked at at once


class Purge:
    """Every day at the time that is set; a run that somebody asks for may be of one runbook, with all that it has."""

    name = DutyName.PURGE

    def __init__(self, clock: Clock, local: Offset, archive: Archive) -> None:
        self._clock = clock
        self._local = local
        self._archive = archive
        self._at = PurgeSettings().at

    def next_due(self, now: datetime) -> datetime:
        """At the time that was set when it ran last; whoever sets another one sets when it is due as well."""
        return next_start(self._at, now, self._local)

    async def run(self, lead: Lead, wanted: Figures, _before: Figures) -> Figures:
        """Deletes runs, then jobs that are empty, then what belongs to no run; tells of it by an event."""
        settings = await lead.read(purge_settings)
        self._at = settings.at
        selection = await lead.read(lambda tx: select_now(tx, self._clock.now()))
        selection.runbook_id, selection.override = _runbook(wanted), _override(wanted)
        removal = Removal(lead, self._clock, self._archive, settings.archive)
        began = self._clock.steady()
        async for page in selection.instances(lead):
            await removal.instances(page)
        async for page in selection.empty_jobs(lead):
            await removal.empty_jobs(page)
        figures = _figures(removal)
        if selection.runbook_id is None:
            figures |= await self._rest(lead, removal, settings.events)
        figures |= {"seconds": round(self._clock.steady() - began, 1)}
        figures |= {"longest_transaction_seconds": round(removal.pace.longest, 3)}
        await lead.write(lambda tx: tx.events.add(self._completed(figures, lead.holder, _words(wanted))))
        return figures

    async def _rest(self, lead: Lead, removal: Removal, events: Rule) -> dict[str, Json]:
        now = self._clock.now()
        deleted: dict[str, Json] = {"triggers": await removal.triggers(now - TRIGGER_MEMORY)}
        deleted["events"] = 0 if events.keeps_all else await removal.events(events.ended_before(now), events.count)
        await lead.write(lambda tx: tx.access.remove_expired_sessions(now))
        return deleted

    def _completed(self, figures: Mapping[str, Json], source: str, what: str) -> EventRecord:
        summary = f"The purge{what} has deleted {figures['instances']} instances and {figures['jobs']} jobs."
        details = ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in figures.items())
        return EventRecord(str(uuid7()), self._clock.now(), EventType.INFORMATION, summary, details, source)


class Size:
    """Every hour: when more executions are stored than the bound allows, the oldest runs go, whatever their rule."""

    name = DutyName.SIZE

    def __init__(self, clock: Clock, archive: Archive) -> None:
        self._clock = clock
        self._archive = archive

    def next_due(self, now: datetime) -> datetime:
        """In an hour."""
        return now + _LOOK_AT_SIZE

    async def run(self, lead: Lead, _wanted: Figures, _before: Figures) -> Figures:
        """Deletes until the bound holds, or nothing is left that may go; tells of it by an event."""
        settings = await lead.read(purge_settings)
        if settings.executions is None:
            return {"bound": None}
        stored = await lead.read(lambda tx: tx.retention.execution_count())
        removal = Removal(lead, self._clock, self._archive, settings.archive)
        await self._shrink(lead, removal, stored - settings.executions)
        figures = {"bound": settings.executions, "executions": stored} | _figures(removal)
        if removal.removed.instances:
            await lead.write(lambda tx: tx.events.add(self._shrunk(figures, lead.holder)))
        return figures

    async def _shrink(self, lead: Lead, removal: Removal, surplus: int) -> None:
        page: Page | None = Page(self._clock.now(), limit=_OLDEST)
        while page is not None and removal.removed.rows < surplus:
            found = await lead.read(partial(_oldest, page))
            left, some = surplus - removal.removed.rows, []
            for each in found.candidates:
                if left > 0:
                    some.append(each)
                    left -= each.rows
            await removal.instances(some)
            page = None if found.end is None else Page(page.ended_before, found.end, limit=_OLDEST)

    def _shrunk(self, figures: Mapping[str, Json], source: str) -> EventRecord:
        summary = f"The history had more than {figures['bound']} executions; the oldest runs were deleted."
        details = f"{figures['instances']} instances with {figures['rows']} journal entries of {figures['executions']}."
        return EventRecord(str(uuid7()), self._clock.now(), EventType.WARNING, summary, details, source)


def _oldest(page: Page, tx: Transaction) -> Candidates:
    return tx.retention.instances(page)


def purge_settings(tx: Transaction) -> PurgeSettings:
    """What is set for the whole installation."""
    return read_settings(tx.settings.get(SETTING))


def wanted_purge(runbook_id: str | None, path: str, *, everything: bool) -> dict[str, Json]:
    """A purge that somebody asks for: of all runbooks or one, by the rules or of all that has ended."""
    return {"runbook_id": runbook_id, "path": path, "everything": everything}


def _runbook(wanted: Figures) -> str | None:
    return str(wanted["runbook_id"]) if wanted.get("runbook_id") else None


def _override(wanted: Figures) -> Rules | None:
    return NOTHING_KEPT if wanted.get("everything") else None


def _words(wanted: Figures) -> str:
    return f" of '{wanted.get('path')}'" if wanted.get("runbook_id") else ""


def _figures(removal: Removal) -> dict[str, Json]:
    removed = removal.removed
    found: dict[str, Json] = {"instances": removed.instances, "jobs": removed.jobs, "rows": removed.rows}
    return found | ({"archived": removal.archived} if removal.archived else {})
