"""The health of the installation, its metrics, and what is worth a line in the log."""

from __future__ import annotations

from fastapi import APIRouter, Response

from orchestrion.model.access import Right, demand
from orchestrion.web.admin.schemas import Health, LogLevel, Probe
from orchestrion.web.deps import ActorGiven, ServicesGiven

router = APIRouter(tags=["administration"])
_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/health", operation_id="get_health", summary="The health of the installation")
async def get_health(actor: ActorGiven, services: ServicesGiven) -> Health:
    """What was looked at, how it stands, and the way out where it does not stand well."""
    return Health.of(await services.health.report(actor))


@router.get("/health/live", operation_id="probe_live", summary="Whether the web service answers")
async def probe_live() -> Probe:
    """Answers without sign-in, and says nothing else."""
    return Probe(status="ok")


@router.get(
    "/health/ready",
    operation_id="probe_ready",
    summary="Whether the web service may be given requests",
    responses={503: {"model": Probe, "description": "Not now: the orchestration database does not answer."}},
)
async def probe_ready(services: ServicesGiven, response: Response) -> Probe:
    """Answers without sign-in; 503 while the orchestration database is away. `GET /health` says why."""
    if await services.health.unready():
        response.status_code = 503
        return Probe(status="failing")
    return Probe(status="ok")


@router.get("/healthz", operation_id="probe", summary="Whether the web service answers")
async def probe() -> Probe:
    """The same as `/health/live`, under the name that it had first."""
    return Probe(status="ok")


@router.get(
    "/metrics",
    operation_id="get_metrics",
    summary="Metrics of this process and of the installation",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def get_metrics(actor: ActorGiven, services: ServicesGiven) -> Response:
    """In Prometheus' text format; Prometheus sends an API token as its `credentials_file` says."""
    demand(actor, Right.VIEW_RUNS)
    return Response(await services.scrape.text(), media_type=_METRICS_TYPE)


@router.put("/log-level", operation_id="set_log_level", summary="Log more or less", status_code=204)
async def set_log_level(body: LogLevel, actor: ActorGiven, services: ServicesGiven) -> None:
    """Asks one process, or all, to log at this level until it starts anew."""
    await services.log_levels.change(actor, body.level, body.name)
