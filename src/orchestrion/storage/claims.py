"""Claiming ready instances, and the inbox of claimed ones (durability.md 7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from pydantic_core import from_json
from sqlalchemy import Connection, RowMapping, bindparam, exists, func, or_, select, update
from uuid_utils import uuid7

from orchestrion.model.job import InstanceState, JobStatus
from orchestrion.ports.journal import Claimed, Fence, Message
from orchestrion.storage.admission import ENGINE_LEVEL
from orchestrion.storage.assignment import Assignment
from orchestrion.storage.dialect import among
from orchestrion.storage.fencing import check_fence
from orchestrion.storage.holding import wake_due
from orchestrion.storage.rows import optional_json
from orchestrion.storage.tables import IS_OWNED, IS_READY, inbox, instance, job


def claim(connection: Connection, fence: Fence, assignment: Assignment, limit: int, now: datetime) -> list[Claimed]:
    """See ports.JournalStore."""
    own = assignment.own(connection, fence, now)
    if not own.takes_work:
        return []
    if own.is_any_due:
        wake_due(connection, limit, now)
    wanted = assignment.instances(connection, own, ENGINE_LEVEL, limit, now)
    if not wanted:
        return []
    token = str(uuid7())
    picked = _taken(connection, fence, wanted, token, now)
    if not picked:
        return []
    rows = _claimed_rows(connection, picked)
    _mark_running(connection, [row["job_id"] for row in rows], fence, now)
    return [_claimed(row, token, is_fresh=wanted[row["id"]]) for row in rows]


def _taken(
    connection: Connection, fence: Fence, wanted: Mapping[str, bool], token: str, now: datetime
) -> Sequence[str]:
    """Takes those that still are as they were seen; whoever else wants one of the others has it by now."""
    begun = [each for each, is_fresh in wanted.items() if not is_fresh]
    values = {"wanted": list(wanted), "begun": begun, "lease": token, "server_id": fence.server_id, "now": now}
    return connection.scalars(_TAKE, values).all()


_TAKE = (
    update(instance)
    .where(
        instance.c.id.in_(
            select(instance.c.id)
            .where(among(instance.c.id, "wanted"), IS_READY)
            .where(or_(instance.c.started_at.is_(None), among(instance.c.id, "begun")))
            .with_for_update(skip_locked=True)
        )
    )
    .values(
        lease=bindparam("lease"),
        server_id=bindparam("server_id"),
        state=InstanceState.OWNED.value,
        status=JobStatus.RUNNING.value,
        started_at=func.coalesce(instance.c.started_at, bindparam("now", type_=instance.c.started_at.type)),
    )
    .returning(instance.c.id)
)


def owned(connection: Connection, fence: Fence, known: Collection[str]) -> list[Claimed]:
    """See ports.JournalStore."""
    check_fence(connection, fence)
    mine = (instance.c.server_id == fence.server_id) & (IS_OWNED)
    leases = {row.id: row.lease for row in connection.execute(select(instance.c.id, instance.c.lease).where(mine))}
    unknown = [each for each in leases if each not in known]
    return [_claimed(row, leases[row["id"]], is_fresh=False) for row in _claimed_rows(connection, unknown)]


def _claimed_rows(connection: Connection, picked: Sequence[str]) -> Sequence[RowMapping]:
    return connection.execute(_CLAIMED, {"picked": picked}).mappings().all()


_CLAIMED = (
    select(
        instance.c.id,
        instance.c.job_id,
        instance.c.runbook_id,
        instance.c.runbook_path,
        instance.c.version,
        instance.c.number,
        instance.c.takeovers,
        instance.c.trigger,
        instance.c.created_at,
        instance.c.started_at,
        job.c.parameters,
        job.c.created_by_name,
        job.c.created_by_id,
        job.c.depth,
        job.c.rerun,
        job.c.test,
        job.c.trace_context,
        job.c.created_at.label("asked_at"),
        exists().where(inbox.c.instance_id == instance.c.id).label("has_messages"),
    )
    .join(job, job.c.id == instance.c.job_id)
    .where(among(instance.c.id, "picked"))
    .order_by(instance.c.turn, instance.c.id)
)


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
        asked_at=row["asked_at"],
        ready_at=row["created_at"],
        started_at=row["started_at"],
        trace_context=row["trace_context"],
    )


def _mark_running(connection: Connection, job_ids: Sequence[str], fence: Fence, now: datetime) -> None:
    connection.execute(_MARK_RUNNING, {"jobs": job_ids, "server": fence.server_id, "now": now})


_MARK_RUNNING = (
    update(job)
    .where(among(job.c.id, "jobs"), job.c.status == JobStatus.PENDING.value, ~job.c.is_monitor)
    .values(status=JobStatus.RUNNING.value, started_at=bindparam("now"), server_id=bindparam("server"), reason=None)
)


def messages(connection: Connection, fence: Fence, now: datetime) -> dict[str, list[Message]]:
    """See ports.JournalStore."""
    query = (
        select(inbox)
        .join(instance, instance.c.id == inbox.c.instance_id)
        .where(
            instance.c.server_id == fence.server_id,
            IS_OWNED,
            inbox.c.due <= now,
        )
        .order_by(inbox.c.due, inbox.c.message_id)
    )
    found: dict[str, list[Message]] = {}
    for row in connection.execute(query).mappings():
        message = Message(row["message_id"], row["kind"], from_json(row["payload"]))
        found.setdefault(row["instance_id"], []).append(message)
    return found
