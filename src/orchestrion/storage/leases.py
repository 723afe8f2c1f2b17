"""Leadership rows (ports.LeaseStore)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, update

from orchestrion.storage.dialect import insert_or_ignore
from orchestrion.storage.tables import lease


class SqlLeases:
    """See ports.LeaseStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def acquire(self, name: str, holder: str, duration: timedelta, now: datetime) -> bool:
        """See ports.LeaseStore."""
        row = {"name": name, "holder": holder, "epoch": 1, "expires_at": now + duration}
        if self._connection.execute(insert_or_ignore(self._connection, lease).values(row)).rowcount == 1:
            return True
        taken = self._connection.execute(
            update(lease)
            .where(lease.c.name == name, or_(lease.c.holder == holder, lease.c.expires_at < now))
            .values(holder=holder, epoch=lease.c.epoch + 1, expires_at=now + duration)
        )
        return taken.rowcount == 1

    def release(self, name: str, holder: str) -> None:
        """See ports.LeaseStore."""
        self._connection.execute(delete(lease).where(lease.c.name == name, lease.c.holder == holder))
