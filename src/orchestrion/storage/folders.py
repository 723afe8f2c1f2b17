"""The tree of folders (ports.FolderStore). Paths are stored, so that a list is one query; a move rewrites them."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, delete, false, func, insert, or_, select, update
from uuid_utils import uuid7

from orchestrion.model.errors import ConflictError, InvalidError
from orchestrion.model.ids import derived_id
from orchestrion.ports.authoring import FolderRecord
from orchestrion.storage.dialect import insert_or_ignore
from orchestrion.storage.lookup import only_row
from orchestrion.storage.tables import PATH, folder, runbook

ROOT_ID = derived_id("folder", "root")


class SqlFolders:
    """See ports.FolderStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[FolderRecord]:
        """See ports.FolderStore."""
        counts = (
            select(runbook.c.folder_id, func.count().label("runbook_count"))
            .where(runbook.c.deleted_at.is_(None))
            .group_by(runbook.c.folder_id)
            .subquery()
        )
        query = (
            select(folder, func.coalesce(counts.c.runbook_count, 0).label("runbook_count"))
            .outerjoin(counts, counts.c.folder_id == folder.c.id)
            .order_by(folder.c.folded_path)
        )
        return [_record(row, row["runbook_count"]) for row in self._connection.execute(query).mappings()]

    def get(self, folder_id: str) -> FolderRecord:
        """See ports.FolderStore."""
        row = only_row(self._connection, select(folder).where(folder.c.id == folder_id), "folder", folder_id)
        counted = select(func.count()).where(runbook.c.folder_id == folder_id, runbook.c.deleted_at.is_(None))
        return _record(row, self._connection.scalar(counted) or 0)

    def root(self) -> FolderRecord:
        """See ports.FolderStore."""
        if self._connection.scalar(select(folder.c.id).where(folder.c.id == ROOT_ID)) is None:
            values = {"id": ROOT_ID, "parent_id": None, "name": "", "path": "", "folded_path": ""}
            self._connection.execute(insert_or_ignore(self._connection, folder).values(values))
        return self.get(ROOT_ID)

    def add(self, parent_id: str, name: str) -> FolderRecord:
        """See ports.FolderStore."""
        lock_tree(self._connection)
        path = self._free_path(parent_id, name)
        new = {"id": str(uuid7()), "parent_id": parent_id, "name": name, "path": path}
        self._connection.execute(insert(folder).values(**new, folded_path=path.casefold()))
        return self.get(new["id"])

    def change(self, folder_id: str, parent_id: str, name: str) -> FolderRecord:
        """See ports.FolderStore."""
        lock_tree(self._connection)
        old = self.get(folder_id)
        if old.parent_id is None:
            raise InvalidError("The top folder cannot be renamed or moved.")
        parent = self.get(parent_id)
        if _is_inside(parent.path, old.path):
            raise InvalidError(f"The folder '{old.path}' cannot be moved below itself.")
        path = self._free_path(parent_id, name, folder_id)
        values = {"parent_id": parent_id, "name": name}
        self._connection.execute(update(folder).where(folder.c.id == folder_id).values(values))
        self._rewrite_paths(old.path, path)
        return self.get(folder_id)

    def remove(self, folder_id: str) -> None:
        """See ports.FolderStore."""
        lock_tree(self._connection)
        found = self.get(folder_id)
        if found.parent_id is None:
            raise InvalidError("The top folder cannot be deleted.")
        children = self._connection.scalar(select(func.count()).where(folder.c.parent_id == folder_id))
        if found.runbook_count or children:
            raise ConflictError(f"The folder '{found.path}' is not empty. Delete or move what is in it first.")
        # Deleted runbooks keep their history and need a folder: they go where nobody sees them.
        self._connection.execute(update(runbook).where(runbook.c.folder_id == folder_id).values(folder_id=ROOT_ID))
        self._connection.execute(delete(folder).where(folder.c.id == folder_id))

    def _free_path(self, parent_id: str, name: str, own_id: str = "") -> str:
        """The path of `name` below a parent; raises ConflictError when another folder has it."""
        path = joined_path(self.get(parent_id).path, name)
        holder = self._connection.scalar(select(folder.c.id).where(folder.c.folded_path == path.casefold()))
        if holder not in (None, own_id):
            raise ConflictError(f"There is already a folder '{path}'.")
        return path

    def _rewrite_paths(self, old: str, new: str) -> None:
        inside = f"{old.casefold()}/"
        for table, itself in ((folder, folder.c.folded_path == old.casefold()), (runbook, false())):
            below = table.c.folded_path.startswith(inside, autoescape=True)
            rows = self._connection.execute(select(table.c.id, table.c.path).where(or_(below, itself)))
            for row in rows.all():
                path = checked_path(new + row.path[len(old) :])
                values = {"path": path, "folded_path": path.casefold()}
                self._connection.execute(update(table).where(table.c.id == row.id).values(values))


def lock_tree(connection: Connection) -> None:
    """Holds the root's row until the transaction ends: changes of paths happen one after the other."""
    connection.execute(select(folder.c.id).where(folder.c.id == ROOT_ID).with_for_update())


def joined_path(parent: str, name: str) -> str:
    """The path of `name` in the folder `parent`; raises InvalidError when it is too long to be stored."""
    return checked_path(f"{parent}/{name}" if parent else name)


def checked_path(path: str) -> str:
    """`path` itself; raises InvalidError when it, or its form without case, is too long to be stored."""
    if max(len(path), len(path.casefold())) > PATH:
        raise InvalidError(f"A path has at most {PATH} characters: '{path[:80]}…' is longer.")
    return path


def _is_inside(path: str, other: str) -> bool:
    return f"{path.casefold()}/".startswith(f"{other.casefold()}/")


def _record(row: RowMapping, runbook_count: int) -> FolderRecord:
    return FolderRecord(row["id"], row["parent_id"], row["name"], row["path"], runbook_count)
