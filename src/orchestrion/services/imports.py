"""Runbooks in from text files, all or nothing, and out to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from anyio import to_thread

from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.check import check, has_errors
from orchestrion.model.codec import read_runbook
from orchestrion.model.errors import NotFoundError
from orchestrion.model.finding import Finding
from orchestrion.model.known import KnownRunbook
from orchestrion.model.runbook import Runbook, declared_parameters
from orchestrion.ports.authoring import FolderRecord, RunbookRecord
from orchestrion.ports.clock import Clock
from orchestrion.ports.interchange import RunbookText
from orchestrion.ports.journal import LIVE, Wakeups
from orchestrion.ports.security import Vault
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.audit import audit_entry, folder_subject
from orchestrion.services.check_in import Reason, is_unchanged, publish, starts_with_monitor
from orchestrion.services.check_out import holder_conflict
from orchestrion.services.findings import FindingsError
from orchestrion.services.import_files import ImportFile, ReadFile, read_files
from orchestrion.services.known import known_of
from orchestrion.services.live_events import RunbookChange, runbook_changed
from orchestrion.services.secret_inputs import sealed


class ImportAction(StrEnum):
    """What an import does to one runbook."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file; in a dry run `id` is None for what would be created."""

    path: str
    id: str | None
    action: ImportAction
    version: int
    findings: tuple[Finding, ...]


class _DryRunError(Exception):
    """Carries the result out of a transaction that must leave nothing behind."""

    def __init__(self, result: list[Imported]) -> None:
        super().__init__()
        self.result = result


class Imports:
    """Import and export of runbooks as text. All methods raise RefusedError when the actor lacks the right."""

    def __init__(self, database: Database, clock: Clock, wakeups: Wakeups, text: RunbookText, vault: Vault) -> None:
        self._database = database
        self._clock = clock
        self._wakeups = wakeups
        self._text = text
        self._vault = vault

    async def import_files(
        self, actor: Actor, files: Sequence[ImportFile], folder_id: str | None = None, *, dry_run: bool = False
    ) -> list[Imported]:
        """Imports files below a folder (None: the top), in their order; one new version per changed runbook.

        Nothing is imported when one file cannot be: InvalidError lists the problems of all files, FindingsError what
        the checks found, and ConflictError says that somebody else has a runbook checked out.
        """
        read = await to_thread.run_sync(read_files, self._text, files)
        now = self._clock.now()

        def work(stores: Transaction) -> list[Imported]:
            result = _Importer(stores, actor, now, self._vault).import_all(read, folder_id)
            if dry_run:
                raise _DryRunError(result)
            return result

        try:
            result = await self._database.write(work)
        except _DryRunError as done:
            return [replace(each, id=None) if each.action is ImportAction.CREATED else each for each in done.result]
        self._announce(result)
        return result

    async def export(self, actor: Actor, runbook_id: str, version: int | None = None) -> str:
        """The text of a version, of the newest one for None; raises NotFoundError."""
        return self._text.write(await self._database.read(lambda stores: _stored(stores, actor, runbook_id, version)))

    def _announce(self, result: Sequence[Imported]) -> None:
        for each in result:
            if each.id is not None and each.action is not ImportAction.UNCHANGED:
                self._wakeups.announce(LIVE, runbook_changed(each.id, RunbookChange.CHECKED_IN))


