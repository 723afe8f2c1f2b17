"""What one instance writes: rows numbered and stamped where they are made, handed to the writer in that order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from orchestrion.model.values import Json
from orchestrion.ports.clock import Clock
from orchestrion.ports.journal import Claimed, ExecutionRow, Hold, InstanceEnd, SignalRow, Slice
from orchestrion.ports.runs import DoubtRecord
from orchestrion.runbookserver.journal_writer import JournalWriter


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
        self._durable: asyncio.Future[None] | None = None

    def go_on_after(self, sequence: int, at: datetime) -> None:
        """The journal already holds rows up to `sequence`, the last stamped `at`."""
        self._sequence, self._last = sequence, at

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
        self._rows.append(SignalRow(self.next_sequence(), kind, at, payload, digest))

    def consume(self, message_id: str) -> None:
        """The message's effect is among the rows: it leaves the inbox with them."""
        self._consumed.append(message_id)

    def doubt(self, doubt: DoubtRecord) -> None:
        """An execution waits for a person."""
        self._doubts.append(doubt)

    def resolve(self, execution_id: str) -> None:
        """The doubt is over without an answer."""
        self._resolved.append(execution_id)

    def flush(self, outcome: InstanceEnd | Hold | None = None) -> asyncio.Future[None]:
        """Hands everything made so far to the writer; the future is done when all of it is durable."""
        if self._durable is not None and not (
            self._rows or self._consumed or self._doubts or self._resolved or outcome
        ):
            return self._durable
        slice_ = Slice(
            self._claimed.instance_id,
            self._claimed.lease,
            self._rows,
            self._consumed,
            self._doubts,
            self._resolved,
            outcome,
        )
        self._rows, self._consumed, self._doubts, self._resolved = [], [], [], []
        self._durable = self._writer.submit(slice_)
        return self._durable
