"""Servers that are not heard of: their last heartbeat is moved into the past of the database's clock."""

from __future__ import annotations

from sqlalchemy import update

from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.moments import moment
from orchestrion.storage.tables import server


async def fall_silent(database: SqlDatabase, server_id: str, seconds: float) -> None:
    """The server has not beaten for so many seconds."""
    silent = update(server).where(server.c.id == server_id).values(last_seen_at=moment(-seconds))
    await database.on_writer(lambda connection: connection.execute(silent))
