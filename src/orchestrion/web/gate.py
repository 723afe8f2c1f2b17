"""Who may pass: every request to the API is signed in, but for one explicit list."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from orchestrion.model.errors import OrchestrionError, RefusedError, UnauthenticatedError
from orchestrion.services.access import Access, Authenticated
from orchestrion.web.problems import problem_response

API = "/api/v1"
#: All that answers without sign-in. Compared with the very path that the router matches, so that no spelling of
#: another path (case, `//`, `;x`, a suffix) can pass for one of these.
PUBLIC = frozenset(
    {
        ("POST", f"{API}/session"),
        ("GET", f"{API}/healthz"),
        ("GET", f"{API}/health/live"),
        ("GET", f"{API}/health/ready"),
    }
)
#: All that a session may do whose user has to change the password first. A token was made by somebody who had done so,
#: or by the server itself for whoever owns the data folder.
BEFORE_PASSWORD_CHANGE = frozenset(
    {("GET", f"{API}/session"), ("DELETE", f"{API}/session"), ("POST", f"{API}/session/password")}
)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "x-csrf-token"


class CsrfError(RefusedError):
    """A write with the session cookie lacks the token that only our own pages know."""

    code = "csrf"


class PasswordChangeError(RefusedError):
    """The one-time password must be changed before anything else."""

    code = "password-change-required"


def cookie_name(*, is_secure: bool) -> str:
    """The session cookie's name; browsers take the prefix only over TLS, for this host alone."""
    return "__Host-orchestrion" if is_secure else "orchestrion_session"


class SignInGate:
    """ASGI middleware that finds out who sends a request, before the body is read and a route is chosen."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, or answers 401 or 403."""
        if scope["type"] == "http" and (scope["method"], scope["path"]) not in PUBLIC:
            try:
                state = scope.setdefault("state", {})
                state["caller"] = await self._caller(scope)
                state["authenticate_again"] = lambda: self._authenticate(scope)
            except OrchestrionError as error:
                await problem_response(error)(scope, receive, send)
                return
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "There are no web sockets here."})
            return
        await self._app(scope, receive, send)

    async def _caller(self, scope: Scope) -> Authenticated:
        caller = await self._authenticate(scope)
        self._check(caller, scope, Headers(scope=scope))
        return caller

    async def _authenticate(self, scope: Scope) -> Authenticated:
        headers, origin = Headers(scope=scope), _origin(scope)
        if "authorization" in headers:
            return await self._by_token(headers["authorization"], origin)
        secret = session_secret(headers, cookie_name(is_secure=scope["scheme"] == "https"))
        if not secret:
            raise UnauthenticatedError("Sign in first.")
        return await self._access.authenticate_session(secret, origin)

    async def _by_token(self, authorization: str, origin: str) -> Authenticated:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise UnauthenticatedError("The Authorization header must be 'Bearer' and an API token.")
        return await self._access.authenticate_token(token.strip(), origin)

    def _check(self, caller: Authenticated, scope: Scope, headers: Headers) -> None:
        sent = headers.get(CSRF_HEADER, "")
        if scope["method"] not in SAFE_METHODS and not self._access.has_csrf_token(caller, sent):
            raise CsrfError("The header X-CSRF-Token is missing or wrong; GET /api/v1/session tells its value.")
        is_allowed = caller.session is None or (scope["method"], scope["path"]) in BEFORE_PASSWORD_CHANGE
        if caller.user.must_change_password and not is_allowed:
            raise PasswordChangeError("Change the one-time password first: POST /api/v1/session/password.")


def session_secret(headers: Headers, cookie: str) -> str:
    """The secret in the session cookie, or '' without one."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(cookie)
    except CookieError:
        return ""
    return found.value if found else ""


def _origin(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""
