"""Platform events (ports.EventStore)."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, RowMapping, or_, select

from orchestrion.model.resources import EVENT_DETAILS_LENGTH, EVENT_SUMMARY_LENGTH, EventType
from orchestrion.ports.access import EventRecord
from orchestrion.storage.dialect import insert_or_ignore
from orchestrion.storage.tables import event as table


class SqlEvents:
    """See ports.EventStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, event: EventRecord) -> None:
        """See ports.EventStore. Texts are cut to what spec 11 allows: an event must not fail what it tells of."""
        cut = {"summary": event.summary[:EVENT_SUMMARY_LENGTH], "details": event.details[:EVENT_DETAILS_LENGTH]}
        values = {**asdict(event), **cut, "type": event.type.value}
        self._connection.execute(insert_or_ignore(self._connection, table).values(values))

    def recent(self, before: str | None, limit: int, kind: EventType | None = None) -> list[EventRecord]:
        """See ports.EventStore."""
        query = select(table).order_by(table.c.at.desc(), table.c.id.desc()).limit(limit)
        if before is not None:
            seen = select(table.c.at).where(table.c.id == before).scalar_subquery()
            query = query.where(or_(table.c.at < seen, (table.c.at == seen) & (table.c.id < before)))
        if kind is not None:
            query = query.where(table.c.type == kind.value)
        return [_event(row) for row in self._connection.execute(query).mappings()]


def _event(row: RowMapping) -> EventRecord:
    return EventRecord(**{**row, "type": EventType(row["type"])})
