"""Runs that do not begin (ports.WatchStore)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, RowMapping, select

from orchestrion.ports.maintenance import Late
from orchestrion.storage.tables import IS_READY, instance


class SqlWatch:
    """See ports.WatchStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def not_begun(self, before: datetime, limit: int) -> list[Late]:
        """See ports.WatchStore."""
        late = (IS_READY, instance.c.started_at.is_(None), instance.c.created_at < before)
        query = select(instance).where(*late).order_by(instance.c.turn, instance.c.id).limit(limit)
        return [_late(row) for row in self._connection.execute(query).mappings()]


def _late(row: RowMapping) -> Late:
    return Late(row["id"], row["job_id"], row["runbook_id"], row["runbook_path"])
