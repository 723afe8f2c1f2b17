"""The hot path: journal, claims, inbox and triggers of running instances (ports.JournalStore; durability.md 4, 7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, RowMapping, case, delete, exists, select, update
from uuid_utils import uuid7

from orchestrion.model.job import InstanceState, JobStatus
from orchestrion.ports.journal import (
    ArmedMonitor,
    Claimed,
    ExecutionRow,
    Fence,
    FencedError,
    Hold,
    InstanceEnd,
    Message,
    Park,
    SeenTrigger,
    SignalRow,
    Slice,
    Snapshot,
)
from orchestrion.storage.admission import ENGINE_LEVEL, admit_triggers
from orchestrion.storage.children import add_child, stop_child
from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.dialect import BROKEN_RULE, insert_or_ignore, insert_rows
from orchestrion.storage.endings import end_instances, end_monitor
from orchestrion.storage.holding import hold_instance, newest_snapshot, park_instance, store_snapshot, wake_due
from orchestrion.storage.journal_rows import execution_values, read_rows, same_rows, signal_values
from orchestrion.storage.ranks import higher_first, may_run
from orchestrion.storage.rows import doubt_values, json_text, optional_json
from orchestrion.storage.tables import doubt, execution, inbox, instance, job, monitor, server, signal, trigger


class SqlJournal:
    """See ports.JournalStore."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def append(self, fence: Fence, slices: Sequence[Slice]) -> dict[str, str]:
        """See ports.JournalStore."""
        return await self._database.on_writer(lambda connection: _append(connection, fence, slices))

    async def load(self, instance_id: str, after: int = 0) -> list[ExecutionRow | SignalRow]:
        """See ports.JournalStore."""
        return await self._database.on_writer(lambda connection: read_rows(connection, instance_id, after))

    async def snapshot(self, instance_id: str) -> Snapshot | None:
        """See ports.JournalStore."""
        return await self._database.on_writer(lambda connection: newest_snapshot(connection, instance_id))

    async def claim(self, fence: Fence, limit: int, name: str, now: datetime) -> list[Claimed]:
        """See ports.JournalStore."""
        return await self._database.on_writer(lambda connection: _claim(connection, fence, limit, name, now))

    async def owned(self, fence: Fence, known: Collection[str]) -> list[Claimed]:
        """See ports.JournalStore."""
        return await self._database.on_writer(lambda connection: _owned(connection, fence, known))

    async def claim_monitors(self, fence: Fence, limit: int, now: datetime) -> list[ArmedMonitor]:
        """See ports.JournalStore."""
        return await self._database.on_writer(lambda connection: _claim_monitors(connection, fence, limit, now))

    async def owned_monitors(self, fence: Fence, known: Collection[str]) -> list[ArmedMonitor]:
        """See ports.JournalStore."""
        return await self._database.on_writer(lambda connection: _owned_monitors(connection, fence, known))

    async def messages(self, fence: Fence, now: datetime) -> dict[str, list[Message]]:
        """See ports.JournalStore."""
        return await self._database.on_writer(lambda connection: _messages(connection, fence, now))

    async def monitors_to_stop(self, fence: Fence) -> list[str]:
        """See ports.JournalStore."""
        query = select(monitor.c.job_id).where(monitor.c.server_id == fence.server_id, monitor.c.state == "stopping")
        return await self._database.on_writer(lambda connection: list(connection.scalars(query)))

    async def store_trigger(self, fence: Fence, armed: ArmedMonitor, seen: SeenTrigger) -> bool:
        """See ports.JournalStore."""
        return await self._database.on_writer(lambda connection: _store_trigger(connection, fence, armed, seen))

    async def store_cursor(self, fence: Fence, armed: ArmedMonitor, cursor: str) -> None:
        """See ports.JournalStore."""
        await self._database.on_writer(lambda connection: _store_cursor(connection, fence, armed, cursor))

    async def disarm(self, fence: Fence, armed: ArmedMonitor, error: str, at: datetime) -> None:
        """See ports.JournalStore."""
        await self._database.on_writer(lambda connection: _disarm(connection, fence, armed, error, at))


def _fence(connection: Connection, fence: Fence) -> int:
    """Holds the server's row against the watchdog until the commit; an older epoch is refused (durability.md 4).

    Gives the server's rank.
    """
    query = select(server.c.rank).where(server.c.id == fence.server_id, server.c.epoch == fence.epoch)
    rank = connection.scalar(query.with_for_update(read=True, key_share=True))
    if rank is None:
        raise FencedError(f"server {fence.server_id} no longer has the epoch {fence.epoch}")
    return int(rank)


