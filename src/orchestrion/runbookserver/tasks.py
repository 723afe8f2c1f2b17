"""What one instance has under way besides its turns: tasks and timers, which end with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from orchestrion.ports.clock import Clock

_LONGEST_SLEEP = 3600.0  # seconds; a wait is measured again after it, so that a changed clock is noticed


class Tasks:
    """Starts tasks; what one of them raises, cancellation apart, goes to `failed`."""

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        self._failed = failed
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Runs `work` beside its caller."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def let_go(self, task: asyncio.Task[None]) -> None:
        """Leaves a task to itself: it ends when it likes, and nobody waits for it."""
        self._running.discard(task)
        _left_alone.add(task)
        task.add_done_callback(_left_alone.discard)

    async def end(self) -> None:
        """Cancels what is still running, and waits for it."""
        running = list(self._running)
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._failed(error)


#: The event loop itself holds tasks only weakly.
_left_alone: set[asyncio.Task[None]] = set()


class Timers:
    """Calls back at absolute moments of the wall clock, also when that is set meanwhile."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: set[asyncio.TimerHandle] = set()

    def at(self, due: datetime, then: Callable[[], None]) -> None:
        """Calls `then` when it is `due`, at the soonest in the next turn of the loop."""
        left = max((due - self._clock.now()).total_seconds(), 0)

        def fire() -> None:
            self._waiting.discard(handle)
            if due > self._clock.now():
                self.at(due, then)
            else:
                then()

        handle = asyncio.get_running_loop().call_later(min(left, _LONGEST_SLEEP), fire)
        self._waiting.add(handle)

    def cancel(self) -> None:
        """Calls nobody any more."""
        for handle in self._waiting:
            handle.cancel()
        self._waiting.clear()
