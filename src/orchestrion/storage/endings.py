"""How instances and jobs end, are held and are stopped; each inside the transaction of its cause."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from orchestrion.model.job import InstanceState, JobStatus
from orchestrion.ports.journal import Hold, InstanceEnd
from orchestrion.storage.admission import add_instance, admit, admit_triggers
from orchestrion.storage.dialect import insert_or_ignore
from orchestrion.storage.rows import json_text
from orchestrion.storage.tables import doubt, inbox, instance, job, monitor

STOP_MESSAGE = "stop"


def end_instance(connection: Connection, instance_id: str, end: InstanceEnd) -> None:
    """Ends an instance, and with it its job or, for a monitor, its turn; admits what waited for it."""
    values = {
        "state": InstanceState.ENDED.value,
        "status": end.status.value,
        "ended_at": end.at,
        "returned": json_text(end.returned) if end.returned else None,
        "error": end.error or None,
        "reason": None,
        "lease": None,
    }
    ended = connection.execute(
        update(instance)
        .where(instance.c.id == instance_id, instance.c.state != InstanceState.ENDED.value)
        .values(values)
        .returning(instance.c.job_id, instance.c.runbook_id, instance.c.server_id)
    ).one_or_none()
    if ended is None:
        return
    connection.execute(delete(inbox).where(inbox.c.instance_id == instance_id))
    connection.execute(delete(doubt).where(doubt.c.instance_id == instance_id, doubt.c.answer.is_(None)))
    if end.restarts:
        row = connection.execute(select(job).where(job.c.id == ended.job_id).with_for_update()).mappings().one()
        trigger = connection.scalar(select(instance.c.trigger).where(instance.c.id == instance_id))
        add_instance(connection, row, trigger, end.at)
        return
    if connection.scalar(select(job.c.is_monitor).where(job.c.id == ended.job_id)):
        admit_triggers(connection, ended.job_id, end.at)
        end_stopped_monitor(connection, ended.job_id, end.at)
        return
    job_values = {key: values[key] for key in ("status", "ended_at", "returned", "error", "reason")}
    connection.execute(update(job).where(job.c.id == ended.job_id).values(server_id=ended.server_id, **job_values))
    admit(connection, ended.runbook_id, end.at)


def hold_instance(connection: Connection, instance_id: str, hold: Hold) -> None:
    """Lets go of an instance until a person does something about it; with a message in its inbox, somebody has."""
    if connection.scalar(select(inbox.c.message_id).where(inbox.c.instance_id == instance_id).limit(1)) is not None:
        ready = {"state": InstanceState.READY.value, "status": JobStatus.PENDING.value, "lease": None}
        connection.execute(update(instance).where(instance.c.id == instance_id).values(ready))
        return
    held = connection.execute(
        update(instance)
        .where(instance.c.id == instance_id, instance.c.state != InstanceState.ENDED.value)
        .values(state=InstanceState.HELD.value, status=JobStatus.HELD.value, reason=hold.reason, lease=None)
        .returning(instance.c.job_id)
    ).one_or_none()
    if held is not None:
        running = (JobStatus.RUNNING.value, JobStatus.PENDING.value)
        connection.execute(
            update(job)
            .where(job.c.id == held.job_id, ~job.c.is_monitor, job.c.status.in_(running))
            .values(status=JobStatus.HELD.value, reason=hold.reason)
        )


def release_instance(connection: Connection, instance_id: str) -> None:
    """Makes a held instance ready: a server takes it up where it stood."""
    released = connection.execute(
        update(instance)
        .where(instance.c.id == instance_id, instance.c.state == InstanceState.HELD.value)
        .values(state=InstanceState.READY.value, status=JobStatus.PENDING.value, reason=None, takeovers=0)
        .returning(instance.c.job_id)
    ).one_or_none()
    if released is not None:
        connection.execute(
            update(job)
            .where(job.c.id == released.job_id, job.c.status == JobStatus.HELD.value)
            .values(status=JobStatus.RUNNING.value, reason=None)
        )


def _post_stop(connection: Connection, instance_id: str, now: datetime) -> None:
    """Puts the stop into the inbox of an instance; a second one changes nothing."""
    row = {"instance_id": instance_id, "message_id": STOP_MESSAGE, "kind": "stop", "due": now, "payload": "{}"}
    connection.execute(insert_or_ignore(connection, inbox).values(row))


def stop_job(connection: Connection, job_id: str, now: datetime) -> None:
    """Stops a job that has not ended: what nobody runs ends at once, what runs gets the stop in its inbox."""
    row = connection.execute(select(job).where(job.c.id == job_id).with_for_update()).mappings().one()
    if not row["admitted"]:
        _end_job(connection, job_id, now)
        return
    connection.execute(
        update(job).where(job.c.id == job_id).values(status=JobStatus.STOPPING.value, reason="A stop was requested.")
    )
    _stop_monitor(connection, job_id)
    active = select(instance.c.id, instance.c.state, instance.c.started_at).where(
        instance.c.job_id == job_id, instance.c.state != InstanceState.ENDED.value
    )
    for each in connection.execute(active).all():
        never_ran = each.state == InstanceState.READY.value and each.started_at is None
        if never_ran or each.state == InstanceState.HELD.value:
            end_instance(connection, each.id, InstanceEnd(JobStatus.CANCELED, now))
        else:
            _post_stop(connection, each.id, now)
    if row["is_monitor"]:
        end_stopped_monitor(connection, job_id, now)


def _stop_monitor(connection: Connection, job_id: str) -> None:
    connection.execute(
        update(monitor).where(monitor.c.job_id == job_id, monitor.c.state == "ready").values(state="ended")
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
    if runbook_id is not None:
        admit(connection, runbook_id, now)


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


def insert_message(connection: Connection, instance_id: str, message_id: str, payload: object, now: datetime) -> None:
    """Puts an answer into an inbox; the caller has made sure that it is the first."""
    row = {"instance_id": instance_id, "message_id": message_id, "kind": "answer", "due": now}
    connection.execute(insert(inbox).values(payload=json_text(payload), **row))
