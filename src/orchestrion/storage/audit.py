"""The audit: appended, never changed (ports.AuditStore)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, RowMapping, insert, select

from orchestrion.ports.access import AuditRecord
from orchestrion.storage.tables import audit

_ADD = insert(audit)


class SqlAudit:
    """See ports.AuditStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, entry: AuditRecord) -> None:
        """See ports.AuditStore."""
        values = {**asdict(entry), "details": to_json(entry.details).decode()}
        self._connection.execute(_ADD, values)

    def recent(self, before: str | None, limit: int) -> list[AuditRecord]:
        """See ports.AuditStore."""
        query = select(audit).order_by(audit.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.id < before)
        return [_entry(row) for row in self._connection.execute(query).mappings()]

    def since(self, moment: datetime | None, after: str | None, limit: int) -> list[AuditRecord]:
        """See ports.AuditStore."""
        query = select(audit).order_by(audit.c.id).limit(limit)
        if moment is not None:
            query = query.where(audit.c.at >= moment)
        if after is not None:
            query = query.where(audit.c.id > after)
        return [_entry(row) for row in self._connection.execute(query).mappings()]


def _entry(row: RowMapping) -> AuditRecord:
    return AuditRecord(**{**row, "details": from_json(row["details"])})
