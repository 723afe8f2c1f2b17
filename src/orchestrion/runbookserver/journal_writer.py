"""The batching writer: all that is queued goes into one transaction, again and again, without a timer (hot-path.md)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from orchestrion.model.errors import UnavailableError
from orchestrion.ports.journal import ExecutionRow, Fence, JournalStore, SignalRow, Slice

MOST_ROWS = 1000  # in one transaction: beyond that the rate does not grow and the waiting does
_RETRY_SECONDS = 0.5  # while the database is away
_log = structlog.get_logger(__name__)


class RefusedSliceError(Exception):
    """The journal refused what this instance wrote; the instance must be held."""


@dataclass(slots=True)
class _Queued:
    slice: Slice
    done: asyncio.Future[None]


class JournalWriter:
    """Takes slices from all running instances; `run` must be running. Slices of one instance stay in order."""

    def __init__(self, store: JournalStore, fence: Fence) -> None:
        self._store = store
        self._fence = fence
        self._queue: deque[_Queued] = deque()
        self._filled = asyncio.Event()
        self._refused: dict[str, str] = {}

    def submit(self, slice_: Slice) -> asyncio.Future[None]:
        """Queues a slice; the future is done when it is durable, or fails with RefusedSliceError."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(_Queued(slice_, done))
        self._filled.set()
        return done

    async def run(self) -> None:
        """Writes until cancelled. Raises FencedError when this server's epoch is no longer its own."""
        while True:
            await self._filled.wait()
            batch = self._take()
            refused = await self._append([each.slice for each in batch])
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
            batch.append(queued)
            rows += len(queued.slice.rows)
        return [each for each in batch if not self._is_refused(each)]

    def _is_refused(self, queued: _Queued) -> bool:
        if queued.slice.instance_id not in self._refused:
            return False
        self._settle(queued, self._refused)
        return True

    async def _append(self, slices: list[Slice]) -> dict[str, str]:
        away = False
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
                self._refused.update(refused)
                return refused
        return {}

    def _settle(self, queued: _Queued, refused: dict[str, str]) -> None:
        if queued.done.cancelled():
            return
        reason = refused.get(queued.slice.instance_id)
        if reason is None:
            queued.done.set_result(None)
        else:
            queued.done.set_exception(RefusedSliceError(reason))
            queued.done.exception()  # somebody may have stopped listening: that is no fault of the loop

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
