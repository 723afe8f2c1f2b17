"""Where heartbeats are made (ports.Hearts)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from anyio.from_thread import start_blocking_portal

from orchestrion.ports.journal import Fence
from orchestrion.ports.servers import Heart
from orchestrion.ports.transaction import Database
from orchestrion.storage.database import unreachable
from orchestrion.storage.dialect import LOST_CONNECTION

_BEAT = "UPDATE server SET last_seen_at = clock_timestamp() WHERE id = $1 AND epoch = $2"


class LoopHearts:
    """Beats on the loop of its caller, over its database.

    That is enough for SQLite: one process has the file to itself, so that nobody could take its work over.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def drive(self, work: Callable[[Heart], Awaitable[None]]) -> None:
        """See ports.Hearts."""
        await work(self)

    async def beat(self, fence: Fence) -> bool:
        """See ports.Heart."""
        return await self._database.write(lambda tx: tx.servers.beat(fence.server_id, fence.epoch))


class ThreadHearts:
    """Beats on a loop in a thread of its own, over a connection of its own.

    Neither an event loop that is busy nor a pool that is empty ends the life of a server.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    async def drive(self, work: Callable[[Heart], Awaitable[None]]) -> None:
        """See ports.Hearts."""
        with start_blocking_portal("asyncio") as portal:
            await asyncio.wrap_future(portal.start_task_soon(self._run, work))

    async def _run(self, work: Callable[[Heart], Awaitable[None]]) -> None:
        heart = PostgresHeart(self._url)
        try:
            await work(heart)
        finally:
            heart.drop()


class PostgresHeart:
    """See ports.Heart: one connection, opened anew after every trouble."""

    def __init__(self, url: str) -> None:
        self._url = url.replace("postgresql+asyncpg:", "postgresql:")
        self._connection: Any = None  # asyncpg's, which is an extra

    async def beat(self, fence: Fence) -> bool:
        """See ports.Heart."""
        import asyncpg  # noqa: PLC0415 - the driver is an extra

        try:
            if self._connection is None:
                self._connection = await asyncpg.connect(self._url)
            done: str = await self._connection.execute(_BEAT, fence.server_id, fence.epoch)
        except (*LOST_CONNECTION, asyncpg.PostgresError) as error:
            self.drop()
            raise unreachable(error) from error
        except BaseException:
            self.drop()  # given up in the middle of something
            raise
        return done == "UPDATE 1"

    def drop(self) -> None:
        """Lets go of the connection without asking anybody."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()
