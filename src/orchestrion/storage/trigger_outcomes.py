"""What becomes of triggers after their instances have started, and of those whose job ends before their turn."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, exists, func, or_, select, update

from orchestrion.model.job import InstanceState, JobStatus
from orchestrion.model.triggers import TriggerStatus, failures_after
from orchestrion.storage.gauges import Gauge
from orchestrion.storage.tables import instance, job, monitor, trigger

#: Word for word the conditions of the partial indexes, or the databases would not use them.
WAITS = trigger.c.instance_id.is_(None) & trigger.c.outcome.is_(None)
RUNS = trigger.c.instance_id.is_not(None) & trigger.c.outcome.is_(None)
_END = update(trigger).where(trigger.c.id == bindparam("trigger_id")).values(outcome=bindparam("new_outcome"))


def settle(connection: Connection, gauges: Iterable[Gauge]) -> None:
    """Notes how instances of monitors ended; too many failures in a row bring one into quarantine (spec 5.5)."""
    by_job = {gauge.job["id"]: gauge for gauge in gauges}
    query = (
        select(trigger.c.id, trigger.c.job_id, instance.c.status, instance.c.error, instance.c.ended_at)
        .join(instance, instance.c.id == trigger.c.instance_id)
        .where(trigger.c.job_id.in_(by_job), RUNS, instance.c.state == InstanceState.ENDED.value)
        .order_by(instance.c.ended_at, trigger.c.id)
    )
    rows = connection.execute(query).all()
    if not rows:
        return
    connection.execute(_END, [{"trigger_id": row.id, "new_outcome": row.status} for row in rows])
    for row in rows:
        gauge = by_job[row.job_id]
        gauge.failures = failures_after(JobStatus(row.status), gauge.failures)
        if gauge.quarantined_at is None and 0 < gauge.limits.failures <= gauge.failures:
            gauge.put_in_quarantine(row.ended_at, row.error or "")


def count_waiting(connection: Connection, job_id: str) -> int:
    """How many triggers of a job wait for their turn, counted."""
    return connection.scalar(select(func.count()).select_from(trigger).where(trigger.c.job_id == job_id, WAITS)) or 0


def hand_over(connection: Connection, predecessor_id: str, job_id: str) -> None:
    """What waited for its turn when a monitor's job was replaced gets it in the job that goes on (durability.md 9).

    So does what had an instance that never began.
    """
    never_began = select(instance.c.id).where(instance.c.job_id == predecessor_id, instance.c.started_at.is_(None))
    is_canceled = trigger.c.outcome == TriggerStatus.CANCELED.value
    left = or_(
        WAITS,
        is_canceled & trigger.c.instance_id.is_(None),
        is_canceled & trigger.c.instance_id.in_(never_began),
    )
    values = {"job_id": job_id, "outcome": None, "instance_id": None}
    moved = connection.execute(update(trigger).where(trigger.c.job_id == predecessor_id, left).values(values)).rowcount
    connection.execute(update(monitor).where(monitor.c.job_id == predecessor_id).values(waiting=0))
    connection.execute(update(monitor).where(monitor.c.job_id == job_id).values(waiting=moved))


def cancel_left(connection: Connection, runbook_id: str) -> None:
    """The triggers that waited when the runbook's monitor was stopped, unless another job goes on with them."""
    successor = job.alias()
    goes_on = exists().where(
        successor.c.predecessor_id == job.c.id, ~successor.c.admitted, successor.c.status == JobStatus.PENDING.value
    )
    stopped = select(job.c.id).where(
        job.c.runbook_id == runbook_id, job.c.is_monitor, job.c.status == JobStatus.CANCELED.value, ~goes_on
    )
    connection.execute(
        update(trigger).where(trigger.c.job_id.in_(stopped), WAITS).values(outcome=TriggerStatus.CANCELED.value)
    )
