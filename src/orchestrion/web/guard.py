"""What every answer carries and every request must satisfy, before anything else looks at it.

Host names are checked against DNS rebinding: a page of a stranger's domain that suddenly points here sends that
domain as Host. IP addresses cannot be rebound, so they pass. Origins are checked against forged requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestrion.web.problems import plain_problem, unexpected

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_TOO_LARGE = plain_problem(413, "The body of the request is too large.", "too-large")


class Guard:
    """ASGI middleware: host and origin checks, security headers, and the last catch for errors nobody foresaw."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str], policy: str, *, is_secure: bool) -> None:
        self._app = app
        self._hosts = _LOOPBACK | {host.lower().strip("[]") for host in hosts}
        self._headers = _HEADERS | {"Content-Security-Policy": policy}
        if is_secure:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers what must not pass, and passes on the rest."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(scope, receive, send, self._headers)
        refusal = self._refusal(Headers(scope=scope))
        if refusal is not None:
            await refusal(scope, receive, answer.send)
            return
        try:
            await self._app(scope, receive, answer.send)
        except Exception as error:
            if answer.is_started:
                raise
            await unexpected(error, scope["method"], scope["path"])(scope, receive, answer.send)

    def _refusal(self, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if not self._knows(host):
            detail = f"This server does not answer to the name '{host}'. Allow it with --allowed-host."
            return plain_problem(421, detail, "unknown-host")
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return plain_problem(403, f"Requests from the origin '{origin}' are refused.", "foreign-origin")
        if (
            origin is None
            and headers.get("sec-fetch-site") == "cross-site"
            and headers.get("sec-fetch-mode") != "navigate"
        ):
            return plain_problem(403, "Requests from other sites are refused.", "foreign-origin")
        return None

    def _knows(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            return False
        return name in self._hosts or _is_address(name)


class _Answer:
    """An answer on its way out, which gets the headers that all have."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, headers: Mapping[str, str]) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._headers = headers
        self._is_replaced = False
        self.is_started = False

    async def send(self, message: Message) -> None:
        """Sends on a part of the answer."""
        if self._is_replaced:
            return
        if message["type"] == "http.response.start":
            self.is_started = True
            if _is_plain_refusal(message):
                await _TOO_LARGE(self._scope, self._receive, self.send)
                self._is_replaced = True
                return
            self._add_headers(message)
        await self._send(message)

    def _add_headers(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        if self._scope["path"].startswith("/api"):
            headers.setdefault("Cache-Control", "no-store")


def _is_plain_refusal(message: Message) -> bool:
    """Whether this is the plain text by which the framework refuses a body that is too large."""
    is_plain = MutableHeaders(scope=message).get("content-type", "").startswith("text/plain")
    return message["status"] == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and is_plain


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
