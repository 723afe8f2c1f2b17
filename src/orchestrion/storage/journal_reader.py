"""Reading journals for people (ports.JournalReader)."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic_core import from_json
from sqlalchemy import Connection, select

from orchestrion.model.values import Json
from orchestrion.ports.journal import ExecutionRow, SignalRow, Snapshot
from orchestrion.storage.holding import newest_snapshot
from orchestrion.storage.journal_rows import read_rows
from orchestrion.storage.tables import inbox


class SqlJournalReader:
    """See ports.JournalReader."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def snapshot(self, instance_id: str) -> Snapshot | None:
        """See ports.JournalReader."""
        return newest_snapshot(self._connection, instance_id)

    def rows(self, instance_id: str, after: int = 0) -> list[ExecutionRow | SignalRow]:
        """See ports.JournalReader."""
        return read_rows(self._connection, instance_id, after)

    def control_messages(self, instance_id: str) -> list[Mapping[str, Json]]:
        """See ports.JournalReader."""
        query = select(inbox.c.payload).where(inbox.c.instance_id == instance_id, inbox.c.kind == "control")
        return [from_json(text) for text in self._connection.scalars(query.order_by(inbox.c.due, inbox.c.message_id))]