class _Importer:
    """One import within its transaction."""

    def __init__(self, stores: Transaction, actor: Actor, now: datetime, vault: Vault) -> None:
        self._stores = stores
        self._actor = actor
        self._now = now
        self._vault = vault
        self._types = stores.catalogue.types()
        self._folders = {folder.path.casefold(): folder for folder in stores.folders.all()}

    def import_all(self, read: Sequence[ReadFile], folder_id: str | None) -> list[Imported]:
        folders = self._stores.folders
        top = folders.root() if folder_id is None else folders.get(folder_id)
        findings = self._checked(read, top)
        return [self._import(self._folder(top, each.folders), each.runbook, findings[each.file]) for each in read]

    def _checked(self, read: Sequence[ReadFile], top: FolderRecord) -> dict[str, list[Finding]]:
        """What the checks find, by file; raises FindingsError when they find an error in any."""
        coming = {f"{top.path}/{each.path}".lstrip("/").casefold(): self._coming(each) for each in read}
        found = {}
        for each in read:
            known = known_of(self._stores, each.runbook)
            invoked = {wanted: coming.get(wanted.casefold(), there) for wanted, there in known.runbooks.items()}
            found[each.file] = check(each.runbook, self._types, replace(known, runbooks=invoked))
        if any(has_errors(findings) for findings in found.values()):
            lines = [f"{file}: {finding}" for file, findings in found.items() for finding in findings]
            everything = [finding for findings in found.values() for finding in findings]
            raise FindingsError("Nothing was imported, because the checks found errors.", everything, lines)
        return found

    def _coming(self, read: ReadFile) -> KnownRunbook:
        """A runbook of the same import, as others of it will find it."""
        is_monitor = starts_with_monitor(read.runbook, self._types)
        return KnownRunbook(read.path, is_monitor, is_checked_in=True, parameters=declared_parameters(read.runbook))

    def _folder(self, parent: FolderRecord, names: Sequence[str]) -> FolderRecord:
        """The folder below `parent`, made where it is missing."""
        for name in names:
            path = f"{parent.path}/{name}" if parent.path else name
            parent = self._folders.get(path.casefold()) or self._new_folder(parent, name)
        return parent

    def _new_folder(self, parent: FolderRecord, name: str) -> FolderRecord:
        demand(self._actor, Right.EDIT, parent.path)
        folder = self._stores.folders.add(parent.id, name)
        self._folders[folder.path.casefold()] = folder
        self._stores.audit.add(audit_entry(self._actor, self._now, "created", folder_subject(folder)))
        return folder

    def _import(self, folder: FolderRecord, runbook: Runbook, findings: Sequence[Finding]) -> Imported:
        path = f"{folder.path}/{runbook.name}" if folder.path else runbook.name
        for right in (Right.EDIT, Right.CHECK_IN):
            demand(self._actor, right, path)
        runbook = sealed(runbook, self._types, self._vault, self._newest(path))
        found, action = self._place(folder, runbook, path)
        version = found.version
        if action is not ImportAction.UNCHANGED or version is None:
            reason = Reason("imported", "Imported", self._now)
            version = publish(self._stores, self._actor, found, runbook, self._types, reason)
        return Imported(path, found.id, action, version, tuple(findings))

    def _newest(self, path: str) -> Runbook | None:
        found = self._stores.runbooks.find(path)
        if found is None or found.version is None:
            return None
        return read_runbook(self._stores.runbooks.version(found.id, found.version).document)

    def _place(self, folder: FolderRecord, runbook: Runbook, path: str) -> tuple[RunbookRecord, ImportAction]:
        """The runbook to publish to, and what that means; raises ConflictError when somebody else holds it."""
        runbooks = self._stores.runbooks
        found = runbooks.find(path)
        if found is None:
            return runbooks.add(folder.id, runbook.name, self._now), ImportAction.CREATED
        found = runbooks.lock(found.id)
        if is_unchanged(self._stores, found, runbook):
            return found, ImportAction.UNCHANGED
        if found.owner_id not in (None, self._actor.id):
            raise holder_conflict(found)
        return found, ImportAction.UPDATED


def _stored(stores: Transaction, actor: Actor, runbook_id: str, version: int | None) -> Runbook:
    found = stores.runbooks.get(runbook_id)
    demand(actor, Right.VIEW, found.path)
    wanted = found.version if version is None else version
    if wanted is None:
        raise NotFoundError("checked-in version of the runbook", found.path)
    return read_runbook(stores.runbooks.version(found.id, wanted).document)
