"""The hot path: journal, claims, inbox and triggers of running instances (ports.JournalStore; durability.md 4, 7)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import Connection, delete, select

from orchestrion.model.job import JobStatus
from orchestrion.ports.journal import (
    ArmedMonitor,
    Claimed,
    ExecutionRow,
    Fence,
    Hold,
    InstanceEnd,
    Message,
    Park,
    SignalRow,
    Slice,
    Snapshot,
)
from orchestrion.storage import claims, monitors
from orchestrion.storage.assignment import Assignment
from orchestrion.storage.children import add_child, stop_child
from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.dialect import BROKEN_RULE, insert_or_ignore, insert_rows, is_postgres
from orchestrion.storage.endings import acknowledge_stop, end_instances
from orchestrion.storage.fencing import check_fence
from orchestrion.storage.holding import hold_instance, newest_snapshot, park_instance, store_snapshot
from orchestrion.storage.journal_rows import read_rows, same_rows
from orchestrion.storage.plain_rows import append_fenced, append_plain, is_plain, row_values
from orchestrion.storage.rows import doubt_values
from orchestrion.storage.tables import doubt, execution, inbox, monitor, signal


class SqlJournal:
    """See ports.JournalStore."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database
        self._assignment = Assignment()

    async def append(self, fence: Fence, slices: Sequence[Slice]) -> dict[str, str]:
        """See ports.JournalStore."""
        with suppress(*BROKEN_RULE):
            if all(is_plain(each) for each in slices):
                await append_plain(self._database, fence, slices)
            else:
                await self._database.on_journal(lambda connection: _append(connection, fence, slices))
            return {}
        return await self._database.on_journal(lambda connection: _append_one_by_one(connection, fence, slices))

    async def load(self, instance_id: str, after: int = 0) -> list[ExecutionRow | SignalRow]:
        """See ports.JournalStore."""
        return await self._database.on_writer(lambda connection: read_rows(connection, instance_id, after))

    async def snapshot(self, instance_id: str) -> Snapshot | None:
        """See ports.JournalStore."""
        return await self._database.on_writer(lambda connection: newest_snapshot(connection, instance_id))

    async def claim(self, fence: Fence, limit: int, now: datetime) -> list[Claimed]:
        """See ports.JournalStore."""
        return await self._database.on_writer(
            lambda connection: claims.claim(connection, fence, self._assignment, limit, now)
        )

    async def owned(self, fence: Fence, known: Collection[str]) -> list[Claimed]:
        """See ports.JournalStore."""
        return await self._database.on_writer(lambda connection: claims.owned(connection, fence, known))

    async def claim_monitors(self, fence: Fence, limit: int, now: datetime) -> list[ArmedMonitor]:
        """See ports.JournalStore."""
        return await self._database.on_writer(
            lambda connection: monitors.claim_monitors(connection, fence, self._assignment, limit, now)
        )

    async def owned_monitors(self, fence: Fence, known: Collection[str]) -> list[ArmedMonitor]:
        """See ports.JournalStore."""
        return await self._database.on_writer(lambda connection: monitors.owned_monitors(connection, fence, known))

    async def let_go(self, fence: Fence, armed: ArmedMonitor) -> None:
        """See ports.JournalStore."""
        await self._database.on_writer(lambda connection: monitors.let_go(connection, fence, armed))

    async def messages(self, fence: Fence, now: datetime) -> dict[str, list[Message]]:
        """See ports.JournalStore."""
        return await self._database.on_writer(lambda connection: claims.messages(connection, fence, now))

    async def monitors_to_stop(self, fence: Fence) -> list[str]:
        """See ports.JournalStore."""
        query = select(monitor.c.job_id).where(monitor.c.server_id == fence.server_id, monitor.c.state == "stopping")
        return await self._database.on_writer(lambda connection: list(connection.scalars(query)))

    async def disarm(self, fence: Fence, armed: ArmedMonitor, error: str, at: datetime) -> None:
        """See ports.JournalStore."""
        await self._database.on_writer(lambda connection: monitors.disarm(connection, fence, armed, error, at))


def _append(connection: Connection, fence: Fence, slices: Sequence[Slice]) -> None:
    append_fenced(connection, fence, slices)
    _consume(connection, slices)


def _append_one_by_one(connection: Connection, fence: Fence, slices: Sequence[Slice]) -> dict[str, str]:
    """Each slice in its own savepoint, so that one bad slice does not fail its neighbours."""
    check_fence(connection, fence)
    refused: dict[str, str] = {}
    for each in slices:
        if same_rows(connection, each):
            _consume(connection, [each])  # sent again after an unknown outcome
            continue
        try:
            with connection.begin_nested():
                _insert(connection, [each])
                _consume(connection, [each])
        except BROKEN_RULE as error:
            refused[each.instance_id] = f"the journal has other entries at the same place: {error}"
    return refused


def _insert(connection: Connection, slices: Sequence[Slice]) -> None:
    executions, signals = row_values(slices, on_postgres=is_postgres(connection.dialect))
    insert_rows(connection, execution, executions)
    insert_rows(connection, signal, signals)


def _consume(connection: Connection, slices: Sequence[Slice]) -> None:
    """What goes with the rows: inbox, doubts, invoked runbooks, and what becomes of the instances."""
    for each in slices:
        _consume_messages(connection, each)
        for child in each.children:
            add_child(connection, child)
        for job_id, at, level in each.stopped_children:
            stop_child(connection, job_id, at, level)
        if each.snapshot is not None:
            store_snapshot(connection, each.instance_id, each.snapshot)
        if isinstance(each.outcome, Hold) and not _ends_instead(connection, each, each.outcome):
            hold_instance(connection, each.instance_id, each.outcome)
        elif isinstance(each.outcome, Park):
            park_instance(connection, each.instance_id, each.outcome)
    ends = {each.instance_id: each.outcome for each in slices if isinstance(each.outcome, InstanceEnd)}
    if ends:
        end_instances(connection, ends)


def _ends_instead(connection: Connection, each: Slice, hold: Hold) -> bool:
    """No server can go on with an instance that somebody has asked to stop: it ends."""
    stop = select(inbox.c.message_id).where(inbox.c.instance_id == each.instance_id, inbox.c.kind == "stop")
    if not hold.final or connection.scalar(stop) is None:
        return False
    end_instances(connection, {each.instance_id: InstanceEnd(JobStatus.CANCELED, hold.at, error=hold.reason)})
    return True


def _consume_messages(connection: Connection, each: Slice) -> None:
    if each.consumed:
        connection.execute(
            delete(inbox).where(inbox.c.instance_id == each.instance_id, inbox.c.message_id.in_(each.consumed))
        )
        stopped = next((row.at for row in each.rows if isinstance(row, SignalRow) and row.kind == "stop"), None)
        if stopped is not None:
            acknowledge_stop(connection, each.instance_id, stopped)
    for new in each.doubts:
        connection.execute(insert_or_ignore(connection, doubt).values(doubt_values(new)))
    if each.resolved_doubts:
        unanswered = doubt.c.execution_id.in_(each.resolved_doubts) & doubt.c.answer.is_(None)
        connection.execute(delete(doubt).where(unanswered))
