"""The batching writer: all that is queued goes into one transaction, again and again, without a timer (hot-path.md)."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from orchestrion.model.errors import UnavailableError
from orchestrion.ports.journal import ExecutionRow, Fence, JournalAppender, SignalRow, Slice
from orchestrion.ports.observability import NO_TELEMETRY, Telemetry

MOST_ROWS = 1000  # in one transaction: beyond that the rate does not grow and the waiting does
_RETRY_SECONDS = 0.5  # while the database is away
_log = structlog.get_logger(__name__)


class RefusedSliceError(Exception):
    """The journal refused what this instance wrote; the instance must be held."""


Settled = Callable[[RefusedSliceError | None], None]  # a slice is durable, or was refused


@dataclass(slots=True)
class _Queued:
    slice: Slice
    settled: Settled


class JournalWriter:
    """Takes slices from all running instances; `run` must be running. Slices of one instance stay in order."""

    def __init__(self, store: JournalAppender, fence: Fence, telemetry: Telemetry = NO_TELEMETRY) -> None:
        self._store = store
        self._telemetry = telemetry
        self._fence = fence
        self._queue: deque[_Queued] = deque()
        self._filled = asyncio.Event()
        self._refused: dict[str, str] = {}

    def submit(self, slice_: Slice, settled: Settled) -> None:
        """Queues a slice; `settled` is called once, in the writer's own turn, and must raise nothing."""
        self._queue.append(_Queued(slice_, settled))
        self._filled.set()

    async def write(self, slice_: Slice) -> None:
        """Writes a slice and returns when it is durable. Raises RefusedSliceError."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def settled(error: RefusedSliceError | None) -> None:
            if done.cancelled():
                return
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)

        self.submit(slice_, settled)
        await done

    async def run(self) -> None:
        """Writes until cancelled. Raises FencedError when this server's epoch is no longer its own."""
        while True:
            await self._filled.wait()
            batch = self._take()
            begun = time.perf_counter()
            refused = await self._append([each.slice for each in batch])
            if batch:
                rows = sum(len(each.slice.rows) for each in batch)
                self._telemetry.committed(rows, time.perf_counter() - begun, len(self._queue))
            for each in batch:
                self._settle(each, refused)
            if not self._queue:
                self._filled.clear()

    def _take(self) -> list[_Queued]:
        """The oldest slices up to the row limit, at least one; those of refused instances are settled at once."""
        batch: list[_Queued] = []
        rows = 0
        while self._queue and (not batch or rows < MOST_ROWS):
            queued = self._queue.popleft()
            rows += len(queued.slice.rows)
            if queued.slice.instance_id in self._refused:
                self._settle(queued, self._refused)
            else:
                batch.append(queued)
        return batch

    async def _append(self, slices: list[Slice]) -> dict[str, str]:
        away = False
        begun = time.perf_counter()
        while slices:
            try:
                refused = await self._store.append(self._fence, merged(slices))
            except UnavailableError as error:
                if not away:
                    _log.error("The journal cannot be written; instances wait.", error=str(error))
                away = True
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                if away:
                    _log.info("The journal is written again.")
                    self._telemetry.database_away(time.perf_counter() - begun)
                self._refused.update(refused)
                return refused
        return {}

    def _settle(self, queued: _Queued, refused: dict[str, str]) -> None:
        reason = refused.get(queued.slice.instance_id) if refused else None
        queued.settled(None if reason is None else RefusedSliceError(reason))

    def forget(self, instance_id: str) -> None:
        """The instance is no longer run here; nothing of it is queued any more."""
        self._refused.pop(instance_id, None)


def merged(slices: Sequence[Slice]) -> list[Slice]:
    """Several slices of one instance as one, in order: an instance's part of a transaction is all or nothing."""
    found: dict[str, Slice] = {}
    for each in slices:
        earlier = found.get(each.instance_id)
        found[each.instance_id] = each if earlier is None else _joined(earlier, each)
    return list(found.values())


def _joined(first: Slice, second: Slice) -> Slice:
    rows: list[ExecutionRow | SignalRow] = [*first.rows, *second.rows]
    return Slice(
        instance_id=first.instance_id,
        lease=second.lease,
        rows=rows,
        consumed=[*first.consumed, *second.consumed],
        doubts=[*first.doubts, *second.doubts],
        resolved_doubts=[*first.resolved_doubts, *second.resolved_doubts],
        outcome=second.outcome or first.outcome,
        children=[*first.children, *second.children],
        stopped_children=[*first.stopped_children, *second.stopped_children],
        snapshot=second.snapshot or first.snapshot,
    )
