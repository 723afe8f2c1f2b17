"""Heartbeats: a server says that it lives, and stops when it could not (durability.md 5)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from orchestrion.model.errors import UnavailableError
from orchestrion.ports.clock import Clock
from orchestrion.ports.journal import Fence, FencedError
from orchestrion.ports.servers import Heart, ServerState
from orchestrion.runbookserver.lease import CutOffError, LocalLease

_LONGEST_TURN = 1.0  # seconds between two looks of the loop at its lease
_log = structlog.get_logger(__name__)


class Heartbeat:
    """The heart of one life: `beat_on` may run in another thread than `watch`."""

    def __init__(self, clock: Clock, fence: Fence, lease: LocalLease, seconds: float, state: ServerState) -> None:
        self._clock = clock
        self._fence = fence
        self._lease = lease
        self._seconds = seconds
        self._state = state

    async def beat_on(self, heart: Heart) -> None:
        """Beats until cancelled or fenced; a beat that takes longer than the time between two is given up."""
        while await self._beat(heart):  # noqa: ASYNC110 - a heart beats by time
            await asyncio.sleep(self._seconds)

    async def _beat(self, heart: Heart) -> bool:
        """Beats once; False when the lease is no longer ours. A loop that is stuck lets its lease go."""
        if not self._lease.is_loop_alive:
            return True
        sent_at = self._clock.steady()
        try:
            async with asyncio.timeout(self._seconds):
                is_ours = await heart.beat(self._fence)
        except (UnavailableError, TimeoutError) as error:
            self._is_away(error)
            return True
        if is_ours:
            self._lease.granted(sent_at)
            self._has_answered()
        else:
            self._lease.fenced()
        return is_ours

    def _is_away(self, error: Exception) -> None:
        if self._state.away_since is None:
            self._state.away_since = self._clock.now()
            reason = str(error) or f"It has not answered for {self._seconds:g} seconds."
            _log.error("The orchestration database is away; this server waits for it.", error=reason)

    def _has_answered(self) -> None:
        now = self._clock.now()
        self._state.last_beat_at = now
        if self._state.away_since is not None:
            seconds = round((now - self._state.away_since).total_seconds(), 1)
            self._state.away_since = None
            _log.info("The orchestration database is back.", seconds=seconds)

    async def watch(self, lost: Callable[[], None]) -> None:
        """Raises FencedError or CutOffError when the lease is over, after a call of `lost`: nothing starts after it."""
        while True:
            self._lease.turned()
            try:
                self._lease.check()
            except (FencedError, CutOffError):
                lost()
                raise
            await asyncio.sleep(min(_LONGEST_TURN, self._lease.seconds_left))
