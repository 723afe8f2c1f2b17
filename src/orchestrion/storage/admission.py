"""Moving waiting jobs and triggers to ready, exactly within their limits (durability.md 7).

Every function runs in the transaction of its cause: a start, an ending, a trigger, a stop.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic_core import from_json
from sqlalchemy import (
    BindParameter,
    Connection,
    Integer,
    RowMapping,
    bindparam,
    case,
    exists,
    func,
    insert,
    select,
    update,
)
from uuid_utils import uuid7

from orchestrion.model.job import InstanceState, JobStatus
from orchestrion.ports.runs import JobRecord
from orchestrion.storage.dialect import among
from orchestrion.storage.gauges import Gauge, locked, save
from orchestrion.storage.rows import eligible_text, job_values
from orchestrion.storage.tables import IS_ADMITTED, IS_OPEN, IS_QUEUED, instance, job, monitor, runbook, trigger
from orchestrion.storage.trigger_outcomes import WAITS, cancel_left, count_waiting, hand_over, settle
from orchestrion.storage.turns import FIRST, LAST, queue_place, turn_behind, turns

ENGINE_LEVEL = 2  # of the rules an instance started under; a server claims only levels it knows (durability.md 9)
JOURNAL_FORMAT = 1
ACTIVE = tuple(
    status.value
    for status in (JobStatus.PENDING, JobStatus.RUNNING, JobStatus.WAITING, JobStatus.STOPPING, JobStatus.HELD)
)
#: Of monitors whose triggers get their instances: what one has stored is not lost when its watch fails.
STARTING = tuple(status.value for status in (JobStatus.PENDING, JobStatus.WAITING, JobStatus.FAILED))

_RUNBOOK: BindParameter[str] = bindparam("runbook")
_LIMITS = (
    select(runbook.c.max_simultaneous_jobs, runbook.c.is_monitor).where(runbook.c.id == _RUNBOOK).with_for_update()
)
_ADMITTED_JOBS = select(func.count().label("jobs")).where(job.c.runbook_id == _RUNBOOK, IS_ADMITTED)
_IS_ADMITTED_HERE = _ADMITTED_JOBS.subquery()
_FREE = bindparam("most", type_=Integer) - _IS_ADMITTED_HERE.c.jobs
_QUEUED_JOBS = (
    select(
        job.c.id,
        job.c.runbook_id,
        job.c.runbook_name,
        job.c.runbook_path,
        job.c.version,
        job.c.is_monitor,
        job.c.predecessor_id,
        job.c.servers,
        job.c.placement_id,
        job.c.priority,
        job.c.instance_count,
    )
    .where(job.c.runbook_id == _RUNBOOK, IS_QUEUED)
    .order_by(job.c.queue_place, job.c.id)
    .limit(select(case((_FREE > 0, _FREE), else_=0)).scalar_subquery())
)
#: All that decides about a new job: how many run, whether any queues, and where its instance would stand.
_ROOM = select(
    _ADMITTED_JOBS.scalar_subquery().label("jobs"),
    exists().where(job.c.runbook_id == _RUNBOOK, IS_QUEUED).label("queues"),
    FIRST.label("first"),
    LAST.label("last"),
)


def admit(connection: Connection, runbook_id: str, now: datetime) -> int:
    """Admits as many of the runbook's queued jobs as its limit allows, in their order; gives their number."""
    wanted = {"runbook": runbook_id}
    found = connection.execute(_LIMITS, wanted).one_or_none()
    if found is None:
        return 0
    limit, is_monitor = found
    if is_monitor:
        cancel_left(connection, runbook_id)
    rows = connection.execute(_QUEUED_JOBS, {**wanted, "most": limit}).mappings().all()
    runs = [(row, None) for row in rows if not row["is_monitor"]]
    if runs:
        add_instances(connection, runs, now)
    for row in rows:
        if row["is_monitor"]:
            _admit_monitor(connection, row)
    return len(rows)


