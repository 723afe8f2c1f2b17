"""Records of the run services as bodies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from orchestrion.engine.signals import parse_key
from orchestrion.model.activity_type import ActivityType
from orchestrion.model.condition import Status
from orchestrion.model.values import Json
from orchestrion.ports.authoring import Document
from orchestrion.ports.runs import (
    ActivitySummary,
    DoubtRecord,
    ExecutionRecord,
    InstanceRecord,
    JobRecord,
)
from orchestrion.services.runs import OPEN, ExecutionView, InstanceView
from orchestrion.services.waiting import Waiting
from orchestrion.web.operations.masking import masked
from orchestrion.web.operations.schemas import (
    ActivityInstance,
    ActivityInstanceDetail,
    ActivityState,
    Doubt,
    Instance,
    InstanceDetail,
    Job,
    Origin,
    ParentRef,
    Stop,
)
from orchestrion.web.operations.steering_schemas import Wait
from orchestrion.web.schemas import UserRef

Types: TypeAlias = Mapping[str, ActivityType]

_RUNBOOK_FIELDS = ("runbook_id", "runbook_name", "runbook_path", "version")
_COURSE_FIELDS = ("id", "status", "created_at", "started_at", "ended_at", "server", "error", "reason", "reason_code")
_PARENT_FIELDS = ("parent_job_id", "parent_instance_id", "depth")
_JOB_FIELDS = (
    *_RUNBOOK_FIELDS,
    *_COURSE_FIELDS,
    *_PARENT_FIELDS,
    "is_monitor",
    "priority",
    "instance_count",
    "latest_instance_id",
)
_INSTANCE_FIELDS = (*_RUNBOOK_FIELDS, *_COURSE_FIELDS, "job_id", "trigger", "number")


def job_of(found: JobRecord) -> Job:
    """A job."""
    has_parent = found.parent_job_id is not None and found.parent_instance_id is not None
    parent = {"job_id": found.parent_job_id, "instance_id": found.parent_instance_id}
    return Job(
        **_picked(found, _JOB_FIELDS),
        parameters=dict(found.parameters),
        created_by=UserRef(id=found.created_by_id, name=found.created_by_name),
        returned_data=[dict(each) for each in found.returned],
        parent=ParentRef.model_validate(parent) if has_parent else None,
        stop=_stop_of(found),
        rerun_of=str(found.rerun["instance_id"]) if found.rerun else None,
        is_test=found.test is not None,
        is_dry_run=bool(found.test and found.test.get("dry_run")),
        kept=found.is_kept,
    )


def _stop_of(found: JobRecord) -> Stop | None:
    if found.stop_level is None or found.stop_requested_at is None:
        return None
    return Stop(
        level=found.stop_level, requested_at=found.stop_requested_at, acknowledged_at=found.stop_acknowledged_at
    )


def instance_of(found: InstanceRecord) -> Instance:
    """An instance."""
    return Instance(**_instance_fields(found))


def instance_detail_of(found: InstanceView) -> InstanceDetail:
    """An instance with its document and the state of its activities."""
    return InstanceDetail(
        **_instance_fields(found.record),
        document=dict(found.document),
        activities=activity_states(found.summaries, found.open),
        previous_id=found.previous_id,
        next_id=found.next_id,
        latest_id=found.latest_id,
    )


def activity_states(
    summaries: Iterable[ActivitySummary], open_ones: Iterable[ExecutionRecord]
) -> dict[str, ActivityState]:
    """How each activity that has started stands: in doubt counts most, then running, then how the last one ended."""
    states = {each.activity_id: _ended_state(each) for each in summaries}
    for execution in open_ones:
        old = states.get(execution.activity_id)
        is_doubtful = Status.IN_DOUBT in (execution.status, old.status if old else None)
        states[execution.activity_id] = ActivityState(
            status=Status.IN_DOUBT if is_doubtful else Status.RUNNING,
            executions=old.executions if old else 0,
            failed=old.failed if old else 0,
            running=(old.running if old else 0) + 1,
            last_started_at=execution.started_at,
            last_duration_seconds=None,
        )
    return states


def execution_of(found: ExecutionRecord, document: Document) -> ActivityInstance:
    """An activity instance; name and type come from the instance's document."""
    return ActivityInstance(**_execution_fields(found, *_named(document, found.activity_id)))