def _append(connection: Connection, fence: Fence, slices: Sequence[Slice]) -> dict[str, str]:
    _fence(connection, fence)
    try:
        with connection.begin_nested():
            _insert(connection, slices)
    except BROKEN_RULE:
        return _append_one_by_one(connection, slices)
    _consume(connection, slices)
    return {}


def _append_one_by_one(connection: Connection, slices: Sequence[Slice]) -> dict[str, str]:
    """Each slice in its own savepoint, so that one bad slice does not fail its neighbours."""
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
    executions: list[Sequence[Any]] = []
    signals: list[Sequence[Any]] = []
    for each in slices:
        for row in each.rows:
            if isinstance(row, ExecutionRow):
                executions.append(execution_values(connection, row))
            else:
                signals.append(signal_values(connection, each.instance_id, row))
    insert_rows(connection, execution, executions)
    insert_rows(connection, signal, signals)


def _consume(connection: Connection, slices: Sequence[Slice]) -> None:
    """What goes with the rows: inbox, doubts, invoked runbooks, and what becomes of the instances."""
    for each in slices:
        _consume_messages(connection, each)
        for child in each.children:
            add_child(connection, child)
        for job_id, at in each.stopped_children:
            stop_child(connection, job_id, at)
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
    for new in each.doubts:
        connection.execute(insert_or_ignore(connection, doubt).values(doubt_values(new)))
    if each.resolved_doubts:
        unanswered = doubt.c.execution_id.in_(each.resolved_doubts) & doubt.c.answer.is_(None)
        connection.execute(delete(doubt).where(unanswered))


