"""Computer groups (ports.ComputerGroupStore); their entries as JSON: `[{"kind": "name", "value": "…"}]`."""

from __future__ import annotations

from datetime import datetime

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, RowMapping, delete, select
from sqlalchemy.exc import IntegrityError

from orchestrion.model.computer_groups import KIND, ComputerGroup, EntryKind, GroupEntry, by_folded_path, expanded
from orchestrion.model.errors import ConflictError
from orchestrion.storage.dialect import upsert
from orchestrion.storage.lookup import only_row
from orchestrion.storage.tables import computer_group as table


class SqlComputerGroups:
    """See ports.ComputerGroupStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[ComputerGroup]:
        """See ports.ComputerGroupStore."""
        rows = self._connection.execute(select(table).order_by(table.c.folded_path)).mappings()
        return [_group(row) for row in rows]

    def get(self, group_id: str) -> ComputerGroup:
        """See ports.ComputerGroupStore."""
        query = select(table).where(table.c.id == group_id)
        return _group(only_row(self._connection, query, KIND, group_id))

    def save(self, group: ComputerGroup, now: datetime) -> None:
        """See ports.ComputerGroupStore."""
        values = {
            "id": group.id,
            "path": group.path,
            "folded_path": group.path.casefold(),
            "members": _json(group.entries),
            "description": group.description,
            "updated_at": now,
        }
        try:
            self._connection.execute(upsert(self._connection, table, "id", values))
        except IntegrityError as error:
            raise ConflictError(f"There is already a computer group '{group.path}'.") from error

    def remove(self, group_id: str) -> None:
        """See ports.ComputerGroupStore."""
        found = self.get(group_id)
        self._connection.execute(delete(table).where(table.c.id == found.id))

    def members(self, path: str) -> tuple[str, ...]:
        """See ports.ComputerGroupStore."""
        return expanded(path, by_folded_path(self.all()))


def _json(entries: tuple[GroupEntry, ...]) -> str:
    return to_json([{"kind": each.kind.value, "value": each.value} for each in entries]).decode()


def _group(row: RowMapping) -> ComputerGroup:
    entries = tuple(GroupEntry(EntryKind(each["kind"]), each["value"]) for each in from_json(row["members"]))
    return ComputerGroup(row["id"], row["path"], entries, row["description"])
