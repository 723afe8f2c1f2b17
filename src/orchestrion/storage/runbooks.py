"""Runbooks with their versions and drafts (ports.RunbookStore)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, RowMapping, Select, bindparam, delete, insert, or_, select, update
from uuid_utils import uuid7

from orchestrion.model.errors import ConflictError, NotFoundError
from orchestrion.ports.authoring import DraftRecord, RunbookFilter, RunbookRecord, VersionRecord
from orchestrion.storage.admission import admit
from orchestrion.storage.folders import SqlFolders, joined_path, lock_tree
from orchestrion.storage.lookup import is_id, only_row
from orchestrion.storage.placements import placement_of_document, store_placement
from orchestrion.storage.tables import draft as draft_table
from orchestrion.storage.tables import runbook, runbook_version

#: What every start of a job asks for, put together once.
_GET = select(runbook).where(runbook.c.id == bindparam("wanted"), runbook.c.deleted_at.is_(None))
_VERSION = select(runbook_version).where(
    runbook_version.c.runbook_id == bindparam("wanted"), runbook_version.c.version == bindparam("number")
)


class SqlRunbooks:
    """See ports.RunbookStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._folders = SqlFolders(connection)

    def search(self, wanted: RunbookFilter) -> list[RunbookRecord]:
        """See ports.RunbookStore."""
        query = select(runbook).where(runbook.c.deleted_at.is_(None), runbook.c.folded_path > wanted.after.casefold())
        if wanted.folder_id is not None:
            query = query.where(runbook.c.folder_id == self._folders.get(wanted.folder_id).id)
        if wanted.search:
            in_path = runbook.c.folded_path.contains(wanted.search.casefold(), autoescape=True)
            query = query.where(or_(in_path, runbook.c.description.icontains(wanted.search, autoescape=True)))
        rows = self._connection.execute(query.order_by(runbook.c.folded_path).limit(wanted.limit)).mappings()
        return [_record(row) for row in rows]

    def get(self, runbook_id: str) -> RunbookRecord:
        """See ports.RunbookStore."""
        row = (
            self._connection.execute(_GET, {"wanted": runbook_id}).mappings().one_or_none()
            if is_id(runbook_id)
            else None
        )
        if row is None:
            raise NotFoundError("runbook", runbook_id)
        return _record(row)

    def find(self, path: str) -> RunbookRecord | None:
        """See ports.RunbookStore."""
        query = select(runbook).where(runbook.c.deleted_at.is_(None), runbook.c.folded_path == path.casefold())
        row = self._connection.execute(query).mappings().one_or_none()
        return _record(row) if row else None

    def lock(self, runbook_id: str) -> RunbookRecord:
        """See ports.RunbookStore."""
        return _record(only_row(self._connection, _visible(runbook_id).with_for_update(), "runbook", runbook_id))

    def add(self, folder_id: str, name: str, now: datetime) -> RunbookRecord:
        """See ports.RunbookStore."""
        lock_tree(self._connection)
        runbook_id, place = str(uuid7()), self._place(folder_id, name)
        unset = {"description": "", "is_monitor": False, "max_simultaneous_jobs": 1, "updated_at": now}
        self._connection.execute(insert(runbook).values(id=runbook_id, **place, **unset))
        return self.get(runbook_id)

    def move(self, runbook_id: str, folder_id: str, name: str, now: datetime) -> None:
        """See ports.RunbookStore."""
        lock_tree(self._connection)
        found = self.get(runbook_id)
        values = {**self._place(folder_id, name, found.id), "updated_at": now}
        self._connection.execute(update(runbook).where(runbook.c.id == found.id).values(values))

    def remove(self, runbook_id: str, now: datetime) -> None:
        """See ports.RunbookStore."""
        found = self.get(runbook_id)
        self._connection.execute(update(runbook).where(runbook.c.id == found.id).values(deleted_at=now))
        self._connection.execute(delete(draft_table).where(draft_table.c.runbook_id == found.id))

    def set_owner(self, runbook_id: str, owner_id: str | None, owner_name: str | None, now: datetime) -> None:
        """See ports.RunbookStore."""
        values = {
            "owner_id": owner_id,
            "owner_name": owner_name,
            "checked_out_at": None if owner_id is None else now,
        }
        self._connection.execute(update(runbook).where(runbook.c.id == runbook_id).values(values))

    def add_version(
        self, record: VersionRecord, is_monitor: bool, max_simultaneous_jobs: int, description: str
    ) -> None:
        """See ports.RunbookStore."""
        self._connection.execute(
            insert(runbook_version).values(
                runbook_id=record.runbook_id,
                version=record.version,
                document=to_json(record.document).decode(),
                checked_in_by=record.checked_in_by,
                checked_in_at=record.checked_in_at,
                comment=record.comment,
                placement_id=store_placement(self._connection, placement_of_document(record.document)),
            )
        )
        newest = {
            "version": record.version,
            "is_monitor": is_monitor,
            "max_simultaneous_jobs": max_simultaneous_jobs,
            "description": description,
            "updated_at": record.checked_in_at,
        }
        self._connection.execute(update(runbook).where(runbook.c.id == record.runbook_id).values(newest))
        admit(self._connection, record.runbook_id, record.checked_in_at)  # the limit may have grown

    def versions(self, runbook_id: str) -> list[VersionRecord]:
        """See ports.RunbookStore."""
        columns = [column for column in runbook_version.c if column.name != "document"]
        query = select(*columns).where(runbook_version.c.runbook_id == self.get(runbook_id).id)
        rows = self._connection.execute(query.order_by(runbook_version.c.version.desc())).mappings()
        return [_version(row, {}) for row in rows]

    def version(self, runbook_id: str, version: int) -> VersionRecord:
        """See ports.RunbookStore. Versions of deleted runbooks are found: their instances stay readable."""
        key = {"wanted": runbook_id, "number": version}
        row = self._connection.execute(_VERSION, key).mappings().one_or_none() if is_id(runbook_id) else None
        if row is None:
            raise NotFoundError(f"version {version} of the runbook", runbook_id)
        return _version(row, from_json(row["document"]))

    def draft(self, runbook_id: str, owner_id: str) -> DraftRecord | None:
        """See ports.RunbookStore."""
        row = (
            self._connection.execute(select(draft_table).where(*_draft_key(runbook_id, owner_id)))
            .mappings()
            .one_or_none()
        )
        return _draft(row) if row else None

    def save_draft(self, draft: DraftRecord) -> None:
        """See ports.RunbookStore."""
        self.remove_draft(draft.runbook_id, draft.owner_id)
        self._connection.execute(insert(draft_table).values(_draft_values(draft)))

    def remove_draft(self, runbook_id: str, owner_id: str) -> None:
        """See ports.RunbookStore."""
        self._connection.execute(delete(draft_table).where(*_draft_key(runbook_id, owner_id)))

    def _place(self, folder_id: str, name: str, own_id: str = "") -> dict[str, str]:
        """The columns that say where a runbook lies; raises ConflictError when another one lies there."""
        path = joined_path(self._folders.get(folder_id).path, name)
        holder = self.find(path)
        if holder is not None and holder.id != own_id:
            raise ConflictError(f"There is already a runbook '{path}'.")
        return {"folder_id": folder_id, "name": name, "path": path, "folded_path": path.casefold()}


