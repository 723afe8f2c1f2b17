"""Leadership rows (ports.LeaseStore)."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update
from uuid_utils import uuid4

from orchestrion.storage.dialect import insert_or_ignore
from orchestrion.storage.moments import moment
from orchestrion.storage.tables import lease


class SqlLeases:
    """See ports.LeaseStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def acquire(self, name: str, holder: str, seconds: float, token: str | None = None) -> str | None:
        """See ports.LeaseStore."""
        end = moment(seconds)
        if token is not None:
            renewed = update(lease).where(lease.c.name == name, lease.c.token == token).values(expires_at=end)
            if self._connection.execute(renewed).rowcount:
                return token
        drawn = str(uuid4())
        granted = {"holder": holder, "token": drawn, "expires_at": end}
        new = insert_or_ignore(self._connection, lease).values(name=name, epoch=1, **granted)
        if self._connection.execute(new).rowcount:
            return drawn
        taken = update(lease).where(lease.c.name == name, lease.c.expires_at <= moment())
        return drawn if self._connection.execute(taken.values(epoch=lease.c.epoch + 1, **granted)).rowcount else None

    def release(self, name: str, token: str) -> None:
        """See ports.LeaseStore."""
        self._connection.execute(delete(lease).where(lease.c.name == name, lease.c.token == token))

    def holder(self, name: str) -> str | None:
        """See ports.LeaseStore."""
        query = select(lease.c.holder).where(lease.c.name == name, lease.c.expires_at > moment())
        return self._connection.scalar(query)


def give_up_all(connection: Connection, holder: str) -> None:
    """Ends every grant of a holder that is gone."""
    connection.execute(delete(lease).where(lease.c.holder == holder))
