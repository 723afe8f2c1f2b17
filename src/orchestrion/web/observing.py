"""What probes and Prometheus ask a process: on a port of its own, which a server without web service has as well.

Whoever can reach the port may ask, unless it has a token; on the loopback it needs none. Host names are checked as
everywhere, or a stranger's page could read through a browser on this machine.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from orchestrion.model.access import SYSTEM
from orchestrion.model.health import Grade
from orchestrion.ports.observability import Scrape
from orchestrion.ports.servers import ServerState
from orchestrion.services.health import Health as HealthService
from orchestrion.web.admin.schemas import Health
from orchestrion.web.guard import Guard
from orchestrion.web.problems import plain_problem

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_POLICY = "default-src 'none'"


@dataclass(frozen=True, slots=True)
class Observed:
    """What is shown: metrics, health, and whether the runbook server of this process, if it has one, may be used."""

    scrape: Scrape
    health: HealthService
    state: Callable[[], ServerState | None]
    token: str = ""
    """What metrics and the reasons of health are only told to; '' for everybody."""


def create_observing_app(observed: Observed, hosts: tuple[str, ...] = ()) -> Starlette:
    """`/metrics`, `/health`, and for probes `/health/live` and `/health/ready`, which say no more than that."""
    pages = _Pages(observed)
    routes = [
        Route("/metrics", pages.metrics),
        Route("/health", pages.health),
        Route("/health/live", pages.live),
        Route("/health/ready", pages.ready),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Guard, hosts=hosts, policy=_POLICY, is_secure=False)])


class _Pages:
    def __init__(self, observed: Observed) -> None:
        self._observed = observed

    async def metrics(self, request: Request) -> Response:
        """All metrics."""
        if not self._may_see(request):
            return _UNKNOWN
        return Response(await self._observed.scrape.text(), media_type=METRICS_TYPE)

    async def health(self, request: Request) -> Response:
        """Every check with its reason; 503 when something fails."""
        if not self._may_see(request):
            return _UNKNOWN
        report = await self._observed.health.report(SYSTEM)
        status = 503 if report.grade is Grade.FAILING else 200
        return Response(Health.of(report).model_dump_json(), status, media_type="application/json")

    async def live(self, _request: Request) -> Response:
        """That the process answers."""
        return JSONResponse({"status": "ok"})

    async def ready(self, _request: Request) -> Response:
        """Whether the process may be given work; 503 while not."""
        reason = await self._observed.health.unready(self._observed.state())
        return JSONResponse({"status": "failing"}, 503) if reason else JSONResponse({"status": "ok"})

    def _may_see(self, request: Request) -> bool:
        sent = request.headers.get("authorization", "").encode()
        expected = f"Bearer {self._observed.token}".encode()
        return not self._observed.token or hmac.compare_digest(sent, expected)


_UNKNOWN = plain_problem(401, "This needs the token of the metrics.", "unauthenticated", {"WWW-Authenticate": "Bearer"})