def _visible(runbook_id: str) -> Select[Any]:
    return select(runbook).where(runbook.c.id == runbook_id, runbook.c.deleted_at.is_(None))


def _draft_key(runbook_id: str, owner_id: str) -> tuple[Any, Any]:
    return draft_table.c.runbook_id == runbook_id, draft_table.c.owner_id == owner_id


def _record(row: RowMapping) -> RunbookRecord:
    return RunbookRecord(
        id=row["id"],
        folder_id=row["folder_id"],
        name=row["name"],
        path=row["path"],
        description=row["description"],
        version=row["version"],
        is_monitor=row["is_monitor"],
        max_simultaneous_jobs=row["max_simultaneous_jobs"],
        owner_id=row["owner_id"],
        owner_name=row["owner_name"],
        checked_out_at=row["checked_out_at"],
        updated_at=row["updated_at"],
    )


def _version(row: RowMapping, document: dict[str, Any]) -> VersionRecord:
    return VersionRecord(
        runbook_id=row["runbook_id"],
        version=row["version"],
        checked_in_by=row["checked_in_by"],
        checked_in_at=row["checked_in_at"],
        comment=row["comment"],
        document=document,
    )


def _draft(row: RowMapping) -> DraftRecord:
    return DraftRecord(
        runbook_id=row["runbook_id"],
        owner_id=row["owner_id"],
        owner_name=row["owner_name"],
        base_version=row["base_version"],
        revision=row["revision"],
        saved_at=row["saved_at"],
        document=from_json(row["document"]),
    )


def _draft_values(record: DraftRecord) -> dict[str, Any]:
    return {
        "runbook_id": record.runbook_id,
        "owner_id": record.owner_id,
        "owner_name": record.owner_name,
        "base_version": record.base_version,
        "revision": record.revision,
        "saved_at": record.saved_at,
        "document": to_json(record.document).decode(),
    }
