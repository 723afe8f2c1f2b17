"""What people see of the maintenance and may say about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.calendar import Offset
from orchestrion.model.errors import ConflictError
from orchestrion.model.job import Outcome
from orchestrion.model.maintenance import TITLES, DutyName
from orchestrion.model.retention import (
    NOTHING_KEPT,
    PurgeSettings,
    Rules,
    check_rule,
    check_settings,
    next_start,
    read_rules,
    write_rules,
    write_settings,
)
from orchestrion.model.values import Json
from orchestrion.ports.access import AuditRecord
from orchestrion.ports.clock import Clock
from orchestrion.ports.maintenance import DutyRecord, FolderRules, Violation
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.audit import Subject, audit_entry
from orchestrion.services.maintenance.duty import LEASE
from orchestrion.services.maintenance.purge import SETTING, purge_settings, wanted_purge
from orchestrion.services.maintenance.selection import effective, select_now

_PREVIEW_SECONDS = 20.0
_KIND = "maintenance duty"


@dataclass(frozen=True, slots=True)
class DutyView:
    """A duty with what it is for, and who does the maintenance now."""

    record: DutyRecord
    title: str
    leader: str | None


@dataclass(frozen=True, slots=True)
class FolderRetention:
    """A folder: its own rules, and those that count for the runbooks in it."""

    folder_id: str
    path: str
    own: Rules
    effective: Rules


@dataclass(slots=True)
class Preview:
    """What a purge would delete now; not complete when the look took too long."""

    instances: dict[str, int]
    jobs: int = 0
    executions: int = 0
    is_complete: bool = True


class Maintenance:
    """All methods raise RefusedError when the actor lacks the right; changes are audited."""

    def __init__(self, database: Database, clock: Clock, local: Offset) -> None:
        self._database = database
        self._clock = clock
        self._local = local

    # duties --------------------------------------------------------------------------------------------------

    async def duties(self, actor: Actor) -> list[DutyView]:
        """Every duty by name; none before the first process of a new installation has begun with them."""
        demand(actor, Right.VIEW)

        def look(tx: Transaction) -> list[DutyView]:
            leader = tx.leases.holder(LEASE)
            return [_view(each, leader) for each in tx.duties.all() if each.name in TITLES]

        return await self._database.read(look)

    async def run(self, actor: Actor, name: DutyName, *, even_if_stopped: bool = False) -> DutyView:
        """Asks for a run within seconds; raises NotFoundError, and ConflictError for a duty that is stopped."""
        return await self._want(actor, name, {"by": actor.name}, even_if_stopped=even_if_stopped)

    async def purge(self, actor: Actor, runbook_id: str | None, *, everything: bool = False) -> DutyView:
        """Asks for a purge within seconds, of one runbook or of all: by the rules, or of `everything` that has ended.

        Raises NotFoundError, and ConflictError when everything of all runbooks is asked for.
        """
        if everything and runbook_id is None:
            raise ConflictError("Everything is only purged of one runbook at a time: name it.")
        path = ""
        if runbook_id is not None:
            path = (await self._database.read(lambda tx: tx.runbooks.get(runbook_id))).path
        wanted = {"by": actor.name} | wanted_purge(runbook_id, path, everything=everything)
        return await self._want(actor, DutyName.PURGE, wanted, even_if_stopped=True)

    async def _want(
        self, actor: Actor, name: DutyName, wanted: Mapping[str, Json], *, even_if_stopped: bool
    ) -> DutyView:
        def work(tx: Transaction) -> DutyView:
            if tx.duties.get(name).is_stopped and not even_if_stopped:
                raise ConflictError(f"The duty '{name}' is stopped. Start it, or run it with --now all the same.")
            tx.duties.want(name, {**wanted, "at": self._clock.now().isoformat()})
            return self._noted(tx, actor, name, "asked for", wanted)

        demand(actor, Right.ADMINISTER)
        return await self._database.write(work)

    async def set_stopped(self, actor: Actor, name: DutyName, *, is_stopped: bool) -> DutyView:
        """Stops a duty, also one that runs, or lets it go on; twice is once. Raises NotFoundError."""

        def work(tx: Transaction) -> DutyView:
            if tx.duties.get(name).is_stopped is is_stopped:
                return _view(tx.duties.get(name), tx.leases.holder(LEASE))
            tx.duties.set_stopped(name, is_stopped=is_stopped)
            return self._noted(tx, actor, name, "stopped" if is_stopped else "started", {})

        demand(actor, Right.ADMINISTER)
        return await self._database.write(work)

    def _noted(self, tx: Transaction, actor: Actor, name: str, action: str, details: Mapping[str, Json]) -> DutyView:
        tx.audit.add(audit_entry(actor, self._clock.now(), action, Subject(_KIND, name, name), details))
        return _view(tx.duties.get(name), tx.leases.holder(LEASE))

    async def violations(self, actor: Actor) -> list[Violation]:
        """What breaks the invariant of stored runs now (durability.md 2)."""
        demand(actor, Right.VIEW_RUNS)
        return await self._database.read(lambda tx: tx.invariants.violations())

    # retention -----------------------------------------------------------------------------------------------

    async def settings(self, actor: Actor) -> PurgeSettings:
        """What holds for the whole installation."""
        demand(actor, Right.VIEW)
        return await self._database.read(purge_settings)

    async def set_settings(self, actor: Actor, settings: PurgeSettings) -> PurgeSettings:
        """Replaces what holds for the whole installation; raises InvalidError."""
        demand(actor, Right.ADMINISTER)
        check_settings(settings)
        now = self._clock.now()

        def work(tx: Transaction) -> None:
            before = purge_settings(tx)
            tx.settings.put(SETTING, write_settings(settings), now)
            if settings.at != before.at:
                tx.duties.set_due(DutyName.PURGE, next_start(settings.at, now, self._local))
            details = {"before": write_settings(before), "after": write_settings(settings)}
            tx.audit.add(audit_entry(actor, now, "changed", Subject("retention", SETTING, "retention"), details))

        await self._database.write(work)
        return settings

    async def retention(self, actor: Actor) -> list[FolderRetention]:
        """The rules of every folder, the top folder first."""
        demand(actor, Right.VIEW)
        return await self._database.read(lambda tx: _retention(tx.retention.folders()))

    async def set_rules(self, actor: Actor, folder_id: str, rules: Rules) -> FolderRetention:
        """Replaces a folder's own rules; classes without one follow the parent. Raises InvalidError, NotFoundError."""
        demand(actor, Right.ADMINISTER)
        for rule in rules.values():
            check_rule(rule)
        now, stored = self._clock.now(), write_rules(rules) if rules else None

        def work(tx: Transaction) -> FolderRetention:
            tx.retention.set_rules(folder_id, stored)
            changed = next(each for each in _retention(tx.retention.folders()) if each.folder_id == folder_id)
            subject = Subject("folder", folder_id, changed.path)
            tx.audit.add(audit_entry(actor, now, "retention changed", subject, {"rules": stored}))
            return changed

        return await self._database.write(work)

    async def keep(self, actor: Actor, job_id: str, *, is_kept: bool) -> None:
        """Keeps a job with its instances from every purge, or no longer; raises NotFoundError."""
        now = self._clock.now()

        def work(tx: Transaction) -> None:
            job = tx.runs.job(job_id)
            demand(actor, Right.RUN, job.runbook_path)
            tx.retention.keep(job_id, is_kept=is_kept)
            subject = Subject("job", job_id, job.runbook_path)
            tx.audit.add(audit_entry(actor, now, "kept" if is_kept else "no longer kept", subject))

        await self._database.write(work)

    async def audit(
        self, actor: Actor, since: datetime | None, after: str | None = None, limit: int = 200
    ) -> list[AuditRecord]:
        """Audit entries from a moment on, oldest first, newer than the id `after`: no purge ever takes them."""
        demand(actor, Right.ADMINISTER)
        return await self._database.read(lambda tx: tx.audit.since(since, after, limit))

    async def preview(self, actor: Actor, runbook_id: str | None = None, *, everything: bool = False) -> Preview:
        """What a purge would delete now, by class; it is looked for no longer than 20 seconds."""
        demand(actor, Right.ADMINISTER)
        selection = await self._database.read(lambda tx: select_now(tx, self._clock.now()))
        selection.runbook_id, selection.override = runbook_id, NOTHING_KEPT if everything else None
        found = Preview({each.value: 0 for each in Outcome})
        until = self._clock.steady() + _PREVIEW_SECONDS
        async for page in selection.instances(self._database):
            for each in page:
                found.instances[each.outcome] += 1
                found.executions += each.rows
            if self._clock.steady() > until:
                found.is_complete = False
                return found
        async for page in selection.empty_jobs(self._database):
            found.jobs += len(page)
        return found


def _view(record: DutyRecord, leader: str | None) -> DutyView:
    return DutyView(record, TITLES[DutyName(record.name)], leader)


def _retention(folders: list[FolderRules]) -> list[FolderRetention]:
    from_parents = effective(folders)
    return [
        FolderRetention(each.folder_id, each.path, read_rules(each.rules), from_parents[each.path]) for each in folders
    ]
