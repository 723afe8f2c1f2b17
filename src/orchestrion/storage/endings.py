"""How instances and jobs end, are held and are stopped; each inside the transaction of its cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, delete, exists, func, select, update

from orchestrion.model.job import InstanceState, JobStatus, StopLevel, has_ended
from orchestrion.model.values import Json
from orchestrion.ports.journal import InstanceEnd
from orchestrion.storage.admission import add_instance, admit, admit_triggers_of
from orchestrion.storage.dialect import among
from orchestrion.storage.holding import Posted, post_message
from orchestrion.storage.rows import json_text, records_of
from orchestrion.storage.tables import doubt, inbox, instance, job, monitor, snapshot, trigger
from orchestrion.storage.trigger_outcomes import RUNS


def end_instances(connection: Connection, ends: Mapping[str, InstanceEnd]) -> None:
    """Ends instances by id, and with each its job or, for a monitor, its turn; admits what waited for them.

    Instances that have ended already are passed over. Rows are taken in the order of their ids, and each runbook is
    asked once for all its endings: two writers cannot wait for each other, and many endings cost a few statements.
    """
    rows = connection.execute(_ENDING_NOW, {"ids": list(ends)}).all()
    if not rows:
        return
    ids = [row.id for row in rows]
    connection.execute(_END_INSTANCE, [{"key": row.id, **_columns(ends[row.id])} for row in rows])
    for left, statement in zip(_LEFT_BEHIND, _CLEAR, strict=True):
        if any(getattr(row, left) for row in rows):
            connection.execute(statement, {"ids": ids})
    jobs = [row for row in rows if not row.is_monitor and not ends[row.id].restarts]
    if jobs:
        connection.execute(
            _END_JOB, [{"key": row.job_id, "server": row.server_id, **_columns(ends[row.id])} for row in jobs]
        )
        children = [row.job_id for row in jobs if row.parent_instance_id is not None]
        if children:
            _tell_parents(connection, children, max(ends[row.id].at for row in jobs))
    for row in rows:
        if ends[row.id].restarts:
            _restart(connection, row.id, row.job_id, ends[row.id].at)
    _admit_next(connection, [row for row in rows if not ends[row.id].restarts], ends)


def _admit_next(connection: Connection, ended: Sequence[Row[Any]], ends: Mapping[str, InstanceEnd]) -> None:
    """Lets in what waited for endings: the next triggers of monitors, the next instances of the other runbooks."""
    last: dict[tuple[bool, str], datetime] = {}
    for row in ended:
        key = (row.is_monitor, row.job_id if row.is_monitor else row.runbook_id)
        last[key] = max(last.get(key, ends[row.id].at), ends[row.id].at)
    monitors = {key: at for (is_monitor, key), at in last.items() if is_monitor}
    if monitors:
        latest = max(monitors.values())
        for job_id in admit_triggers_of(connection, sorted(monitors), latest):
            end_stopped_monitor(connection, job_id, latest)
    for runbook_id, at in sorted((key, at) for (is_monitor, key), at in last.items() if not is_monitor):
        admit(connection, runbook_id, at)


_LEFT_BEHIND = ("has_messages", "has_snapshot", "has_doubts")
_CLEAR = (
    delete(inbox).where(among(inbox.c.instance_id, "ids")),
    delete(snapshot).where(among(snapshot.c.instance_id, "ids")),
    delete(doubt).where(among(doubt.c.instance_id, "ids"), doubt.c.answer.is_(None)),
)
#: What is about to end, and whether it leaves anything behind: nearly always nothing, and nothing need be cleared.
_ENDING_NOW = (
    select(
        instance.c.id,
        instance.c.job_id,
        instance.c.runbook_id,
        instance.c.server_id,
        job.c.is_monitor,
        job.c.parent_instance_id,
        exists().where(inbox.c.instance_id == instance.c.id).label("has_messages"),
        exists().where(snapshot.c.instance_id == instance.c.id).label("has_snapshot"),
        exists().where(doubt.c.instance_id == instance.c.id).label("has_doubts"),
    )
    .join(job, job.c.id == instance.c.job_id)
    .where(among(instance.c.id, "ids"), instance.c.state != InstanceState.ENDED.value)
    .order_by(instance.c.id)
    .with_for_update(of=instance)
)
_ENDING: dict[str, BindParameter[object] | None] = {
    "status": bindparam("new_status"),
    "ended_at": bindparam("at"),
    "returned": bindparam("records"),
    "error": bindparam("problem"),
    "reason": None,
}
_END_INSTANCE = (
    update(instance)
    .where(instance.c.id == bindparam("key"))
    .values(state=InstanceState.ENDED.value, lease=None, **_ENDING)
)
_END_JOB = update(job).where(job.c.id == bindparam("key")).values(server_id=bindparam("server"), **_ENDING)


def _columns(end: InstanceEnd) -> dict[str, object]:
    return {
        "new_status": end.status.value,
        "at": end.at,
        "records": json_text(end.returned) if end.returned else None,
        "problem": end.error or None,
    }


def _restart(connection: Connection, instance_id: str, job_id: str, now: datetime) -> None:
    """The job goes on with another instance, for the same trigger."""
    row = connection.execute(select(job).where(job.c.id == job_id).with_for_update()).mappings().one()
    published = connection.scalar(select(instance.c.trigger).where(instance.c.id == instance_id))
    successor = add_instance(connection, row, published, now)
    runs = (trigger.c.job_id == job_id) & (trigger.c.instance_id == instance_id) & RUNS
    connection.execute(update(trigger).where(runs).values(instance_id=successor))


def stop_job(connection: Connection, job_id: str, now: datetime, level: StopLevel = StopLevel.NOW) -> None:
    """Stops a job that has not ended: what nobody runs ends at once, what runs gets the stop in its inbox.

    A stop of the other level may follow the first.
    """
    row = connection.execute(select(job).where(job.c.id == job_id).with_for_update()).mappings().one()
    if not row["admitted"]:
        _end_job(connection, job_id, now)
        return
    stopping = {"status": JobStatus.STOPPING.value, "reason": _STOPS[level], "stop_level": level.value}
    requested = row["stop_requested_at"] or now
    connection.execute(update(job).where(job.c.id == job_id).values(stop_requested_at=requested, **stopping))
    _stop_monitor(connection, job_id)
    active = select(instance.c.id, instance.c.state, instance.c.started_at).where(
        instance.c.job_id == job_id, instance.c.state != InstanceState.ENDED.value
    )
    for each in connection.execute(active).all():
        never_ran = each.state == InstanceState.READY.value and each.started_at is None
        if never_ran or each.state == InstanceState.HELD.value:
            _stop_children(connection, each.id, now, level)
            end_instances(connection, {each.id: InstanceEnd(JobStatus.CANCELED, now)})
        else:
            post_message(connection, each.id, Posted(f"stop:{level}", "stop", {"level": level.value}, now))
    if row["is_monitor"]:
        end_stopped_monitor(connection, job_id, now)


_STOPS = {
    StopLevel.AFTER_ACTIVITY: "A stop was requested, after the current activities.",
    StopLevel.NOW: "A stop was requested.",
}


def _stop_children(connection: Connection, instance_id: str, now: datetime, level: StopLevel) -> None:
    """Nobody runs the instance any longer, so nobody else would stop what it has invoked."""
    ended = [status.value for status in JobStatus if has_ended(status)]
    query = select(job.c.id).where(job.c.parent_instance_id == instance_id, job.c.status.not_in(ended))
    for job_id in connection.scalars(query).all():
        stop_job(connection, job_id, now, level)


def acknowledge_stop(connection: Connection, instance_id: str, at: datetime) -> None:
    """The instance's server has begun to stop it; the first one counts for the job."""
    of_instance = select(instance.c.job_id).where(instance.c.id == instance_id).scalar_subquery()
    connection.execute(
        update(job).where(job.c.id == of_instance, job.c.stop_acknowledged_at.is_(None)).values(stop_acknowledged_at=at)
    )


