"""What people decide about runbook servers (ports.ServerAdminStore)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from orchestrion.model.assignment import Defaults
from orchestrion.model.errors import NotFoundError
from orchestrion.model.resources import RunbookServer, Wanted
from orchestrion.ports.server_admin import Orders, Owned
from orchestrion.storage.lookup import only_row
from orchestrion.storage.servers import SqlServers
from orchestrion.storage.tables import IS_OWNED, announced_type, instance, monitor, server
from orchestrion.storage.workers import WATCHING, read_defaults

_HELD = ("owned", "stopping")  # states of monitors that a server watches for


class SqlServerAdmin:
    """See ports.ServerAdminStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, server_id: str) -> RunbookServer:
        """See ports.ServerAdminStore."""
        wanted = select(server.c.id).where(server.c.id == server_id).with_for_update()
        only_row(self._connection, wanted, "runbook server", server_id)
        found = next((each for each in SqlServers(self._connection).all() if each.id == server_id), None)
        if found is None:
            raise NotFoundError("runbook server", server_id)
        return found

    def want(self, server_id: str, wanted: Wanted, *, hands_on: bool, now: datetime) -> None:
        """See ports.ServerAdminStore."""
        values = {"wanted": wanted.value, "wanted_at": now, "hands_on": hands_on}
        self._connection.execute(update(server).where(server.c.id == server_id).values(values))

    def limit(self, server_id: str | None, limit: int | None) -> None:
        """See ports.ServerAdminStore."""
        change = update(server).values(claim_limit=limit)
        self._connection.execute(change if server_id is None else change.where(server.c.id == server_id))

    def put_in_order(self, server_ids: Sequence[str]) -> None:
        """See ports.ServerAdminStore."""
        for rank, server_id in enumerate(server_ids):
            changed = update(server).where(server.c.id == server_id, server.c.rank != rank)
            self._connection.execute(changed.values(rank=rank))

    def orders(self, server_id: str) -> Orders | None:
        """See ports.ServerAdminStore."""
        query = select(server.c.wanted, server.c.hands_on, server.c.claim_limit).where(server.c.id == server_id)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else Orders(Wanted(row.wanted), row.hands_on, row.claim_limit)

    def owned(self, server_id: str) -> Owned:
        """See ports.ServerAdminStore."""
        instances = select(func.count()).where(instance.c.server_id == server_id, IS_OWNED)
        monitors = select(func.count()).where(monitor.c.server_id == server_id, monitor.c.state.in_(_HELD))
        return Owned(self._connection.scalar(instances) or 0, self._connection.scalar(monitors) or 0)

    def watching(self) -> dict[str, int]:
        """See ports.ServerAdminStore."""
        return dict(self._connection.execute(WATCHING).all())

    def remove(self, server_id: str) -> None:
        """See ports.ServerAdminStore."""
        self._connection.execute(delete(announced_type).where(announced_type.c.server_id == server_id))
        self._connection.execute(delete(server).where(server.c.id == server_id))

    def defaults(self) -> Defaults:
        """See ports.ServerAdminStore."""
        return read_defaults(self._connection)
