"""Live updates as server-sent events. They are hints: whoever missed some reads the state anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from fastapi.sse import format_sse_event
from pydantic_core import from_json, to_json

from orchestrion.ports.clock import Clock
from orchestrion.ports.journal import Listener, Wakeups

CHANNEL = "live"
KEEP_ALIVE_SECONDS = 15
_LOOK_SECONDS = (
    2  # how often the session and the end of the server are looked at: a session that ended is cut within 5 s
)
_ABOUT_INSTANCES = frozenset({"job", "instance", "activity"})

StillSignedIn = Callable[[], Awaitable[bool]]


class Live:
    """Streams announcements to browsers until their session or the server ends."""

    def __init__(self, wakeups: Wakeups, clock: Clock) -> None:
        self._wakeups = wakeups
        self._clock = clock
        self._is_closed = False
        self._closing = asyncio.Event()

    def close(self) -> None:
        """Ends all streams, so that the server can stop."""
        self._is_closed = True
        self._closing.set()

    async def stream(self, wanted: Mapping[str, str], still_signed_in: StillSignedIn) -> AsyncIterator[bytes]:
        """The events that concern `wanted` (`job_id`, `instance_id`; empty means all), as they happen."""
        with self._wakeups.listen(CHANNEL) as listener:
            yield format_sse_event(comment="connected", retry=2000)
            async for chunk in self._chunks(listener, wanted, still_signed_in):
                yield chunk

    async def _chunks(
        self, listener: Listener, wanted: Mapping[str, str], still_signed_in: StillSignedIn
    ) -> AsyncIterator[bytes]:
        number = 0
        sent = looked = self._clock.steady()
        while not self._is_closed:
            payload = await self._next(listener)
            now = self._clock.steady()
            if now - looked >= _LOOK_SECONDS:
                if not await still_signed_in():
                    return
                looked = now
            event = chosen(payload, wanted) if payload is not None else None
            if event is not None:
                number += 1
                sent = now
                yield format_sse_event(data_str=event[1], event=event[0], id=str(number))
            elif now - sent >= KEEP_ALIVE_SECONDS:
                sent = now
                yield format_sse_event(comment="still here")

    async def _next(self, listener: Listener) -> str | None:
        """The next announcement, or None after a while or when the server stops."""
        closing = asyncio.ensure_future(self._closing.wait())
        arriving = asyncio.ensure_future(listener.next(_LOOK_SECONDS))
        try:
            await asyncio.wait({closing, arriving}, return_when=asyncio.FIRST_COMPLETED)
            return arriving.result() if arriving.done() else None
        finally:
            closing.cancel()
            arriving.cancel()


def chosen(payload: str, wanted: Mapping[str, str]) -> tuple[str, str] | None:
    """Name and data of the announced event when it concerns `wanted`, else None."""
    announced: Any = from_json(payload)
    name, data = announced["event"], announced["data"]
    if wanted and name in _ABOUT_INSTANCES and any(data.get(key, value) != value for key, value in wanted.items()):
        return None
    return name, to_json(data).decode()