def types_by_id(types: Iterable[ActivityType]) -> Types:
    """The catalogue, to look up which inputs are secrets."""
    return {each.id: each for each in types}


def execution_detail_of(found: ExecutionView, types: Types) -> ActivityInstanceDetail:
    """An activity instance with all its data, its secrets masked."""
    record = found.record
    return ActivityInstanceDetail(
        **_execution_fields(record, found.activity_name, found.activity_type),
        inputs=masked(record.inputs, types.get(found.activity_type)),
        records=[dict(each) for each in record.records],
        common=found.common,
        evidence=None if record.evidence is None else _json(record.evidence),
    )


def doubt_of(found: DoubtRecord, document: Document, types: Types) -> Doubt:
    """An execution in doubt, its secrets masked."""
    key = parse_key(found.key)
    name, kind = _named(document, found.activity_id)
    return Doubt(
        id=found.execution_id,
        sequence=0,
        activity_id=found.activity_id,
        activity_name=name,
        type=kind,
        status=Status.IN_DOUBT,
        started_at=found.since,
        ended_at=None,
        duration_seconds=None,
        error=None,
        attempt=key.attempt,
        retry=key.retry,
        record=key.ordinal,
        effect=found.effect,
        record_count=0,
        origin=None,
        instance_id=found.instance_id,
        job_id=found.job_id,
        runbook_name=found.runbook_name,
        reason=found.reason,
        inputs=masked(found.inputs, types.get(kind)),
        evidence=None if found.evidence is None else _json(found.evidence),
    )


def wait_of(found: Waiting, document: Document, types: Types) -> Wait:
    """One thing that is waited for, its secrets masked."""
    _, kind = _named(document, found.activity_id)
    inputs = None if found.inputs is None else masked(found.inputs, types.get(kind))
    return Wait.model_validate(replace(found, inputs=inputs))


def _ended_state(found: ActivitySummary) -> ActivityState:
    return ActivityState(
        status=found.last_status,
        executions=found.executions,
        failed=found.failed,
        running=0,
        last_started_at=found.last_started_at,
        last_duration_seconds=(found.last_ended_at - found.last_started_at).total_seconds(),
    )


def _execution_fields(found: ExecutionRecord, name: str, kind: str) -> dict[str, Any]:
    has_ended = found.status not in OPEN
    return {
        **_picked(found, ("id", "sequence", "activity_id", "status", "started_at", "attempt", "retry", "effect")),
        "activity_name": name,
        "type": kind,
        "ended_at": found.ended_at if has_ended else None,
        "duration_seconds": (found.ended_at - found.started_at).total_seconds() if has_ended else None,
        "error": found.error or None,
        "record": parse_key(found.key).ordinal,
        "record_count": len(found.records),
        "origin": origin_of(found.evidence),
    }


def origin_of(evidence: Mapping[str, Json] | None) -> Origin | None:
    """What the evidence says when a runbook server wrote it; what an activity collected is something else."""
    match dict(evidence or {}):
        case {"reused_from": str(execution_id), **rest} if not rest:
            return Origin(reused_from=execution_id, given=False, dry_run=None)
        case {"given": True, **rest} if not rest:
            return Origin(reused_from=None, given=True, dry_run=None)
        case {"dry_run": "real" | "simulated" | "guessed" as how, **rest} if not rest:
            return Origin(reused_from=None, given=False, dry_run=how)
    return None


def _instance_fields(found: InstanceRecord) -> dict[str, Any]:
    return {**_picked(found, _INSTANCE_FIELDS), "returned_data": [dict(each) for each in found.returned]}


def _named(document: Document, activity_id: str) -> tuple[str, str]:
    """Name and type of the activity in a runbook document."""
    activities = document.get("activities")
    activity = activities.get(activity_id) if isinstance(activities, Mapping) else None
    if not isinstance(activity, Mapping):
        return activity_id, ""
    return str(activity.get("name") or activity_id), str(activity.get("type") or "")


def _picked(found: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(found, name) for name in names}


def _json(found: Mapping[str, Json]) -> dict[str, Any]:
    return dict(found)
