"""The fence inside every transaction of a runbook server (durability.md 4), and the lease that it hangs on."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, bindparam, select

from orchestrion.ports.journal import Fence, FencedError
from orchestrion.storage.moments import moment
from orchestrion.storage.tables import server

_RANK = (
    select(server.c.rank)
    .where(server.c.id == bindparam("server"), server.c.epoch == bindparam("epoch"))
    .with_for_update(read=True, key_share=True)
)


def check_fence(connection: Connection, fence: Fence) -> int:
    """Holds the server's row against the watchdog until the commit; an older epoch is refused (durability.md 4).

    Gives the server's rank.
    """
    rank = connection.scalar(_RANK, {"server": fence.server_id, "epoch": fence.epoch})
    if rank is None:
        raise fenced(fence)
    return int(rank)


def fenced(fence: Fence) -> FencedError:
    """The error that says the epoch is no longer the server's."""
    return FencedError(f"server {fence.server_id} no longer has the epoch {fence.epoch}")


def is_heard(share: float = 1.0) -> ColumnElement[bool]:
    """Whether the server of a row has been heard of within its lease, or within a share of it."""
    return server.c.last_seen_at > moment(-share * server.c.lease_seconds)
