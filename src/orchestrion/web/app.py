"""The web application: middleware, routes and their description."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Match, Route

from orchestrion import __version__
from orchestrion.web import problems
from orchestrion.web.admin import health_routes as health
from orchestrion.web.admin import incarnation_routes as incarnation
from orchestrion.web.admin import maintenance_routes as maintenance
from orchestrion.web.admin import resource_routes as resources
from orchestrion.web.admin import routes as admin
from orchestrion.web.admin import schedule_routes as schedules
from orchestrion.web.admin import server_routes as servers
from orchestrion.web.authoring import exchange_routes as exchange
from orchestrion.web.authoring import routes as authoring
from orchestrion.web.authoring import tester_routes
from orchestrion.web.deps import Services, WebSettings
from orchestrion.web.forwarded import ForwardedHeaders
from orchestrion.web.gate import API, CSRF_HEADER, PUBLIC, SignInGate, cookie_name
from orchestrion.web.guard import Guard
from orchestrion.web.measured import Measured
from orchestrion.web.operations import rerun_routes, steering_routes, trigger_routes
from orchestrion.web.operations import routes as operations
from orchestrion.web.schemas import Problem
from orchestrion.web.session import routes as session
from orchestrion.web.static import INDEX, FrontEnd, load, policy

_BODY_BYTES = 1_000_000  # routes that take documents or files say more
_EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
# In this order: `import` and `check` must not be taken for the id of a runbook.
_ROUTERS = (
    session.router,
    exchange.router,
    authoring.router,
    tester_routes.router,
    operations.router,
    trigger_routes.router,
    steering_routes.router,
    rerun_routes.router,
    resources.router,
    schedules.router,
    servers.router,
    maintenance.router,
    health.router,
    incarnation.router,
    admin.router,
)
_PROBLEM = {"model": Problem, "description": "What is wrong, as a problem (RFC 9457)."}
_TAGS = [
    {"name": "session", "description": "Signing in and out, one's password and API tokens."},
    {"name": "authoring", "description": "Folders, runbooks, drafts, versions, and the catalogue of activity types."},
    {"name": "operations", "description": "Jobs, instances, activity instances, events, servers, live updates."},
    {
        "name": "administration",
        "description": "Variables, counters, computer groups, schedules, the audit, the installation's health.",
    },
]


def create_app(services: Services, settings: WebSettings) -> FastAPI:
    """The application over these services."""
    static = load(settings.static_folder)
    csp = policy(static.get(INDEX))
    middleware = [
        Middleware(Measured, requests=services.requests, clock=services.clock),
        Middleware(ForwardedHeaders, proxies=settings.trusted_proxies),
        Middleware(Guard, hosts=settings.hosts, policy=csp, is_secure=settings.is_secure),
        Middleware(FrontEnd, files=static),
        Middleware(GZipMiddleware, minimum_size=1000),
        Middleware(SignInGate, access=services.access),
    ]
    app = _routed(middleware)
    app.state.services = services
    return app


def describe() -> dict[str, Any]:
    """The OpenAPI document, which needs no running service."""
    return _routed([]).openapi()


class Described(FastAPI):
    """FastAPI with our description of how to sign in."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = get_openapi(
                title=self.title,
                version=self.version,
                summary=self.summary,
                routes=self.routes,
                tags=self.openapi_tags,
                separate_input_output_schemas=False,
            )
            _describe_security(self.openapi_schema)
            _describe_problems(self.openapi_schema)
        return self.openapi_schema


def _routed(middleware: list[Middleware]) -> FastAPI:
    app = Described(
        title="Orchestrion",
        summary="Runbook automation: author, start and watch runbooks.",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        openapi_tags=_TAGS,
        redirect_slashes=False,
        separate_input_output_schemas=False,
        middleware=middleware,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    for router in _ROUTERS:
        # Not for the whole application: its limit would answer before any of our middleware.
        app.include_router(router, prefix=API, responses={"default": _PROBLEM}, max_body_size=_BODY_BYTES)
    app.add_api_route("/api/{path:path}", _nothing_here, methods=_EVERY_METHOD, include_in_schema=False)
    problems.install(app)
    return app


async def _nothing_here(request: Request) -> None:
    """Says 404, or 405 where only the method is wrong."""
    allowed = _allowed_methods(request.url.path)
    if allowed:
        raise HTTPException(405, f"Use {', '.join(allowed)} here.", {"Allow": ", ".join(allowed)})
    raise HTTPException(404, f"There is nothing at {request.url.path}.")


def _allowed_methods(path: str) -> list[str]:
    """The methods that the routes with this path take."""
    scope = {"type": "http", "path": path.removeprefix(API), "root_path": "", "method": "", "path_params": {}}
    routes = [route for router in _ROUTERS for route in router.routes if isinstance(route, Route)]
    found = [route.methods or set() for route in routes if route.matches(scope)[0] is not Match.NONE]
    return sorted(set[str]().union(*found))


def _describe_security(document: dict[str, Any]) -> None:
    document["components"]["securitySchemes"] = {
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": cookie_name(is_secure=False),
            "description": f"From `POST {API}/session`; writes also need the header `{CSRF_HEADER.title()}`.",
        },
        "token": {"type": "http", "scheme": "bearer", "description": f"An API token from `POST {API}/tokens`."},
    }
    document["security"] = [{"session": []}, {"token": []}]
    for method, path in PUBLIC:
        document["paths"][path][method.lower()]["security"] = []


def _describe_problems(document: dict[str, Any]) -> None:
    """Says that errors have a media type of their own, which FastAPI cannot be told."""
    for path in document["paths"].values():
        for operation in path.values():
            problem = operation["responses"]["default"]
            problem["content"] = {problems.MEDIA_TYPE: problem["content"].pop("application/json")}