def free_turn(connection: Connection, new: JobRecord) -> int | None:
    """The turn of a job's first instance where the job may start at once, else None.

    Holds the runbook until the commit, so that the place stays free.
    """
    found = connection.execute(_LIMITS, {"runbook": new.runbook_id}).one_or_none()
    if found is None or found.is_monitor:
        return None
    room = connection.execute(_ROOM, {"runbook": new.runbook_id, "priority": new.priority}).one()
    if room.queues or room.jobs >= found.max_simultaneous_jobs:
        return None
    return turn_behind(room.first, room.last, queue_place(new.created_at, new.priority))


def add_first_instance(connection: Connection, started: JobRecord, placement_id: str, turn: int) -> None:
    """Stores the instance that a job was stored with."""
    row = {**job_values(started), "placement_id": placement_id}
    first = {"id": started.latest_instance_id, "number": 1, "turn": turn}
    connection.execute(_ADD, [{**first, **_new_instance(row, None, started.created_at)}])


def _admit_monitor(connection: Connection, row: RowMapping) -> None:
    cursor = connection.scalar(select(monitor.c.cursor).where(monitor.c.job_id == row["predecessor_id"]))
    connection.execute(insert(monitor).values(job_id=row["id"], state="ready", cursor=cursor))
    connection.execute(update(job).where(job.c.id == row["id"]).values(admitted=True, reason=None))
    if row["predecessor_id"] is not None:
        hand_over(connection, row["predecessor_id"], row["id"])


def admit_triggers(connection: Connection, job_id: str, now: datetime) -> int:
    """Starts instances for the monitor job's waiting triggers, counted anew; gives their number."""
    gauges = locked(connection, lock_jobs(connection, [job_id])).values()
    for gauge in gauges:
        gauge.waiting = count_waiting(connection, job_id)
    return _admit_triggers(connection, gauges, now)


def admit_triggers_of(connection: Connection, job_ids: Sequence[str], now: datetime) -> list[str]:
    """After instances of monitors' jobs have ended: starts the next ones; gives the jobs that are stopping."""
    gauges = locked(connection, lock_jobs(connection, job_ids)).values()
    _admit_triggers(connection, gauges, now)
    return [gauge.job["id"] for gauge in gauges if gauge.job["status"] == JobStatus.STOPPING.value]


def _admit_triggers(connection: Connection, gauges: Collection[Gauge], now: datetime) -> int:
    """Notes how instances ended, and starts those whose turn it is; gives their number."""
    settle(connection, gauges)
    started = start_triggers(connection, gauges, {}, now)
    for gauge in gauges:
        gauge.add(0, now)
    save(connection, gauges)
    return started


def lock_jobs(connection: Connection, job_ids: Sequence[str]) -> Sequence[RowMapping]:
    """The rows of jobs, locked in the order of their ids."""
    return connection.execute(_LOCKED_JOBS, {"jobs": list(job_ids)}).mappings().all()


_LOCKED_JOBS = select(job).where(among(job.c.id, "jobs")).order_by(job.c.id).with_for_update()


def start_triggers(
    connection: Connection, gauges: Collection[Gauge], only: Mapping[str, Sequence[Mapping[str, str]]], now: datetime
) -> int:
    """Starts instances for waiting triggers, oldest first, within the limit of each job; gives their number.

    `only` has, by job id, the triggers that wait, where the caller knows them all. Takes off what was started.
    """
    able = [gauge for gauge in gauges if gauge.waiting and _may_start(gauge)]
    free = _free_places(connection, able)
    begun = [
        (gauge, each)
        for gauge in able
        if (places := free[gauge.job["id"]]) > 0
        for each in only.get(gauge.job["id"], ())[:places] or _next_triggers(connection, gauge.job["id"], places)
    ]
    if not begun:
        return 0
    ids = add_instances(connection, [(gauge.job, each["published"]) for gauge, each in begun], now)
    started = [{"trigger_id": each["id"], "new_instance": new} for (_, each), new in zip(begun, ids, strict=True)]
    connection.execute(_START, started)
    for gauge, _ in begun:
        gauge.waiting, gauge.has_work = max(0, gauge.waiting - 1), True
    return len(begun)


