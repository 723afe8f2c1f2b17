"""A relay before a server that can keep a client's connection open when the server has closed it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.services.network import LOOPBACK

_READ_BYTES = 65536


class Relay:
    """`port` is where clients connect. While it `is_holding`, they do not learn that the server has closed.

    `said_last` is set when a server has closed, and all it said is passed on.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []
        self.port = 0
        self.is_holding = False
        self.said_last = asyncio.Event()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A client has come."""
        from_server, to_server = await asyncio.open_connection(LOOPBACK, self._server_port)
        self._pass_on(reader, to_server)
        self._pass_on(from_server, writer).add_done_callback(lambda _: self._closed(writer))

    async def close(self) -> None:
        """Nobody is connected any more."""
        for task in self._tasks:
            task.cancel()
        for writer in self._writers:
            writer.transport.abort()
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    def _closed(self, to_client: asyncio.StreamWriter) -> None:
        if not self.is_holding:
            to_client.close()
        self.said_last.set()

    def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> asyncio.Task[None]:
        task = asyncio.create_task(_passed_on(reader, writer))
        self._tasks.add(task)
        self._writers.append(writer)
        return task


async def _passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_READ_BYTES):
        writer.write(data)
        await writer.drain()


@asynccontextmanager
async def relayed(server_port: int) -> AsyncIterator[Relay]:
    """A relay before a server of this machine."""
    relay = Relay(server_port)
    async with await asyncio.start_server(relay.connected, LOOPBACK) as listening:
        relay.port = listening.sockets[0].getsockname()[1]
        yield relay
        await relay.close()
