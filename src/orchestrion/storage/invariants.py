"""The invariant that can always be checked (durability.md 2, 7), one statement for each way to break it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, exists, func, or_, select

from orchestrion.model.job import InstanceState, JobStatus, has_ended
from orchestrion.model.resources import ServerStatus
from orchestrion.ports.maintenance import Code, Violation
from orchestrion.storage.fencing import is_heard
from orchestrion.storage.tables import (
    IS_ACTIVE,
    IS_ADMITTED,
    IS_OPEN,
    IS_OWNED,
    IS_PARKED,
    IS_QUEUED,
    inbox,
    instance,
    job,
    monitor,
    runbook,
    server,
    trigger,
)
from orchestrion.storage.trigger_outcomes import WAITS

_MOST = 1000  # of each kind: more would say nothing new
_LEASES = 3.0  # so many leases unheard, and a server should have been taken for dead
_ENDS = [status.value for status in JobStatus if has_ended(status)]
_ARMED = (JobStatus.PENDING.value, JobStatus.WAITING.value)
_Query = Select[*tuple[object, ...]]


def violations(connection: Connection) -> Iterator[Violation]:
    """See ports.InvariantStore."""
    for code, (query, words) in CHECKS.items():
        # Put in order here: an order in the statement would make SQLite read all that ever was in that order.
        rows = connection.execute(query().limit(_MOST)).mappings()
        yield from sorted((_violation(code, words, row) for row in rows), key=_place)


def _place(found: Violation) -> tuple[str, str, str]:
    return (found.runbook_id, found.job_id or "", found.instance_id or "")


def _violation(code: Code, words: str, row: RowMapping) -> Violation:
    return Violation(
        code,
        words.format_map(row),
        row["runbook_id"],
        row["runbook_path"],
        row.get("job_id"),
        row.get("instance_id"),
    )


def _instances(*wrong: ColumnElement[bool]) -> _Query:
    return select(
        instance.c.id.label("instance_id"),
        instance.c.job_id,
        instance.c.runbook_id,
        instance.c.runbook_path,
        instance.c.state,
    ).where(IS_OPEN, *wrong)


def _jobs(*wrong: ColumnElement[bool]) -> _Query:
    return select(job.c.id.label("job_id"), job.c.runbook_id, job.c.runbook_path, job.c.status).where(IS_ACTIVE, *wrong)


def _has_owner(owner: ColumnElement[str]) -> ColumnElement[bool]:
    is_online = server.c.status != ServerStatus.OFFLINE.value
    return exists().where(server.c.id == owner, is_online, is_heard(_LEASES))


def _owner_gone() -> _Query:
    return _instances(IS_OWNED, ~_has_owner(instance.c.server_id))


def _has_message() -> ColumnElement[bool]:
    return exists().where(inbox.c.instance_id == instance.c.id)


def _no_wake_up() -> _Query:
    """A parked one is woken by its timer, by a message, or by the end of a runbook that it invoked."""
    has_child = exists().where(job.c.parent_instance_id == instance.c.id, IS_ACTIVE)
    return _instances(IS_PARKED, instance.c.wake_at.is_(None), ~has_child, ~_has_message())


def _unseen_message() -> _Query:
    return _instances(IS_PARKED, _has_message())


def _no_reason() -> _Query:
    no_reason = func.coalesce(instance.c.reason, "") == ""
    return _instances(instance.c.state == InstanceState.HELD.value, no_reason)


def _unknown_state() -> _Query:
    return _instances(instance.c.state.not_in([each.value for each in InstanceState]))


def _not_admitted() -> _Query:
    """Runbooks: which of their jobs is next is for admission to say."""
    admitted = select(func.count()).where(job.c.runbook_id == runbook.c.id, IS_ADMITTED).scalar_subquery()
    has_queued = exists().where(job.c.runbook_id == runbook.c.id, IS_QUEUED, ~job.c.restored)
    return select(runbook.c.id.label("runbook_id"), runbook.c.path.label("runbook_path")).where(
        has_queued, admitted < runbook.c.max_simultaneous_jobs
    )


def _is_worked_on() -> ColumnElement[bool]:
    return exists().where(instance.c.job_id == job.c.id, IS_OPEN)


def _job_lost() -> _Query:
    """Of a monitor, only one that is stopping: while it watches it has no instance."""
    is_stopped = (job.c.status == JobStatus.STOPPING.value) & ~_is_watched("ready", "owned", "stopping", "held")
    return _jobs(job.c.admitted, ~_is_worked_on(), or_(~job.c.is_monitor, is_stopped))


def _is_watched(*states: str) -> ColumnElement[bool]:
    return exists().where(monitor.c.job_id == job.c.id, monitor.c.state.in_(states))


def _instance_lost() -> _Query:
    """Of a monitor that failed, instances go on after the end of its job."""
    ended = exists().where(job.c.id == instance.c.job_id, job.c.status.in_(_ENDS), ~job.c.is_monitor)
    return _instances(or_(ended, ~exists().where(job.c.id == instance.c.job_id)))


def _monitor_owner_gone() -> _Query:
    taken = monitor.c.state.in_(("owned", "stopping"))
    return _jobs(exists().where(monitor.c.job_id == job.c.id, taken, ~_has_owner(monitor.c.server_id)))


def _monitor_lost() -> _Query:
    return _jobs(job.c.is_monitor, job.c.admitted, job.c.status.in_(_ARMED), ~_is_watched("ready", "owned", "held"))


def _trigger_not_admitted() -> _Query:
    running = select(func.count()).where(instance.c.job_id == job.c.id, IS_OPEN).scalar_subquery()
    waits = exists().where(trigger.c.job_id == job.c.id, WAITS)
    is_quarantined = exists().where(monitor.c.job_id == job.c.id, monitor.c.quarantined_at.is_not(None))
    return _jobs(job.c.is_monitor, job.c.status.in_(_ARMED), waits, ~is_quarantined, running < job.c.instance_limit)


#: What to look for, and how to say it.
CHECKS: dict[Code, tuple[Callable[[], _Query], str]] = {
    Code.OWNER_GONE: (_owner_gone, "It is owned by a runbook server that is gone."),
    Code.NO_WAKE_UP: (_no_wake_up, "It is parked, and nothing will wake it: no timer, no message, no invoked runbook."),
    Code.UNSEEN_MESSAGE: (_unseen_message, "It is parked while a message waits in its inbox."),
    Code.NO_REASON: (_no_reason, "It is held for a person, and nothing says why."),
    Code.UNKNOWN_STATE: (_unknown_state, "Its state is '{state}', which no server knows."),
    Code.NOT_ADMITTED: (_not_admitted, "Jobs wait for their turn although the runbook's limit is not reached."),
    Code.JOB_LOST: (_job_lost, "The job is {status}, and none of its instances is left to end it."),
    Code.INSTANCE_LOST: (_instance_lost, "It has not ended, but its job has."),
    Code.MONITOR_OWNER_GONE: (_monitor_owner_gone, "The monitor is owned by a runbook server that is gone."),
    Code.MONITOR_LOST: (_monitor_lost, "The job is {status}, and there is no monitor that a server could arm."),
    Code.TRIGGER_NOT_ADMITTED: (_trigger_not_admitted, "Triggers wait although more instances may run."),
}
