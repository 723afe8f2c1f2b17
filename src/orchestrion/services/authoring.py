"""Runbooks: where they lie, checking them out and in, drafts and versions (spec 7.2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.check import check
from orchestrion.model.codec import read_runbook, write_runbook
from orchestrion.model.errors import ConflictError, NotFoundError
from orchestrion.model.finding import Finding
from orchestrion.model.runbook import Parameter, ReturnedItem, declared_parameters
from orchestrion.ports.authoring import Document, DraftRecord, RunbookFilter, RunbookRecord, VersionRecord
from orchestrion.ports.clock import Clock
from orchestrion.ports.journal import LIVE, Wakeups
from orchestrion.ports.runs import JobRecord
from orchestrion.ports.security import Vault
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.audit import audit_entry, runbook_subject
from orchestrion.services.check_in import CheckedIn, check_in, release
from orchestrion.services.check_out import check_out, held_draft, holder_conflict, own_draft, save_draft
from orchestrion.services.known import known_of
from orchestrion.services.live_events import RunbookChange, runbook_changed
from orchestrion.services.names import checked_name
from orchestrion.services.secret_inputs import sealed

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RunbookSummary:
    """A runbook as lists show it; `active_jobs` are those that have not ended."""

    record: RunbookRecord
    active_jobs: int
    last_job: JobRecord | None


@dataclass(frozen=True, slots=True)
class RunbookView:
    """A runbook with its newest version; `document` is None before the first check-in."""

    summary: RunbookSummary
    document: Document | None
    parameters: tuple[Parameter, ...]
    returned_data: tuple[ReturnedItem, ...]


class Authoring:
    """What authors do with runbooks.

    All methods raise RefusedError when the actor lacks the right, and NotFoundError for an unknown runbook.
    """

    def __init__(self, database: Database, clock: Clock, wakeups: Wakeups, vault: Vault) -> None:
        self._database = database
        self._clock = clock
        self._wakeups = wakeups
        self._vault = vault

    async def search(self, actor: Actor, wanted: RunbookFilter) -> list[RunbookSummary]:
        """Runbooks by path."""
        demand(actor, Right.VIEW)
        return await self._database.read(lambda stores: _summaries(stores, stores.runbooks.search(wanted)))

    async def runbook(self, actor: Actor, runbook_id: str) -> RunbookView:
        """One runbook with its newest version."""
        return await self._database.read(lambda stores: _view(stores, _seen(stores, actor, runbook_id)))

    async def find(self, actor: Actor, path: str) -> RunbookView:
        """The runbook at a path, ignoring case."""
        return await self._database.read(lambda stores: _view(stores, _found(stores, actor, path)))

    async def create(self, actor: Actor, folder_id: str, name: str) -> RunbookView:
        """A new runbook, checked out by the actor with an empty draft.

        Raises InvalidError for the name, ConflictError when it is taken in the folder.
        """
        wanted = checked_name("runbook", name)
        view = await self._database.write(lambda stores: self._create(stores, actor, folder_id, wanted))
        self._announce(view.summary.record.id, RunbookChange.CREATED)
        return view

    async def move(self, actor: Actor, runbook_id: str, folder_id: str) -> RunbookView:
        """Puts a runbook into another folder; raises ConflictError when its name is taken there."""
        work = self._changing(runbook_id, lambda stores, found: self._move(stores, actor, found, folder_id))
        return await self._changed(runbook_id, RunbookChange.MOVED, work)

    async def remove(self, actor: Actor, runbook_id: str) -> None:
        """Deletes a runbook; its runs stay readable.

        Raises ConflictError while it has jobs that have not ended, or while somebody else has it checked out.
        """
        work = self._changing(runbook_id, lambda stores, found: self._remove(stores, actor, found))
        await self._changed(runbook_id, RunbookChange.DELETED, work)

    async def check(self, actor: Actor, document: Document) -> list[Finding]:
        """What the authoring checks find in a document; raises DocumentError when it cannot be read."""
        demand(actor, Right.VIEW)
        runbook = read_runbook(document)
        return await self._database.read(
            lambda stores: check(runbook, stores.catalogue.types(), known_of(stores, runbook))
        )

    async def draft(self, actor: Actor, runbook_id: str) -> DraftRecord:
        """The draft of whoever has the runbook checked out; raises NotFoundError when nobody has."""
        return await self._database.read(lambda stores: held_draft(stores, _seen(stores, actor, runbook_id)))

    async def check_out(self, actor: Actor, runbook_id: str, *, take_over: bool = False) -> DraftRecord:
        """Takes the runbook for the actor and gives the draft to go on from, see `services/check_out.py`.

        Raises ConflictError with the holder as `owner` when somebody else has it; with `take_over` the actor gets it,
        and the other's draft is kept for them.
        """
        now = self._clock.now()
        work = self._changing(runbook_id, lambda stores, found: check_out(stores, actor, found, take_over, now))
        return await self._changed(runbook_id, RunbookChange.CHECKED_OUT, work)

    async def save_draft(
        self, actor: Actor, runbook_id: str, document: Document, revision: int
    ) -> tuple[DraftRecord, list[Finding]]:
        """Saves the actor's draft, which was read as `revision`, and gives it with what the checks find.

        Raises DocumentError when the document cannot be read, ConflictError when somebody else has the runbook (as
        `owner`) or the draft was saved meanwhile.
        """
        runbook, now = read_runbook(document), self._clock.now()

        def work(stores: Transaction, found: RunbookRecord) -> tuple[DraftRecord, list[Finding]]:
            before = read_runbook(own_draft(stores, actor, found).document)
            kept = sealed(runbook, stores.catalogue.types(), self._vault, before)
            return save_draft(stores, actor, found, kept, revision, now)

        return await self._changed(runbook_id, RunbookChange.DRAFT, self._changing(runbook_id, work))

    async def check_in(self, actor: Actor, runbook_id: str, comment: str = "") -> CheckedIn:
        """Makes the actor's draft the newest version and lets go of the runbook; an unchanged draft makes no version.

        Raises FindingsError when the checks find errors, ConflictError when the actor does not hold the runbook, when
        another version was checked in since the draft began, or when the draft's name is taken.
        """
        now = self._clock.now()
        work = self._changing(runbook_id, lambda stores, found: check_in(stores, actor, found, comment, now))
        return await self._changed(runbook_id, RunbookChange.CHECKED_IN, work)

    async def undo_check_out(self, actor: Actor, runbook_id: str) -> None:
        """Drops the actor's draft and lets go of the runbook; raises ConflictError when the actor does not hold it."""
        work = self._changing(runbook_id, lambda stores, found: self._undo(stores, actor, found))
        await self._changed(runbook_id, RunbookChange.CHECK_OUT_UNDONE, work)

    async def versions(self, actor: Actor, runbook_id: str) -> list[VersionRecord]:
        """All versions, newest first, without documents."""
        return await self._database.read(
            lambda stores: stores.runbooks.versions(_seen(stores, actor, runbook_id).id),
        )

    async def version(self, actor: Actor, runbook_id: str, version: int) -> VersionRecord:
        """One version with its document; raises NotFoundError."""
        return await self._database.read(
            lambda stores: stores.runbooks.version(_seen(stores, actor, runbook_id).id, version)
        )

    def _changing(
        self, runbook_id: str, change: Callable[[Transaction, RunbookRecord], T]
    ) -> Callable[[Transaction], T]:
        """`change` on the runbook's row, which nobody else may change meanwhile."""
        return lambda stores: change(stores, stores.runbooks.lock(runbook_id))

    async def _changed(self, runbook_id: str, change: RunbookChange, work: Callable[[Transaction], T]) -> T:
        result = await self._database.write(work)
        self._announce(runbook_id, change)
        return result

    def _announce(self, runbook_id: str, change: RunbookChange) -> None:
        self._wakeups.announce(LIVE, runbook_changed(runbook_id, change))

    def _create(self, stores: Transaction, actor: Actor, folder_id: str, name: str) -> RunbookView:
        demand(actor, Right.EDIT, stores.folders.get(folder_id).path)
        now = self._clock.now()
        record = stores.runbooks.add(folder_id, name, now)
        stores.audit.add(audit_entry(actor, now, "created", runbook_subject(record)))
        check_out(stores, actor, record, False, now)
        return _view(stores, stores.runbooks.get(record.id))

    def _move(self, stores: Transaction, actor: Actor, found: RunbookRecord, folder_id: str) -> RunbookView:
        demand(actor, Right.EDIT, found.path)
        demand(actor, Right.EDIT, stores.folders.get(folder_id).path)
        if found.owner_id not in (None, actor.id):
            raise holder_conflict(found)
        now = self._clock.now()
        stores.runbooks.move(found.id, folder_id, found.name, now)
        moved = stores.runbooks.get(found.id)
        stores.audit.add(audit_entry(actor, now, "moved", runbook_subject(moved), {"from": found.path}))
        return _view(stores, moved)

    def _remove(self, stores: Transaction, actor: Actor, found: RunbookRecord) -> None:
        demand(actor, Right.DELETE, found.path)
        if found.owner_id not in (None, actor.id):
            raise holder_conflict(found)
        if stores.runs.active_counts([found.id]).get(found.id):
            raise ConflictError(f"'{found.path}' has jobs that have not ended. Stop them first.")
        now = self._clock.now()
        stores.runbooks.remove(found.id, now)
        stores.audit.add(audit_entry(actor, now, "deleted", runbook_subject(found)))

    def _undo(self, stores: Transaction, actor: Actor, found: RunbookRecord) -> None:
        demand(actor, Right.EDIT, found.path)
        now = self._clock.now()
        release(stores, actor, found, now)
        stores.audit.add(audit_entry(actor, now, "check-out undone", runbook_subject(found)))


def _seen(stores: Transaction, actor: Actor, runbook_id: str) -> RunbookRecord:
    record = stores.runbooks.get(runbook_id)
    demand(actor, Right.VIEW, record.path)
    return record


def _found(stores: Transaction, actor: Actor, path: str) -> RunbookRecord:
    demand(actor, Right.VIEW, path)
    record = stores.runbooks.find(path)
    if record is None:
        raise NotFoundError("runbook", path)
    return record


def _summaries(stores: Transaction, records: Sequence[RunbookRecord]) -> list[RunbookSummary]:
    ids = [record.id for record in records]
    counts, jobs = stores.runs.active_counts(ids), stores.runs.latest_jobs(ids)
    return [RunbookSummary(record, counts.get(record.id, 0), jobs.get(record.id)) for record in records]


def _view(stores: Transaction, record: RunbookRecord) -> RunbookView:
    summary = _summaries(stores, [record])[0]
    if record.version is None:
        return RunbookView(summary, None, (), ())
    document = stores.runbooks.version(record.id, record.version).document
    runbook = read_runbook(document)
    return RunbookView(summary, write_runbook(runbook), declared_parameters(runbook), runbook.returned_data)