_START = update(trigger).where(trigger.c.id == bindparam("trigger_id")).values(instance_id=bindparam("new_instance"))


def _may_start(gauge: Gauge) -> bool:
    return gauge.quarantined_at is None and gauge.job["status"] in STARTING


def _free_places(connection: Connection, gauges: Sequence[Gauge]) -> dict[str, int]:
    """How many instances more each job may run."""
    if not gauges:
        return {}
    limits: dict[str, int] = {gauge.job["id"]: gauge.job["instance_limit"] for gauge in gauges}
    counts: dict[str, int] = dict(connection.execute(_RUNNING, {"jobs": list(limits)}).all())
    return {job_id: limit - counts.get(job_id, 0) for job_id, limit in limits.items()}


_RUNNING = (
    select(instance.c.job_id, func.count()).where(among(instance.c.job_id, "jobs"), IS_OPEN).group_by(instance.c.job_id)
)


def _next_triggers(connection: Connection, job_id: str, limit: int) -> Sequence[RowMapping]:
    waiting = select(trigger.c.id, trigger.c.published).where(trigger.c.job_id == job_id, WAITS)
    return connection.execute(waiting.order_by(trigger.c.id).limit(limit)).mappings().all()


def add_instance(connection: Connection, row: RowMapping, published: str | None, now: datetime) -> str:
    """Stores a ready instance of the job in `row` and gives its id."""
    (instance_id,) = add_instances(connection, [(row, published)], now)
    return instance_id


def add_instances(connection: Connection, wanted: Sequence[tuple[RowMapping, str | None]], now: datetime) -> list[str]:
    """Stores ready instances of jobs, each with what its trigger published, and gives their ids; jobs may repeat."""
    added: list[dict[str, object]] = []
    newest: dict[str, tuple[int, str]] = {}
    given = turns(connection, [(row["runbook_id"], row["priority"]) for row, _ in wanted], now)
    for (row, published), turn in zip(wanted, given, strict=True):
        number, instance_id = newest.get(row["id"], (row["instance_count"], ""))[0] + 1, str(uuid7())
        added.append({"id": instance_id, "number": number, "turn": turn, **_new_instance(row, published, now)})
        newest[row["id"]] = (number, instance_id)
    connection.execute(_ADD, added)
    changes = [{"key": job_id, "count": number, "latest": latest} for job_id, (number, latest) in newest.items()]
    connection.execute(_ADMITTED, changes)
    return [str(each["id"]) for each in added]


_ADD = insert(instance)
_ADMITTED = (
    update(job)
    .where(job.c.id == bindparam("key"))
    .values(
        admitted=True,
        reason=case((job.c.is_monitor, job.c.reason), else_=None),
        instance_count=bindparam("count"),
        latest_instance_id=bindparam("latest"),
    )
)


def _new_instance(row: Mapping[Any, Any], published: str | None, now: datetime) -> dict[str, object]:
    return {
        "job_id": row["id"],
        "runbook_id": row["runbook_id"],
        "runbook_name": row["runbook_name"],
        "runbook_path": row["runbook_path"],
        "version": row["version"],
        "state": InstanceState.READY.value,
        "status": JobStatus.PENDING.value,
        "engine_level": ENGINE_LEVEL,
        "journal_format": JOURNAL_FORMAT,
        "takeovers": 0,
        "takeover_sequence": 0,
        "eligible": eligible_text(from_json(row["servers"])),
        "placement_id": row["placement_id"],
        "priority": row["priority"],
        "trigger": published,
        "created_at": now,
    }
