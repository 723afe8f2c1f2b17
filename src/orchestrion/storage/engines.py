"""Engines as both databases need them: transactions that begin at once, connections that are there when used."""

from __future__ import annotations

import sqlite3
import time
from functools import partial
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, QueuePool

from orchestrion.storage.dialect import LOST_CONNECTION

_BUSY_SECONDS = 30  # how long a reader or a migration waits for the writer before SQLite gives up
_POSTGRES_POOL = 10
RESTED_SECONDS = 1.0  # a connection that was used since is taken to be there
_USED_AT = "orchestrion.used_at"


def sqlite_engine(url: str, *, read_only: bool) -> Engine:
    """An engine whose transactions begin at once: begun at the first write, they would not protect earlier reads."""
    engine = create_engine(
        url,
        poolclass=QueuePool if read_only else NullPool,
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"query_only={int(read_only)}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def postgres_engine(url: str) -> AsyncEngine:
    """An engine on asyncpg, whatever driver the URL names.

    asyncpg reads the address itself: it knows `sslmode`, `sslrootcert` and several hosts, SQLAlchemy does not.
    """

    async def connect() -> Any:
        import asyncpg  # noqa: PLC0415 - the driver is an extra

        return await asyncpg.connect(address)

    address = url.replace("postgresql+asyncpg:", "postgresql:", 1)
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, pool_size=_POSTGRES_POOL)
    event.listen(engine.sync_engine, "handle_error", _know_as_lost)
    event.listen(engine.sync_engine, "checkin", _note_use)
    event.listen(engine.sync_engine, "checkout", partial(_look_after_rest, engine.dialect))
    return engine


def _know_as_lost(context: ExceptionContext) -> None:
    """A connection on which the server has said that it goes is lost before it is closed: no one is given it again."""
    if isinstance(getattr(context.original_exception, "driver_exception", None), LOST_CONNECTION):
        context.is_disconnect = True


def _note_use(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[_USED_AT] = time.monotonic()


def _look_after_rest(
    dialect: Dialect, connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object
) -> None:
    """Asks a connection that has rested whether it is still there; if not, all of the pool are opened anew.

    The pool's own way asks each time, which takes three round trips, as much as a small transaction.
    """
    used_at = record.info.get(_USED_AT)
    if used_at is None or time.monotonic() - used_at < RESTED_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except Exception as error:
        raise InvalidatePoolError from error
