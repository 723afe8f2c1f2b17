"""Refuses connection poolers that give each transaction another session (durability.md 8)."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from orchestrion.model.errors import UnavailableError

_ROUNDS = 3  # other clients of the pooler may bring us the same session again by chance
_SECONDS = 5.0
_TELL = "ORCHP"  # SQLSTATE of our own answer: the simple protocol, which every pooler carries, gives rows to nobody
_WHO = f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{_TELL}', MESSAGE = pg_backend_pid()::text; END $$"
_REFUSAL = (
    "The database is reached through a connection pooler in transaction mode, such as pgbouncer. Locks, notifications "
    "and prepared statements need sessions that stay: point --database at PostgreSQL itself, or set the pooler to "
    "`pool_mode = session`."
)


async def refuse_transaction_pooling(url: str) -> None:
    """Raises UnavailableError when the address leads to such a pooler, or when nobody answers there."""
    import asyncpg  # noqa: PLC0415 - the driver is an extra

    address = url.replace("postgresql+asyncpg:", "postgresql:")
    try:
        first = await asyncpg.connect(address, statement_cache_size=0)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return  # whoever comes next tells why
    try:
        # A pooler makes up the process number that it greets its clients with.
        if await _session(first) != str(first.get_server_pid()) and await _is_shared(first, address):
            raise UnavailableError(_REFUSAL)
    finally:
        first.terminate()


async def _is_shared(first: Any, address: str) -> bool:
    """Whether another client that begins a transaction takes the session away from the first one."""
    import asyncpg  # noqa: PLC0415 - see above

    for _ in range(_ROUNDS):
        mine = await _session(first)
        second = await asyncpg.connect(address, statement_cache_size=0)
        try:
            async with asyncio.timeout(_SECONDS):
                await second.execute("BEGIN")
                if await _session(first) != mine:
                    return True
        except (TimeoutError, asyncpg.PostgresError):
            return True  # it has no other session, or allows no transactions at all
        finally:
            second.terminate()
    return False


async def _session(connection: Any) -> str | None:
    """The process that serves the connection now."""
    import asyncpg  # noqa: PLC0415 - see above

    with contextlib.suppress(asyncpg.PostgresConnectionError):
        try:
            await connection.execute(_WHO)
        except asyncpg.PostgresError as error:
            if error.sqlstate == _TELL:
                return str(error.args[0])
            raise
    return None
