"""What monitors saw, what became of it, and how the monitors stand."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from orchestrion.model.triggers import TriggerStatus
from orchestrion.ports.triggers import MonitorRecord, TriggerFilter, TriggerRecord
from orchestrion.web.deps import ActorGiven, IdCursor, IdFilter, Limit, ServicesGiven
from orchestrion.web.operations.masking import masked
from orchestrion.web.operations.trigger_schemas import Monitor, Trigger, TriggerPage
from orchestrion.web.schemas import Id

router = APIRouter(tags=["operations"])
TriggerStatuses = Annotated[
    list[TriggerStatus] | None, Query(alias="status", description="Only these; left out means all.")
]
Moment = Annotated[AwareDatetime | None, Query(description="With time zone, such as 2026-11-22T12:00:00Z.")]
_MONITOR_FIELDS = (
    "state",
    "server",
    "armed_at",
    "cursor",
    "waiting",
    "flooded_at",
    "dropped",
    "failures",
    "quarantined_at",
    "quarantine_reason",
    "error",
    "failed_at",
)


@router.get("/triggers", operation_id="list_triggers", summary="Triggers, newest first")
async def list_triggers(
    actor: ActorGiven,
    services: ServicesGiven,
    *,
    job_id: IdFilter = None,
    runbook_id: IdFilter = None,
    status: TriggerStatuses = None,
    since: Moment = None,
    until: Moment = None,
    limit: Limit = 50,
    cursor: IdCursor = None,
) -> TriggerPage:
    """What monitors saw, with its data: of one job or runbook, with certain statuses, seen within a time."""
    wanted = TriggerFilter(
        job_id=job_id,
        runbook_id=runbook_id,
        statuses=tuple(status or ()),
        since=since,
        until=until,
        before=cursor,
        limit=limit,
    )
    found = [trigger_of(each) for each in await services.triggers.find(actor, wanted)]
    return TriggerPage(items=found, next_cursor=found[-1].id if len(found) == limit else None)


@router.get("/jobs/{job_id}/triggers", operation_id="list_triggers_of_job", summary="What a monitor saw")
async def list_triggers_of_job(
    job_id: Id, actor: ActorGiven, services: ServicesGiven, limit: Limit = 50, cursor: IdCursor = None
) -> list[Trigger]:
    """The triggers of a monitor's job, newest first; the cursor is the id of the last one seen."""
    wanted = TriggerFilter(job_id=job_id, before=cursor, limit=limit)
    return [trigger_of(each) for each in await services.triggers.find(actor, wanted)]


@router.get("/jobs/{job_id}/monitor", operation_id="get_monitor", summary="How a monitor stands")
async def get_monitor(job_id: Id, actor: ActorGiven, services: ServicesGiven) -> Monitor | None:
    """The monitor of a job; null when it has none, or waits for its turn."""
    found = await services.triggers.monitor(actor, job_id)
    return None if found is None else monitor_of(found)


@router.get("/triggers/{trigger_id}", operation_id="get_trigger", summary="One trigger")
async def get_trigger(trigger_id: Id, actor: ActorGiven, services: ServicesGiven) -> Trigger:
    """One trigger."""
    return trigger_of(await services.triggers.get(actor, trigger_id))


@router.post(
    "/triggers/{trigger_id}/retry", operation_id="retry_trigger", summary="Start another instance of a trigger"
)
async def retry_trigger(trigger_id: Id, actor: ActorGiven, services: ServicesGiven) -> Trigger:
    """Starts another instance of a trigger whose instance ended badly, when its turn comes."""
    return trigger_of(await services.triggers.retry(actor, trigger_id))


@router.post("/triggers/{trigger_id}/discard", operation_id="discard_trigger", summary="Discard a trigger")
async def discard_trigger(trigger_id: Id, actor: ActorGiven, services: ServicesGiven) -> Trigger:
    """Says that nothing more is to be done about a trigger that waits or failed."""
    return trigger_of(await services.triggers.discard(actor, trigger_id))


def trigger_of(found: TriggerRecord) -> Trigger:
    """A trigger, its sealed texts masked."""
    names = [name for name in Trigger.model_fields if name != "published"]
    published = masked(found.published, None)
    return Trigger.model_validate({**{name: getattr(found, name) for name in names}, "published": published})


def monitor_of(found: MonitorRecord) -> Monitor:
    """A monitor with its limits."""
    limits = {
        "waiting_limit": found.limits.waiting,
        "drops": found.limits.drops,
        "failure_limit": found.limits.failures,
    }
    return Monitor.model_validate({**{name: getattr(found, name) for name in _MONITOR_FIELDS}, **limits})