def _claim(connection: Connection, fence: Fence, limit: int, name: str, now: datetime) -> list[Claimed]:
    rank = _fence(connection, fence)
    wake_due(connection, limit, now)
    ready = (
        select(instance.c.id, instance.c.started_at)
        .where(
            instance.c.state == InstanceState.READY.value,
            instance.c.engine_level <= ENGINE_LEVEL,
            may_run(name),
            *(higher_first(connection, rank, now) if rank else ()),
        )
        .order_by(instance.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    fresh = {instance_id: started_at is None for instance_id, started_at in connection.execute(ready).all()}
    picked = list(fresh)
    if not picked:
        return []
    token = str(uuid7())
    owned = {"state": InstanceState.OWNED.value, "status": JobStatus.RUNNING.value, "server_id": fence.server_id}
    begun = {"started_at": case((instance.c.started_at.is_(None), now), else_=instance.c.started_at)}
    connection.execute(update(instance).where(instance.c.id.in_(picked)).values(lease=token, **owned, **begun))
    rows = _claimed_rows(connection, picked)
    _mark_running(connection, [row["job_id"] for row in rows], fence, now)
    return [_claimed(row, token, is_fresh=fresh[row["id"]]) for row in rows]


def _owned(connection: Connection, fence: Fence, known: Collection[str]) -> list[Claimed]:
    _fence(connection, fence)
    mine = (instance.c.server_id == fence.server_id) & (instance.c.state == InstanceState.OWNED.value)
    leases = {row.id: row.lease for row in connection.execute(select(instance.c.id, instance.c.lease).where(mine))}
    unknown = [each for each in leases if each not in known]
    return [_claimed(row, leases[row["id"]], is_fresh=False) for row in _claimed_rows(connection, unknown)]


def _claimed_rows(connection: Connection, picked: Sequence[str]) -> Sequence[RowMapping]:
    query = (
        select(
            instance,
            job.c.parameters,
            job.c.created_by_name,
            job.c.created_by_id,
            job.c.depth,
            job.c.rerun,
            job.c.test,
            exists().where(inbox.c.instance_id == instance.c.id).label("has_messages"),
        )
        .join(job, job.c.id == instance.c.job_id)
        .where(instance.c.id.in_(picked))
        .order_by(instance.c.id)
    )
    return connection.execute(query).mappings().all()


def _claimed(row: RowMapping, token: str, *, is_fresh: bool) -> Claimed:
    return Claimed(
        instance_id=row["id"],
        job_id=row["job_id"],
        runbook_id=row["runbook_id"],
        runbook_path=row["runbook_path"],
        version=row["version"],
        lease=token,
        takeovers=row["takeovers"],
        parameters=from_json(row["parameters"]),
        trigger=optional_json(row["trigger"]),
        starter=row["created_by_name"],
        number=row["number"],
        is_fresh=is_fresh,
        has_messages=row["has_messages"],
        starter_id=row["created_by_id"],
        depth=row["depth"],
        rerun=optional_json(row["rerun"]),
        test=optional_json(row["test"]),
    )


def _mark_running(connection: Connection, job_ids: Sequence[str], fence: Fence, now: datetime) -> None:
    connection.execute(
        update(job)
        .where(job.c.id.in_(job_ids), job.c.status == JobStatus.PENDING.value, ~job.c.is_monitor)
        .values(status=JobStatus.RUNNING.value, started_at=now, server_id=fence.server_id, reason=None)
    )


def _claim_monitors(connection: Connection, fence: Fence, limit: int, now: datetime) -> list[ArmedMonitor]:
    _fence(connection, fence)
    ready = select(monitor.c.job_id).where(monitor.c.state == "ready").order_by(monitor.c.job_id).limit(limit)
    picked = list(connection.scalars(ready.with_for_update(skip_locked=True)))
    if not picked:
        return []
    token = str(uuid7())
    owned = {"state": "owned", "server_id": fence.server_id, "lease": token}
    connection.execute(update(monitor).where(monitor.c.job_id.in_(picked)).values(owned))
    waiting = {"status": JobStatus.WAITING.value, "server_id": fence.server_id, "reason": None}
    begun = case((job.c.started_at.is_(None), now), else_=job.c.started_at)
    connection.execute(update(job).where(job.c.id.in_(picked)).values(started_at=begun, **waiting))
    return _armed_monitors(connection, dict.fromkeys(picked, token))


def _owned_monitors(connection: Connection, fence: Fence, known: Collection[str]) -> list[ArmedMonitor]:
    _fence(connection, fence)
    mine = (monitor.c.server_id == fence.server_id) & (monitor.c.state == "owned")
    owned = connection.execute(select(monitor.c.job_id, monitor.c.lease).where(mine)).all()
    return _armed_monitors(connection, {row.job_id: row.lease for row in owned if row.job_id not in known})


def _armed_monitors(connection: Connection, leases: Mapping[str, str]) -> list[ArmedMonitor]:
    query = select(job, monitor.c.cursor).join(monitor, monitor.c.job_id == job.c.id).where(job.c.id.in_(leases))
    return [
        ArmedMonitor(
            job_id=row["id"],
            runbook_id=row["runbook_id"],
            version=row["version"],
            lease=leases[row["id"]],
            cursor=row["cursor"],
            starter=row["created_by_name"],
            parameters=from_json(row["parameters"]),
        )
        for row in connection.execute(query).mappings()
    ]


def _messages(connection: Connection, fence: Fence, now: datetime) -> dict[str, list[Message]]:
    query = (
        select(inbox)
        .join(instance, instance.c.id == inbox.c.instance_id)
        .where(
            instance.c.server_id == fence.server_id,
            instance.c.state == InstanceState.OWNED.value,
            inbox.c.due <= now,
        )
        .order_by(inbox.c.due, inbox.c.message_id)
    )
    found: dict[str, list[Message]] = {}
    for row in connection.execute(query).mappings():
        message = Message(row["message_id"], row["kind"], from_json(row["payload"]))
        found.setdefault(row["instance_id"], []).append(message)
    return found


def _holds_monitor(connection: Connection, fence: Fence, armed: ArmedMonitor) -> bool:
    query = select(monitor.c.job_id).where(
        monitor.c.job_id == armed.job_id, monitor.c.server_id == fence.server_id, monitor.c.lease == armed.lease
    )
    return connection.scalar(query.with_for_update()) is not None


def _store_cursor(connection: Connection, fence: Fence, armed: ArmedMonitor, cursor: str) -> None:
    _fence(connection, fence)
    if not _holds_monitor(connection, fence, armed):
        raise FencedError(f"the monitor of job {armed.job_id} was taken away")
    connection.execute(update(monitor).where(monitor.c.job_id == armed.job_id).values(cursor=cursor))


def _store_trigger(connection: Connection, fence: Fence, armed: ArmedMonitor, seen: SeenTrigger) -> bool:
    _store_cursor(connection, fence, armed, seen.cursor)
    row = {"id": seen.id, "job_id": armed.job_id, "key": seen.key[:500], "at": seen.at}
    stored = connection.execute(
        insert_or_ignore(connection, trigger).values(published=json_text(seen.published), **row)
    )
    if stored.rowcount:
        admit_triggers(connection, armed.job_id, seen.at)
    return stored.rowcount == 1


def _disarm(connection: Connection, fence: Fence, armed: ArmedMonitor, error: str, at: datetime) -> None:
    _fence(connection, fence)
    if _holds_monitor(connection, fence, armed):
        end_monitor(connection, armed.job_id, error, at)
