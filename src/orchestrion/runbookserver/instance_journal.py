"""What one instance writes: rows numbered and stamped where they are made, handed to the writer in that order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime

from orchestrion.engine.conductor import Conductor
from orchestrion.model.job import StopLevel
from orchestrion.model.values import Json
from orchestrion.ports.journal import Claimed, ExecutionRow, Hold, InstanceEnd, Park, SignalRow, Slice, Snapshot
from orchestrion.ports.runs import DoubtRecord, JobRecord
from orchestrion.runbookserver.instance_clock import InstanceClock
from orchestrion.runbookserver.journal_writer import JournalWriter, RefusedSliceError
from orchestrion.runbookserver.recovery import Recovered, still_kept
from orchestrion.services import journal_codec as codec


class InstanceJournal:
    """The journal of one claimed instance; `refused` takes why the database did not accept it."""

    def __init__(
        self, claimed: Claimed, writer: JournalWriter, clock: InstanceClock, refused: Callable[[Exception], None]
    ) -> None:
        self._claimed = claimed
        self._writer = writer
        self._clock = clock
        self._sequence = 0
        self._rows: list[ExecutionRow | SignalRow] = []
        self._consumed: list[str] = []
        self._doubts: list[DoubtRecord] = []
        self._resolved: list[str] = []
        self._children: list[JobRecord] = []
        self._stopped: list[tuple[str, datetime, StopLevel]] = []
        self._kept: list[SignalRow] = []
        self._snapshot_at = 0
        self._refused = refused
        self._unsettled: deque[Slice] = deque()
        self._handed_in = 0  # slices
        self._settled = 0
        self._sent_sequence = self._durable_sequence = 0
        self._waiting: deque[tuple[int, Callable[[], None]]] = deque()

    def go_on_after(self, recovered: Recovered) -> None:
        """The journal already holds rows; new ones follow the last of them."""
        self._sequence = self._durable_sequence = recovered.sequence
        self._clock.go_on_after(recovered.at)
        self._kept = list(recovered.kept)
        self._snapshot_at = recovered.snapshot_at

    def stamp(self) -> datetime:
        """The moment for the next signal, never earlier than the one before (durability.md 3)."""
        return self._clock.now()

    def next_sequence(self) -> int:
        """The number of the row that is being made."""
        self._sequence += 1
        return self._sequence

    def add(self, row: ExecutionRow) -> None:
        """An execution that ended, numbered with `next_sequence`."""
        self._rows.append(row)

    def signal(self, kind: str, at: datetime, payload: Mapping[str, Json], digest: int | None = None) -> None:
        """Any other entry."""
        row = SignalRow(self.next_sequence(), kind, at, payload, digest)
        self._rows.append(row)
        if kind in codec.KEPT:
            self._kept.append(row)

    def consume(self, message_id: str) -> None:
        """The message's effect is among the rows: it leaves the inbox with them."""
        self._consumed.append(message_id)

    def doubt(self, doubt: DoubtRecord) -> None:
        """An execution waits for a person."""
        self._doubts.append(doubt)

    def resolve(self, execution_id: str) -> None:
        """The doubt is over without an answer."""
        self._resolved.append(execution_id)

    def invoke(self, job: JobRecord) -> None:
        """A runbook is invoked: its job is stored with the rows."""
        self._children.append(job)

    def stop_child(self, job_id: str, at: datetime, level: StopLevel) -> None:
        """An invoked runbook's job is stopped with the rows."""
        self._stopped.append((job_id, at, level))

    def wants_snapshot(self, rows: int) -> bool:
        """Whether at least `rows` rows follow the last snapshot."""
        return self._sequence - self._snapshot_at >= rows

    def snapshot(self, conductor: Conductor) -> Snapshot:
        """The state after everything made so far; it goes with the next flush, which must follow at once."""
        self._kept = still_kept(self._kept, conductor)
        self._snapshot_at = self._sequence
        return Snapshot(self._sequence, codec.snapshot_state(conductor, self._kept, self.stamp()))

    def flush(
        self,
        outcome: InstanceEnd | Hold | Park | None = None,
        snapshot: Snapshot | None = None,
        then: Callable[[], None] | None = None,
    ) -> None:
        """Hands everything made so far to the writer; `then` is called when all of it is durable, maybe at once."""
        made = self._rows or self._consumed or self._doubts or self._resolved or self._children or self._stopped
        if not (made or outcome or snapshot):
            if then is not None:
                self._call_when_durable(then)
            return
        slice_ = Slice(
            self._claimed.instance_id,
            self._claimed.lease,
            self._rows,
            self._consumed,
            self._doubts,
            self._resolved,
            outcome,
            self._children,
            self._stopped,
            snapshot,
        )
        self._rows, self._consumed, self._doubts, self._resolved = [], [], [], []
        self._children, self._stopped = [], []
        self._unsettled.append(slice_)
        self._handed_in += 1
        self._sent_sequence = self._sequence
        if then is not None:
            self._waiting.append((self._handed_in, then))
        self._writer.submit(slice_, self._on_settled)

    async def durable(self) -> None:
        """Returns when everything made so far is durable; never, when the journal is refused."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.flush(then=lambda: None if done.done() else done.set_result(None))
        await done

    @property
    def lead(self) -> int:
        """How many entries are made and not yet known to be durable."""
        return self._sequence - self._durable_sequence

    @property
    def unsaved(self) -> list[ExecutionRow]:
        """The executions that have ended, and of which the database may not know it."""
        rows = [row for slice_ in self._unsettled for row in slice_.rows] + self._rows
        return [each for each in rows if isinstance(each, ExecutionRow)]

    def _call_when_durable(self, then: Callable[[], None]) -> None:
        if self._handed_in == self._settled:
            then()
        else:
            self._waiting.append((self._handed_in, then))

    def _on_settled(self, error: RefusedSliceError | None) -> None:
        """The writer settles an instance's slices in the order they were handed in."""
        self._settled += 1
        self._unsettled.popleft()
        if error is not None:
            self._waiting.clear()
            self._refused(error)
            return
        if self._settled == self._handed_in:
            self._durable_sequence = self._sent_sequence
        while self._waiting and self._waiting[0][0] <= self._settled:
            self._waiting.popleft()[1]()
