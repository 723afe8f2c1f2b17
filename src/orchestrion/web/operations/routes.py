"""Jobs, instances, activity instances, events and live updates."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.responses import StreamingResponse

from orchestrion.model.errors import OrchestrionError
from orchestrion.model.job import JobStatus
from orchestrion.model.resources import EventType
from orchestrion.model.trace import read_trace_context
from orchestrion.ports.runs import JobRecord, RunFilter
from orchestrion.services.access import Authenticated
from orchestrion.services.jobs import StartRequest
from orchestrion.services.runs import OPEN
from orchestrion.web.deps import ActorGiven, CallerGiven, IdCursor, IdFilter, Limit, ServicesGiven
from orchestrion.web.operations.schemas import (
    ActivityInstanceDetail,
    ActivityInstancePage,
    AnswerOrder,
    Doubt,
    Event,
    EventPage,
    InstanceDetail,
    InstancePage,
    Job,
    JobPage,
    StartByPathOrder,
    StartOrder,
    StopOrder,
    StoppedJobs,
)
from orchestrion.web.operations.views import (
    doubt_of,
    execution_detail_of,
    execution_of,
    instance_detail_of,
    instance_of,
    job_of,
    types_by_id,
)
from orchestrion.web.schemas import Id

router = APIRouter(tags=["operations"])
Statuses = Annotated[list[JobStatus] | None, Query(alias="status", description="Only these; left out means all.")]
WaitSeconds = Annotated[
    float,
    Query(
        ge=0,
        le=60,
        description="Answer when the job has ended, is held for a person or, as a monitor, armed; or after this time.",
    ),
]
ActivityFilter = Annotated[str | None, Query(pattern="^[a-z][a-z0-9_]{0,63}$", description="Only of this activity.")]
SequenceCursor = Annotated[
    int, Query(ge=0, le=2_000_000_000, description="`next_cursor` of the page before; left out for the first.")
]
TraceParent = Annotated[
    str | None,
    Header(description="The W3C trace context of whoever asks: the spans of the job go on from there."),
]
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "The events."}
}


@router.post("/runbooks/by-path/start", operation_id="start_runbook_by_path", summary="Start by path", status_code=201)
async def start_runbook_by_path(
    body: StartByPathOrder, actor: ActorGiven, services: ServicesGiven, traceparent: TraceParent = None
) -> Job:
    """Makes a job for the newest version of the runbook at a path."""
    request = StartRequest(
        path=body.path,
        parameters=body.parameters,
        servers=tuple(body.servers),
        priority=body.priority,
        idempotency_key=body.idempotency_key,
        trace=read_trace_context(traceparent),
    )
    return job_of(await services.jobs.start(actor, request))


@router.post("/runbooks/{runbook_id}/start", operation_id="start_runbook", summary="Start", status_code=201)
async def start_runbook(
    runbook_id: Id,
    actor: ActorGiven,
    services: ServicesGiven,
    body: StartOrder | None = None,
    traceparent: TraceParent = None,
) -> Job:
    """Makes a job for the newest version; wrong parameters are refused, each by its name."""
    order = body or StartOrder.model_validate({})
    request = StartRequest(
        runbook_id=runbook_id,
        parameters=order.parameters,
        servers=tuple(order.servers),
        priority=order.priority,
        idempotency_key=order.idempotency_key,
        trace=read_trace_context(traceparent),
    )
    return job_of(await services.jobs.start(actor, request))


@router.post("/runbooks/{runbook_id}/stop", operation_id="stop_runbook", summary="Stop all jobs of a runbook")
async def stop_runbook(
    runbook_id: Id, actor: ActorGiven, services: ServicesGiven, body: StopOrder | None = None
) -> StoppedJobs:
    """Asks all jobs of a runbook to stop."""
    order = body or StopOrder()
    return StoppedJobs(stopped=await services.jobs.stop_runbook(actor, runbook_id, order.level))


@router.get("/jobs", operation_id="list_jobs", summary="Jobs, newest first")
async def list_jobs(
    actor: ActorGiven,
    services: ServicesGiven,
    runbook_id: IdFilter = None,
    status: Statuses = None,
    limit: Limit = 50,
    cursor: IdCursor = None,
) -> JobPage:
    """Jobs, of one runbook or with certain statuses."""
    wanted = RunFilter(runbook_id=runbook_id, statuses=tuple(status or ()), before=cursor, limit=limit)
    found = [job_of(each) for each in await services.runs.jobs(actor, wanted)]
    return JobPage(items=found, next_cursor=found[-1].id if len(found) == limit else None)


@router.get("/jobs/{job_id}", operation_id="get_job", summary="One job")
async def get_job(job_id: Id, actor: ActorGiven, services: ServicesGiven, wait: WaitSeconds = 0) -> Job:
    """One job, at once or when nothing more follows by itself."""
    found: JobRecord
    found = await (services.runs.wait(actor, job_id, wait) if wait else services.runs.job(actor, job_id))
    return job_of(found)


@router.post("/jobs/{job_id}/stop", operation_id="stop_job", summary="Stop a job")
async def stop_job(
    job_id: Id,
    actor: ActorGiven,
    services: ServicesGiven,
    body: StopOrder | None = None,
) -> Job:
    """Asks a job to stop; one that has ended stays as it is."""
    return job_of(await services.jobs.stop(actor, job_id, (body or StopOrder()).level))


@router.get("/jobs/{job_id}/instances", operation_id="list_instances_of_job", summary="Instances of a job")
async def list_instances_of_job(
    job_id: Id, actor: ActorGiven, services: ServicesGiven, limit: Limit = 50, cursor: IdCursor = None
) -> InstancePage:
    """The instances of one job, newest first."""
    return await _instances(actor, services, RunFilter(job_id=job_id, before=cursor, limit=limit))


@router.get("/instances", operation_id="list_instances", summary="Instances, newest first")
async def list_instances(
    actor: ActorGiven,
    services: ServicesGiven,
    runbook_id: IdFilter = None,
    status: Statuses = None,
    limit: Limit = 50,
    cursor: IdCursor = None,
) -> InstancePage:
    """Instances, of one runbook or with certain statuses."""
    wanted = RunFilter(runbook_id=runbook_id, statuses=tuple(status or ()), before=cursor, limit=limit)
    return await _instances(actor, services, wanted)


@router.get("/instances/{instance_id}", operation_id="get_instance", summary="One instance")
async def get_instance(instance_id: Id, actor: ActorGiven, services: ServicesGiven) -> InstanceDetail:
    """One instance with the document it runs and the state of each activity."""
    return instance_detail_of(await services.runs.instance(actor, instance_id))


@router.get(
    "/instances/{instance_id}/activities", operation_id="list_activity_instances", summary="What an instance did"
)
async def list_activity_instances(
    instance_id: Id,
    actor: ActorGiven,
    services: ServicesGiven,
    activity_id: ActivityFilter = None,
    limit: Limit = 200,
    cursor: SequenceCursor = 0,
) -> ActivityInstancePage:
    """The ended activity instances, in the order they ended.

    On the first page those follow, beyond its limit, that run or are in doubt. One that may simply be run again after
    a crash is listed when it has ended.
    """
    records = await services.runs.executions(actor, instance_id, activity_id, cursor, limit)
    document = (await services.runs.instance(actor, instance_id)).document
    ended = [each for each in records if each.status not in OPEN]
    next_cursor = str(ended[-1].sequence) if len(ended) == limit else None
    return ActivityInstancePage(items=[execution_of(each, document) for each in records], next_cursor=next_cursor)


@router.get("/activity-instances/{execution_id}", operation_id="get_activity_instance", summary="One activity instance")
async def get_activity_instance(execution_id: Id, actor: ActorGiven, services: ServicesGiven) -> ActivityInstanceDetail:
    """One activity instance with its inputs and, when it has ended, its published data."""
    found = await services.runs.execution(actor, execution_id)
    return execution_detail_of(found, types_by_id(await services.operations.activity_types(actor)))


@router.post("/activity-instances/{execution_id}/answer", operation_id="answer_doubt", summary="Answer a doubt")
async def answer_doubt(execution_id: Id, body: AnswerOrder, actor: ActorGiven, services: ServicesGiven) -> Doubt:
    """Says what became of an activity whose outcome a crash hid; the first answer wins."""
    found = await services.jobs.answer(actor, execution_id, body.answer, body.records, body.comment)
    document = (await services.runs.instance(actor, found.instance_id)).document
    return doubt_of(found, document, types_by_id(await services.operations.activity_types(actor)))


@router.get("/doubts", operation_id="list_doubts", summary="What waits for an answer")
async def list_doubts(actor: ActorGiven, services: ServicesGiven) -> list[Doubt]:
    """The activity instances in doubt that nobody has answered, oldest first."""
    found = await services.jobs.doubts(actor)
    documents = {
        instance_id: (await services.runs.instance(actor, instance_id)).document
        for instance_id in {each.instance_id for each in found}
    }
    types = types_by_id(await services.operations.activity_types(actor))
    return [doubt_of(each, documents[each.instance_id], types) for each in found]


@router.get("/events", operation_id="list_events", summary="Platform events")
async def list_events(
    actor: ActorGiven,
    services: ServicesGiven,
    severity: EventType | None = None,
    limit: Limit = 50,
    cursor: IdCursor = None,
) -> EventPage:
    """Platform events, newest first."""
    found = [Event.model_validate(each) for each in await services.operations.events(actor, cursor, limit, severity)]
    return EventPage(items=found, next_cursor=found[-1].id if len(found) == limit else None)


@router.get(
    "/live",
    operation_id="live",
    summary="Live updates",
    response_class=Response,
    responses=_STREAM,
)
async def live(
    request: Request,
    caller: CallerGiven,
    services: ServicesGiven,
    instance_id: IdFilter = None,
    job_id: IdFilter = None,
) -> StreamingResponse:
    """Server-sent events `job`, `instance`, `activity`, `runbook`, `event` and `server`, as things happen.

    They are hints: a client that missed some reads the state anew. The stream ends when the session does.
    """
    wanted = {name: value for name, value in (("instance_id", instance_id), ("job_id", job_id)) if value}

    async def still_signed_in() -> bool:
        try:
            again: Authenticated = await request.state.authenticate_again()
        except OrchestrionError:
            return False
        return again.user.id == caller.user.id

    stream = services.live.stream(wanted, still_signed_in)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def _instances(actor: ActorGiven, services: ServicesGiven, wanted: RunFilter) -> InstancePage:
    found = [instance_of(each) for each in await services.runs.instances(actor, wanted)]
    return InstancePage(items=found, next_cursor=found[-1].id if len(found) == wanted.limit else None)
