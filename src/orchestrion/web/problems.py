"""Errors as problem details (RFC 9457): the one table from the error tree to HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException

from orchestrion.model.errors import (
    ConflictError,
    DivergenceError,
    InvalidError,
    NotFoundError,
    OrchestrionError,
    RefusedError,
    UnauthenticatedError,
    UnavailableError,
)
from orchestrion.services.throttle import TooManyAttemptsError
from orchestrion.web.schemas import UUID_PATTERN, findings_of

MEDIA_TYPE = "application/problem+json"
_log = structlog.get_logger(__name__)

_TABLE: tuple[tuple[type[OrchestrionError], int, str], ...] = (
    (InvalidError, 422, "The request cannot be carried out as it is"),
    (NotFoundError, 404, "Not found"),
    (ConflictError, 409, "In conflict with the present state"),
    (UnauthenticatedError, 401, "Sign in first"),
    (TooManyAttemptsError, 429, "Too many attempts"),
    (RefusedError, 403, "Not allowed"),
    (UnavailableError, 503, "Not available now"),
    (DivergenceError, 409, "Held for a person"),
    (OrchestrionError, 500, "Failed"),
)
_EXTRAS = ("problems", "owner", "place", "position", "revision", "retry_after_seconds")
_SCALARS = (str, int, float, bool, type(None))


def problem_response(error: OrchestrionError) -> Response:
    """The response that says `error`."""
    status, title = next((status, title) for kind, status, title in _TABLE if isinstance(error, kind))
    return _response(status, title, str(error), error.code, _headers(error), _extras(error))


def plain_problem(status: int, detail: str, code: str, headers: Mapping[str, str] | None = None) -> Response:
    """A problem that no error of the product stands for."""
    return _response(status, HTTPStatus(status).phrase, detail, code, headers)


def unexpected(error: Exception, method: str, path: str) -> Response:
    """The response to an error that nobody foresaw: it is in the log, and its text is not shown."""
    _log.error("A request failed unexpectedly.", method=method, path=path, exc_info=error)
    return plain_problem(500, "Something failed that was not foreseen. The server's log says more.", "unexpected")


def install(app: FastAPI) -> None:
    """Makes `app` answer every error as a problem."""

    @app.exception_handler(OrchestrionError)
    async def known(_request: Request, error: OrchestrionError) -> Response:
        return problem_response(error)

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> Response:
        problems = list(mistakes(error.errors()))
        return problem_response(InvalidError(" ".join(problems) or "The request cannot be read.", problems))

    @app.exception_handler(HTTPException)
    async def http(_request: Request, error: HTTPException) -> Response:
        code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
        return plain_problem(error.status_code, str(error.detail), code, error.headers)


def mistakes(errors: Iterable[Any]) -> Iterable[str]:
    """Each mistake in words, without what was sent: it may hold a password."""
    for error in errors:
        spot = ".".join(str(part) for part in error["loc"] if part not in {"body", "path", "query"})
        message = str(error["msg"]).removeprefix("Value error, ")
        if error.get("ctx", {}).get("pattern") == UUID_PATTERN:
            message = "this is no id; an id is a uuid, such as 019a2b3c-4d5e-7f60-8123-456789abcdef"
        yield f"{spot or 'The body'}: {message[:1].lower()}{message[1:]}."


def _headers(error: OrchestrionError) -> dict[str, str]:
    """What HTTP wants to be told in a header: how to sign in, or when to try again."""
    if isinstance(error, UnauthenticatedError):
        return {"WWW-Authenticate": 'Bearer realm="Orchestrion"'}
    if isinstance(error, TooManyAttemptsError):
        return {"Retry-After": str(error.retry_after_seconds)}
    return {}


def _extras(error: OrchestrionError) -> dict[str, Any]:
    """What the error carries besides its text: findings, owner, place and their like."""
    found: dict[str, Any] = {}
    for name in _EXTRAS:
        value = getattr(error, name, None)
        if isinstance(value, tuple):
            value = list(value)
        if value not in (None, [], "") and isinstance(value, (*_SCALARS, list)):
            found[name] = value
    findings = getattr(error, "findings", ())
    if findings:
        found["findings"] = [each.model_dump(mode="json") for each in findings_of(list(findings))]
    return found


def _response(
    status: int,
    title: str,
    detail: str,
    code: str,
    headers: Mapping[str, str] | None = None,
    extras: Mapping[str, Any] | None = None,
) -> Response:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code, **(extras or {})}
    return Response(to_json(body), status, dict(headers or {}), MEDIA_TYPE)