def _stop_monitor(connection: Connection, job_id: str) -> None:
    connection.execute(
        update(monitor).where(monitor.c.job_id == job_id, monitor.c.state.in_(("ready", "held"))).values(state="ended")
    )
    connection.execute(
        update(monitor).where(monitor.c.job_id == job_id, monitor.c.state == "owned").values(state="stopping")
    )


def end_stopped_monitor(connection: Connection, job_id: str, now: datetime) -> None:
    """Ends a monitor's job when it is stopping, nobody watches for it any longer and none of its instances is left."""
    status = connection.scalar(select(job.c.status).where(job.c.id == job_id).with_for_update())
    if status != JobStatus.STOPPING.value:
        return
    watched = connection.scalar(select(monitor.c.state).where(monitor.c.job_id == job_id))
    left = connection.scalar(
        select(func.count()).where(instance.c.job_id == job_id, instance.c.state != InstanceState.ENDED.value)
    )
    if watched in (None, "ended") and not left:
        _end_job(connection, job_id, now)


def _end_job(connection: Connection, job_id: str, now: datetime, error: str | None = None) -> None:
    status = JobStatus.FAILED if error else JobStatus.CANCELED
    runbook_id = connection.scalar(
        update(job)
        .where(job.c.id == job_id)
        .values(status=status.value, ended_at=now, reason=None, error=error)
        .returning(job.c.runbook_id)
    )
    _tell_parents(connection, [job_id], now)
    if runbook_id is not None:
        admit(connection, runbook_id, now)


def _tell_parents(connection: Connection, job_ids: Sequence[str], now: datetime) -> None:
    """The end of an invoked runbook's job goes to the inbox of the instance that waits for it (durability.md 7)."""
    for row in connection.execute(_HAVE_PARENTS, {"jobs": job_ids}).mappings().all():
        payload: dict[str, Json] = {
            "key": row["parent_key"],
            "job_id": row["id"],
            "status": row["status"],
            "returned": [dict(each) for each in records_of(row["returned"])],
            "error": row["error"] or "",
        }
        post_message(connection, row["parent_instance_id"], Posted(f"child:{row['id']}", "child", payload, now))


_HAVE_PARENTS = (
    select(job)
    .join(instance, instance.c.id == job.c.parent_instance_id)
    .where(among(job.c.id, "jobs"), instance.c.state != InstanceState.ENDED.value)
    .order_by(job.c.parent_instance_id)
)


def end_monitor(connection: Connection, job_id: str, error: str, now: datetime) -> None:
    """Nobody watches for this monitor any longer: it was stopped, or its activity failed with `error`."""
    connection.execute(
        update(monitor).where(monitor.c.job_id == job_id).values(state="ended", server_id=None, lease=None)
    )
    status = connection.scalar(select(job.c.status).where(job.c.id == job_id).with_for_update())
    if error and status != JobStatus.STOPPING.value:
        _end_job(connection, job_id, now, error)
    else:
        end_stopped_monitor(connection, job_id, now)
