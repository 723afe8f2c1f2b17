"""The folder tree: reading and changing it."""

from __future__ import annotations

from orchestrion.model.access import Actor, Right, demand
from orchestrion.ports.authoring import FolderRecord
from orchestrion.ports.clock import Clock
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.audit import audit_entry, folder_subject
from orchestrion.services.names import checked_name


class Folders:
    """Folders for runbooks. All methods raise RefusedError when the actor lacks the right."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def all(self, actor: Actor) -> list[FolderRecord]:
        """Every folder by path; the root comes first."""
        demand(actor, Right.VIEW)
        return await self._database.read(lambda stores: stores.folders.all())

    async def create(self, actor: Actor, parent_id: str, name: str) -> FolderRecord:
        """A new folder. Raises NotFoundError for the parent, InvalidError for the name, ConflictError when taken."""
        wanted = checked_name("folder", name)
        return await self._database.write(lambda stores: self._create(stores, actor, parent_id, wanted))

    async def change(
        self, actor: Actor, folder_id: str, name: str | None = None, parent_id: str | None = None
    ) -> FolderRecord:
        """Renames or moves a folder with all in it; None keeps. Raises as `create`."""
        wanted = None if name is None else checked_name("folder", name)
        return await self._database.write(lambda stores: self._change(stores, actor, folder_id, wanted, parent_id))

    async def remove(self, actor: Actor, folder_id: str) -> None:
        """Deletes an empty folder; raises ConflictError for one with content."""
        await self._database.write(lambda stores: self._remove(stores, actor, folder_id))

    def _create(self, stores: Transaction, actor: Actor, parent_id: str, name: str) -> FolderRecord:
        demand(actor, Right.EDIT, stores.folders.get(parent_id).path)
        folder = stores.folders.add(parent_id, name)
        stores.audit.add(audit_entry(actor, self._clock.now(), "created", folder_subject(folder)))
        return folder

    def _change(
        self, stores: Transaction, actor: Actor, folder_id: str, name: str | None, parent_id: str | None
    ) -> FolderRecord:
        old = stores.folders.get(folder_id)
        demand(actor, Right.EDIT, old.path)
        target = old.parent_id if parent_id is None else parent_id
        demand(actor, Right.EDIT, stores.folders.get(target).path if target else "")
        folder = stores.folders.change(folder_id, target or folder_id, name or old.name)
        moved = audit_entry(actor, self._clock.now(), "moved", folder_subject(folder), {"from": old.path})
        stores.audit.add(moved)
        return folder

    def _remove(self, stores: Transaction, actor: Actor, folder_id: str) -> None:
        folder = stores.folders.get(folder_id)
        demand(actor, Right.DELETE, folder.path)
        stores.folders.remove(folder_id)
        stores.audit.add(audit_entry(actor, self._clock.now(), "deleted", folder_subject(folder)))
