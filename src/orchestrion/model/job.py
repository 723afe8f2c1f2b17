"""Jobs, runbook instances and activity instances: their statuses and which follows which (spec 5.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from orchestrion.model.condition import Status
from orchestrion.model.runbook import Parameter
from orchestrion.model.values import Value, convert, to_text


class JobStatus(StrEnum):
    """Where a job stands; WAITING is an armed monitor, the last four are ends."""

    PENDING = "pending"
    RUNNING = "running"
    WAITING = "waiting"
    STOPPING = "stopping"
    HELD = "held"
    SUCCESS = "success"
    WARNING = "warning"
    FAILED = "failed"
    CANCELED = "canceled"


class InstanceState(StrEnum):
    """Who may touch an instance (durability.md 2): claimable, owned by a server, parked, held for a person, ended."""

    READY = "ready"
    OWNED = "owned"
    PARKED = "parked"
    HELD = "held"
    ENDED = "ended"


class StopLevel(StrEnum):
    """How soon a stop ends what runs (spec 5.6): once the current activities have ended, or now."""

    AFTER_ACTIVITY = "after-activity"
    NOW = "now"


class Outcome(StrEnum):
    """How an instance ended (OQ-13)."""

    SUCCESS = "success"
    WARNING = "warning"
    FAILED = "failed"
    CANCELED = "canceled"


_ENDS = frozenset({JobStatus.SUCCESS, JobStatus.WARNING, JobStatus.FAILED, JobStatus.CANCELED})
JOB_TRANSITIONS: Mapping[JobStatus, frozenset[JobStatus]] = {
    JobStatus.PENDING: frozenset(
        {
            JobStatus.RUNNING,
            JobStatus.WAITING,
            JobStatus.HELD,
            JobStatus.CANCELED,
            JobStatus.FAILED,
            JobStatus.SUCCESS,
        }
    ),
    JobStatus.RUNNING: frozenset({JobStatus.STOPPING, JobStatus.HELD, *_ENDS}),
    JobStatus.WAITING: frozenset({JobStatus.STOPPING, JobStatus.HELD, JobStatus.CANCELED, JobStatus.FAILED}),
    JobStatus.STOPPING: frozenset(_ENDS),
    JobStatus.HELD: frozenset({JobStatus.PENDING, JobStatus.RUNNING, JobStatus.STOPPING, *_ENDS}),
    JobStatus.SUCCESS: frozenset(),
    JobStatus.WARNING: frozenset(),
    JobStatus.FAILED: frozenset(),
    JobStatus.CANCELED: frozenset(),
}

INSTANCE_TRANSITIONS: Mapping[InstanceState, frozenset[InstanceState]] = {
    InstanceState.READY: frozenset({InstanceState.OWNED, InstanceState.HELD, InstanceState.ENDED}),
    InstanceState.OWNED: frozenset(
        {InstanceState.READY, InstanceState.PARKED, InstanceState.HELD, InstanceState.ENDED}
    ),
    InstanceState.PARKED: frozenset({InstanceState.READY, InstanceState.HELD, InstanceState.ENDED}),
    InstanceState.HELD: frozenset({InstanceState.READY, InstanceState.ENDED}),
    InstanceState.ENDED: frozenset(),
}


def has_ended(status: JobStatus) -> bool:
    """Whether nothing can follow."""
    return status in _ENDS


def has_settled(status: JobStatus) -> bool:
    """Whether nothing follows by itself: an end, a job that is held for a person, a monitor that is armed."""
    return has_ended(status) or status in {JobStatus.HELD, JobStatus.WAITING}


def rolled_up(statuses: Sequence[Status], *, all_handled: bool) -> Outcome:
    """The outcome of an instance from how its executions ended (OQ-13).

    `all_handled` says that every failure was taken by a link. Failed if not; warning if an execution failed or warned.
    """
    if not all_handled:
        return Outcome.FAILED
    if any(status in (Status.FAILED, Status.WARNING) for status in statuses):
        return Outcome.WARNING
    return Outcome.SUCCESS


def check_parameters(declared: Sequence[Parameter], given: Mapping[str, Value]) -> tuple[dict[str, Value], list[str]]:
    """The values a start uses, by parameter name, and the problems in words; with problems the values do not count."""
    problems = [f"There is no parameter '{name}'." for name in given if name not in {each.name for each in declared}]
    values: dict[str, Value] = {}
    for parameter in declared:
        value = given.get(parameter.name)
        if value is None:
            value = parameter.default
        if parameter.required and value is None:
            problems.append(f"The parameter '{parameter.name}' is required.")
            continue
        try:
            values[parameter.name] = convert(value, parameter.type)
        except ValueError as error:
            problems.append(f"The parameter '{parameter.name}' must be a {parameter.type.value}: {error}.")
        if parameter.choices and value is not None and to_text(value) not in parameter.choices:
            problems.append(f"The parameter '{parameter.name}' must be one of {', '.join(parameter.choices)}.")
    return values, problems
