"""The fence inside every transaction of a runbook server (durability.md 4)."""

from __future__ import annotations

from sqlalchemy import Connection, select

from orchestrion.ports.journal import Fence, FencedError
from orchestrion.storage.tables import server


def check_fence(connection: Connection, fence: Fence) -> int:
    """Holds the server's row against the watchdog until the commit; an older epoch is refused (durability.md 4).

    Gives the server's rank.
    """
    query = select(server.c.rank).where(server.c.id == fence.server_id, server.c.epoch == fence.epoch)
    rank = connection.scalar(query.with_for_update(read=True, key_share=True))
    if rank is None:
        raise FencedError(f"server {fence.server_id} no longer has the epoch {fence.epoch}")
    return int(rank)
