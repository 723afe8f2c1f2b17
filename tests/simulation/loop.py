"""Virtual time: an event loop that jumps to its next timer instead of waiting for it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


class StandstillError(Exception):
    """Everybody waits for somebody else: no timer is left that could go on."""


class _Jump:
    """Stands where a loop has its selector: there are no files to wait for, only time."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        """Lets `timeout` seconds pass; None means that nothing is planned at all."""
        if timeout is None:
            raise StandstillError("nothing is ready and no timer is set")
        if timeout > 0:
            self._loop.jump()
        return []


class VirtualLoop(asyncio.BaseEventLoop):
    """An event loop whose `time()` counts virtual seconds from 0. Callbacks run in the order asyncio promises.

    Different orders come from different delays: whoever wants to shake a program up draws its latencies.
    """

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self._selector = _Jump(self)
        self.set_task_factory(numbered_task)

    _scheduled: list[asyncio.TimerHandle]  # asyncio's own heap

    def time(self) -> float:
        """Virtual seconds since the beginning."""
        return self._now

    def jump(self) -> None:
        """Goes to the moment of the next timer."""
        self._now = max(self._now, self._scheduled[0].when())

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody waits in another thread."""


class NumberedTask(asyncio.Task[Any]):
    """A task whose hash is its number: sets of tasks are walked in the same order in every run."""

    _last = 0

    def __init__(self, *args: Any, **options: Any) -> None:
        NumberedTask._last += 1
        self._number = NumberedTask._last
        super().__init__(*args, **options)

    def __hash__(self) -> int:
        return self._number

    @classmethod
    def count_anew(cls) -> None:
        """The next task is the first."""
        cls._last = 0


def numbered_task(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> NumberedTask:
    """The loop's task factory."""
    return NumberedTask(coroutine, loop=loop, **options)


class VirtualClock:
    """See ports.Clock: the clock of one machine, wrong by `skew` seconds."""

    def __init__(self, loop: VirtualLoop, skew: float = 0) -> None:
        self._loop = loop
        self._skew = skew

    def now(self) -> datetime:
        """See ports.Clock."""
        return BEGINNING + timedelta(seconds=self._loop.time() + self._skew)

    def steady(self) -> float:
        """See ports.Clock."""
        return self._loop.time()
