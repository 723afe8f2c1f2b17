"""Announcements (ports.Wakeups): within this process always, across processes through PostgreSQL's LISTEN/NOTIFY."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterator
from typing import Any

import structlog

from orchestrion.ports.journal import LIVE
from orchestrion.storage.dialect import LOST_CONNECTION

_KEPT = 1000  # announcements a slow listener may fall behind; what is dropped is read from the database
_CHANNEL = "orchestrion"  # one PostgreSQL channel for all of ours: its payload starts with our channel's name
_MAX_PAYLOAD = 7900  # bytes; PostgreSQL refuses 8000
_RECONNECT_SECONDS = 1.0
_PAUSE_SECONDS = 0.005  # between two sendings: announcements that come closer together go as one
_WANTED = "wanted"  # tells the others which channel somebody listens to
_WANTED_SECONDS = 30.0  # for so long; whoever still listens says it again in good time
_log = structlog.get_logger(__name__)


class LocalListener:
    """See ports.Listener."""

    def __init__(self) -> None:
        self._payloads: deque[str] = deque(maxlen=_KEPT)
        self._arrived = asyncio.Event()

    def put(self, payload: str) -> None:
        """Adds an announcement."""
        self._payloads.append(payload)
        self._arrived.set()

    async def next(self, timeout_seconds: float) -> str | None:
        """See ports.Listener."""
        if not self._payloads:
            self._arrived.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), timeout_seconds)
        return self._payloads.popleft() if self._payloads else None


class LocalWakeups:
    """Announcements within one process; must be used from its event loop."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[LocalListener]] = {}

    def announce(self, channel: str, payload: str = "") -> None:
        """See ports.Wakeups."""
        for listener in self._listeners.get(channel, ()):
            listener.put(payload)

    def is_heard(self, channel: str) -> bool:
        """See ports.Wakeups."""
        return bool(self._listeners.get(channel))

    @contextlib.contextmanager
    def listen(self, channel: str) -> Iterator[LocalListener]:
        """See ports.Wakeups."""
        listener = LocalListener()
        self._listeners.setdefault(channel, []).append(listener)
        try:
            yield listener
        finally:
            self._listeners[channel].remove(listener)


class PostgresWakeups(LocalWakeups):
    """Announcements across processes: local listeners hear them at once, others through NOTIFY.

    `run` must be running: it sends what was announced, coalesced, because a NOTIFY in every commit would serialise
    all commits (hot-path.md), and hears what others announced.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url.replace("postgresql+asyncpg:", "postgresql:")
        self._outgoing: dict[tuple[str, str], None] = {}
        self._pending = asyncio.Event()
        self._wanted_until: dict[str, float] = {}  # by channel, in the loop's time

    def announce(self, channel: str, payload: str = "") -> None:
        """See ports.Wakeups."""
        super().announce(channel, payload)
        if len(payload) < _MAX_PAYLOAD and (channel != LIVE or self._is_wanted(channel)):
            self._send(channel, payload)

    def is_heard(self, channel: str) -> bool:
        """See ports.Wakeups. What people look at is sent only while somebody in some process does."""
        return channel != LIVE or super().is_heard(channel) or self._is_wanted(channel)

    @contextlib.contextmanager
    def listen(self, channel: str) -> Iterator[LocalListener]:
        """See ports.Wakeups."""
        with super().listen(channel) as listener:
            if channel == LIVE:
                self._send(_WANTED, channel)
            yield listener

    def _is_wanted(self, channel: str) -> bool:
        until = self._wanted_until.get(channel)
        return until is not None and asyncio.get_running_loop().time() < until

    def _send(self, channel: str, payload: str) -> None:
        self._outgoing[channel, payload] = None
        self._pending.set()

    async def run(self) -> None:
        """Sends and hears until cancelled; a lost connection is opened again, and said once."""
        import asyncpg  # noqa: PLC0415 - the driver is an extra

        away = False
        while True:
            try:
                connection = await asyncpg.connect(self._url)
                away = False
                try:
                    await self._serve(connection)
                finally:
                    await connection.close(timeout=1)
            except (*LOST_CONNECTION, asyncpg.PostgresError) as error:
                if not away:
                    _log.warning("The connection for notifications was lost.", error=str(error))
                away = True
                await asyncio.sleep(_RECONNECT_SECONDS)

    async def _serve(self, connection: Any) -> None:
        own = connection.get_server_pid()

        def heard(_connection: Any, sender: int, _channel: str, text: str) -> None:
            channel, _, payload = text.partition(" ")
            if sender == own:
                return  # ours were heard when they were announced
            if channel == _WANTED:
                self._wanted_until[payload] = asyncio.get_running_loop().time() + _WANTED_SECONDS
            else:
                LocalWakeups.announce(self, channel, payload)

        await connection.add_listener(_CHANNEL, heard)
        LocalWakeups.announce(self, "work")  # something may have been missed while we were away
        say_again = 0.0
        while not connection.is_closed():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._pending.wait(), _WANTED_SECONDS / 6)
            self._pending.clear()
            if LocalWakeups.is_heard(self, LIVE) and asyncio.get_running_loop().time() >= say_again:
                say_again = asyncio.get_running_loop().time() + _WANTED_SECONDS / 3
                self._outgoing[_WANTED, LIVE] = None
            batch, self._outgoing = list(self._outgoing), {}
            texts = [f"{channel} {payload}" for channel, payload in batch]
            if texts:
                await connection.execute("SELECT pg_notify($1, each) FROM unnest($2::text[]) AS each", _CHANNEL, texts)
                await asyncio.sleep(_PAUSE_SECONDS)
