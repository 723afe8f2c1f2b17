"""Moving waiting jobs and triggers to ready, exactly within their limits (durability.md 7).

Every function runs in the transaction of its cause: a start, an ending, a trigger, a stop.
"""

from __future__ import annotations

from datetime import datetime

from pydantic_core import from_json
from sqlalchemy import Connection, RowMapping, func, insert, select, update
from uuid_utils import uuid7

from orchestrion.model.job import InstanceState, JobStatus
from orchestrion.storage.rows import eligible_text
from orchestrion.storage.tables import instance, job, monitor, runbook, trigger

ENGINE_LEVEL = 2  # of the rules an instance started under; a server claims only levels it knows (durability.md 9)
JOURNAL_FORMAT = 1
ACTIVE = tuple(
    status.value
    for status in (JobStatus.PENDING, JobStatus.RUNNING, JobStatus.WAITING, JobStatus.STOPPING, JobStatus.HELD)
)


def admit(connection: Connection, runbook_id: str, now: datetime) -> int:
    """Admits as many of the runbook's queued jobs as its limit allows, oldest first; gives their number."""
    limit = connection.scalar(
        select(runbook.c.max_simultaneous_jobs).where(runbook.c.id == runbook_id).with_for_update()
    )
    if limit is None:
        return 0
    admitted = connection.scalar(
        select(func.count()).where(job.c.runbook_id == runbook_id, job.c.status.in_(ACTIVE), job.c.admitted)
    )
    free = limit - (admitted or 0)
    if free <= 0:
        return 0
    queued = select(job).where(job.c.runbook_id == runbook_id, job.c.status == "pending", ~job.c.admitted)
    rows = connection.execute(queued.order_by(job.c.id).limit(free)).mappings().all()
    for row in rows:
        _admit_job(connection, row, now)
    return len(rows)


def _admit_job(connection: Connection, row: RowMapping, now: datetime) -> None:
    if row["is_monitor"]:
        cursor = connection.scalar(select(monitor.c.cursor).where(monitor.c.job_id == row["predecessor_id"]))
        connection.execute(insert(monitor).values(job_id=row["id"], state="ready", cursor=cursor))
        connection.execute(update(job).where(job.c.id == row["id"]).values(admitted=True, reason=None))
        return
    add_instance(connection, row, None, now)


def admit_triggers(connection: Connection, job_id: str, now: datetime) -> int:
    """Starts instances for the monitor job's waiting triggers, oldest first, within its limit; gives their number."""
    row = connection.execute(select(job).where(job.c.id == job_id).with_for_update()).mappings().one_or_none()
    if row is None or row["status"] not in (JobStatus.WAITING.value, JobStatus.PENDING.value):
        return 0
    running = connection.scalar(
        select(func.count()).where(instance.c.job_id == job_id, instance.c.state != InstanceState.ENDED.value)
    )
    free = row["instance_limit"] - (running or 0)
    if free <= 0:
        return 0
    waiting = select(trigger).where(trigger.c.job_id == job_id, trigger.c.instance_id.is_(None))
    found = connection.execute(waiting.order_by(trigger.c.id).limit(free)).mappings().all()
    for offset, each in enumerate(found):
        instance_id = add_instance(connection, row, each["published"], now, offset)
        connection.execute(update(trigger).where(trigger.c.id == each["id"]).values(instance_id=instance_id))
    return len(found)


def add_instance(connection: Connection, row: RowMapping, published: str | None, now: datetime, offset: int = 0) -> str:
    """Stores a ready instance of the job in `row` and gives its id.

    `offset` counts those added to the job before in the same transaction, which `row` does not know of.
    """
    instance_id, number = str(uuid7()), row["instance_count"] + 1 + offset
    connection.execute(
        insert(instance).values(
            id=instance_id,
            job_id=row["id"],
            runbook_id=row["runbook_id"],
            runbook_name=row["runbook_name"],
            runbook_path=row["runbook_path"],
            version=row["version"],
            number=number,
            state=InstanceState.READY.value,
            status=JobStatus.PENDING.value,
            engine_level=ENGINE_LEVEL,
            journal_format=JOURNAL_FORMAT,
            takeovers=0,
            takeover_sequence=0,
            eligible=eligible_text(from_json(row["servers"])),
            trigger=published,
            created_at=now,
        )
    )
    changed = {"admitted": True, "reason": None, "instance_count": number, "latest_instance_id": instance_id}
    connection.execute(update(job).where(job.c.id == row["id"]).values(changed))
    return instance_id
