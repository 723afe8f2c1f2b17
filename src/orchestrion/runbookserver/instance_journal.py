"""What one instance writes: rows numbered and stamped where they are made, handed to the writer in that order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from orchestrion.engine.conductor import Conductor
from orchestrion.model.values import Json
from orchestrion.ports.clock import Clock
from orchestrion.ports.journal import Claimed, ExecutionRow, Hold, InstanceEnd, Park, SignalRow, Slice, Snapshot
from orchestrion.ports.runs import DoubtRecord, JobRecord
from orchestrion.runbookserver.journal_writer import JournalWriter
from orchestrion.runbookserver.recovery import Recovered, still_kept
from orchestrion.services import journal_codec as codec


class InstanceJournal:
    """The journal of one claimed instance; `after` is the last sequence and moment already stored."""

    def __init__(self, claimed: Claimed, writer: JournalWriter, clock: Clock) -> None:
        self._claimed = claimed
        self._writer = writer
        self._clock = clock
        self._sequence = 0
        self._last: datetime | None = None
        self._rows: list[ExecutionRow | SignalRow] = []
        self._consumed: list[str] = []
        self._doubts: list[DoubtRecord] = []
        self._resolved: list[str] = []
        self._children: list[JobRecord] = []
        self._stopped: list[tuple[str, datetime]] = []
        self._kept: list[SignalRow] = []
        self._snapshot_at = 0
        self._durable: asyncio.Future[None] | None = None

    def go_on_after(self, recovered: Recovered) -> None:
        """The journal already holds rows; new ones follow the last of them."""
        self._sequence, self._last = recovered.sequence, recovered.at
        self._kept = list(recovered.kept)
        self._snapshot_at = recovered.snapshot_at

    def stamp(self) -> datetime:
        """The moment for the next signal: now, but never earlier than the one before (durability.md 3)."""
        now = self._clock.now()
        self._last = now if self._last is None or now > self._last else self._last
        return self._last

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

    def stop_child(self, job_id: str, at: datetime) -> None:
        """An invoked runbook's job is stopped with the rows."""
        self._stopped.append((job_id, at))

    def wants_snapshot(self, rows: int) -> bool:
        """Whether at least `rows` rows follow the last snapshot."""
        return self._sequence - self._snapshot_at >= rows

    def snapshot(self, conductor: Conductor) -> Snapshot:
        """The state after everything made so far; it goes with the next flush, which must follow at once."""
        self._kept = still_kept(self._kept, conductor)
        self._snapshot_at = self._sequence
        return Snapshot(self._sequence, codec.snapshot_state(conductor, self._kept, self.stamp()))

    def flush(
        self, outcome: InstanceEnd | Hold | Park | None = None, snapshot: Snapshot | None = None
    ) -> asyncio.Future[None]:
        """Hands everything made so far to the writer; the future is done when all of it is durable."""
        made = self._rows or self._consumed or self._doubts or self._resolved or self._children or self._stopped
        if self._durable is not None and not (made or outcome or snapshot):
            return self._durable
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
        self._durable = self._writer.submit(slice_)
        return self._durable
