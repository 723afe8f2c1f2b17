"""Counting requests by the template of their route: paths hold ids, and their number knows no bounds."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestrion.ports.clock import Clock
from orchestrion.ports.observability import Requests
from orchestrion.web.gate import API

_CATCH_ALL = "/api/{path}"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER, NO_ROUTE, PAGES = "other", "none", "pages"


class Measured:
    """ASGI middleware around all others; the time is until the answer begins, so that live streams count as well."""

    def __init__(self, app: ASGIApp, requests: Requests, clock: Clock) -> None:
        self._app = app
        self._requests = requests
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and counts its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = self._clock.steady()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                method = scope["method"] if scope["method"] in METHODS else OTHER
                self._requests.answered(method, template(scope), message["status"], self._clock.steady() - begun)
            await send(message)

        await self._app(scope, receive, counted)


def template(scope: Scope) -> str:
    """The route that answered: its template, `pages` for the front end, `none` for what was refused before a route."""
    found = getattr(scope.get("route"), "path_format", None)
    if not scope["path"].startswith("/api/"):
        return PAGES
    return NO_ROUTE if found is None or found == _CATCH_ALL else f"{API}{found}"
