"""Which server takes a ready instance: the highest rank with a free slot (spill-over, spec 5.3, durability.md 7)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, not_, or_, select

from orchestrion.model.job import InstanceState
from orchestrion.model.resources import ServerStatus
from orchestrion.storage.fencing import is_heard
from orchestrion.storage.tables import instance, server

#: After so long a lower rank takes what a higher one with a free slot has not taken.
LONGEST_WAIT = timedelta(seconds=2)
#: A server that has not beaten for this share of its lease is not waited for; it is not yet taken for dead.
SILENT_AFTER = 2 / 3


def may_run(name: str) -> ColumnElement[bool]:
    """Whether the server `name` is among those that may run an instance."""
    return or_(instance.c.eligible == "", instance.c.eligible.contains(f"|{name}|", autoescape=True))


def higher_first(connection: Connection, rank: int, now: datetime) -> list[ColumnElement[bool]]:
    """What a ready instance must fulfil so that the server with this rank leaves to higher ones what they can take.

    Nothing for the server with the highest rank, which is 0.
    """
    free = [name for name, capacity, running in _higher(connection, rank) if running < capacity]
    if not free:
        return []
    has_waited = instance.c.created_at <= now - LONGEST_WAIT
    return [or_(has_waited, not_(or_(*(may_run(name) for name in free))))]


def _higher(connection: Connection, rank: int) -> list[tuple[str, int, int]]:
    """Name, capacity and number of running instances of the live servers with a higher rank."""
    running = (
        select(func.count())
        .where(instance.c.server_id == server.c.id, instance.c.state == InstanceState.OWNED.value)
        .correlate(server)
        .scalar_subquery()
    )
    query = select(server.c.name, server.c.capacity, running.label("running")).where(
        server.c.rank < rank,
        server.c.status == ServerStatus.ONLINE.value,
        is_heard(SILENT_AFTER),
    )
    return [(row.name, row.capacity, row.running) for row in connection.execute(query).all()]
