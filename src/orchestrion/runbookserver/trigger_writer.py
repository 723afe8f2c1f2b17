"""Stores what the monitors of this server see: all that has come meanwhile in one transaction (hot-path.md 1)."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

import anyio

from orchestrion.model.errors import UnavailableError
from orchestrion.ports.journal import ArmedMonitor, Fence, FencedError, SeenTrigger
from orchestrion.ports.observability import NO_TELEMETRY, Telemetry
from orchestrion.ports.transaction import Database
from orchestrion.ports.triggers import Answer, Taken
from orchestrion.runbookserver.feed import Feed

MOST_TRIGGERS = 1000  # in one transaction
_RETRY_SECONDS = 0.5  # while the database is away


@dataclass(frozen=True, slots=True)
class _Queued:
    armed: ArmedMonitor
    seen: SeenTrigger
    answer: asyncio.Future[Answer]


class TriggerWriter:
    """Takes triggers from all monitors; `run` must be running."""

    def __init__(self, database: Database, feed: Feed, telemetry: Telemetry = NO_TELEMETRY) -> None:
        self._telemetry = telemetry
        self._database = database
        self._feed = feed
        self._queue: deque[_Queued] = deque()
        self._filled = asyncio.Event()

    async def store(self, armed: ArmedMonitor, seen: SeenTrigger) -> Answer:
        """Returns when it is durable with its cursor; raises what the database says when it takes no such trigger."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._queue.append(_Queued(armed, seen, answer))
        self._filled.set()
        return await answer

    async def run(self, fence: Fence) -> None:
        """Stores until cancelled; while the database is away, waits. Raises FencedError."""
        while True:
            await self._filled.wait()
            batch = [self._queue.popleft() for _ in range(min(MOST_TRIGGERS, len(self._queue)))]
            await self._write(fence, batch)
            if not self._queue:
                self._filled.clear()

    async def _write(self, fence: Fence, batch: Sequence[_Queued]) -> None:
        """All together, or one by one where something is wrong with one of them."""
        try:
            answers = await self._store(fence, batch)
        except FencedError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a driver says about what a stranger yielded
            if len(batch) == 1:
                _fail(batch[0], error)
                return
            for each in batch:
                await self._write(fence, [each])
            return
        self._tell(batch, answers)
        for each, answer in zip(batch, answers, strict=True):
            if not each.answer.done():
                each.answer.set_result(answer)

    async def _store(self, fence: Fence, batch: Sequence[_Queued]) -> list[Answer]:
        """A repetition after an unknown outcome finds the keys it has stored: nothing is stored twice."""
        seen = [(each.armed, each.seen) for each in batch]
        while True:
            try:
                return await self._database.write(lambda tx: tx.triggers.store(fence, seen))
            except UnavailableError:
                await anyio.sleep(_RETRY_SECONDS)

    def _tell(self, batch: Sequence[_Queued], answers: Sequence[Answer]) -> None:
        taken = Counter(answer.taken for answer in answers)
        unstored = taken[Taken.KNOWN] + taken[Taken.LOST] + taken[Taken.DROPPED]
        self._telemetry.triggers(len(answers) - unstored, taken[Taken.DROPPED])
        changed = {
            each.armed.job_id: each.armed
            for each, answer in zip(batch, answers, strict=True)
            if answer.taken not in (Taken.KNOWN, Taken.LOST)
        }
        if any(answer.has_work for answer in answers):
            self._feed.work()
        for armed in changed.values():
            self._feed.job(armed.job_id, armed.runbook_id, "waiting")


def _fail(queued: _Queued, error: Exception) -> None:
    if not queued.answer.done():
        queued.answer.set_exception(error)
