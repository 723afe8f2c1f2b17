"""The API as commands use it: JSON in and out, problems as CommandError."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2
from pydantic_core import from_json

from orchestrion.cli.failures import CommandError, ExitCode
from orchestrion.cli.logins import Target, find_target
from orchestrion.cli.terminal import terminal

API = "/api/v1"
_TIMEOUT = httpx2.Timeout(10, read=90)  # long enough for the longest wait the API offers
_SERVER_ERRORS = 500
_PAGE = 200
Json = Any  # bodies of the API, used by their documented names


class Api:
    """One server, signed in with a token (none for signing in itself)."""

    def __init__(self, target: Target) -> None:
        self.url = target.url
        make = terminal().make_client
        self._client = make(target.url) if make else _client(target)
        if target.token:
            self._client.headers["Authorization"] = f"Bearer {target.token}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._client.close()

    def get(self, path: str, /, **query: object) -> Json:
        """The JSON at a path; parameters that are None are left out."""
        return self._json("GET", path, query=query)

    def post(self, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Json:
        """The JSON that a post gives, None for an empty answer."""
        return self._json("POST", path, body, headers=headers)

    def patch(self, path: str, body: object) -> Json:
        """The JSON that a change gives."""
        return self._json("PATCH", path, body)

    def put(self, path: str, body: object) -> Json:
        """The JSON that a put gives, None for an empty answer."""
        return self._json("PUT", path, body)

    def delete(self, path: str) -> None:
        """Deletes what is at a path."""
        self._send("DELETE", path)

    def text(self, path: str) -> str:
        """The text at a path."""
        return self._send("GET", path).text

    def pages(self, path: str, limit: int, /, **query: object) -> Iterator[Json]:
        """Items of a paged list, at most `limit`."""
        cursor: str | None = None
        while limit > 0:
            page = self.get(path, limit=min(limit, _PAGE), cursor=cursor, **query)
            yield from page["items"]
            limit -= len(page["items"])
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _json(
        self,
        method: str,
        path: str,
        body: object = None,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        answer = self._send(method, path, body, query, headers)
        return from_json(answer.content) if answer.content else None

    def _send(
        self,
        method: str,
        path: str,
        body: object = None,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        params: Any = {name: value for name, value in (query or {}).items() if value is not None}
        try:
            answer = self._client.request(method, API + path, json=body, params=params, headers=headers)
        except httpx2.TransportError as error:
            raise CommandError(ExitCode.UNREACHABLE, f"{self.url} cannot be reached: {error}") from error
        if answer.is_error:
            raise refusal(answer)
        return answer


def refusal(answer: httpx2.Response) -> CommandError:
    """What an answer with an error status says."""
    try:
        problem = from_json(answer.content)
        detail, lines = str(problem["detail"]), tuple(str(each) for each in problem.get("problems") or ())
    except (ValueError, KeyError, TypeError):
        detail, lines = f"the server answered {answer.status_code} without a reason", ()
    if answer.status_code == httpx2.codes.SERVICE_UNAVAILABLE:
        return CommandError(ExitCode.UNREACHABLE, detail, lines)
    is_ours = answer.status_code < _SERVER_ERRORS
    shown = tuple(line for line in lines if line not in detail)
    return CommandError(ExitCode.REFUSED if is_ours else ExitCode.UNEXPECTED, detail, shown)


def connect(url: str | None, token: str | None, data_dir: Path | None) -> Api:
    """The server that flags, variables, stored logins or this machine name."""
    return Api(find_target(url, token, data_dir, os.environ))


def _client(target: Target) -> httpx2.Client:
    host = urlsplit(target.url).hostname or ""
    is_local = host in {"localhost", "127.0.0.1", "::1"}
    verify: ssl.SSLContext | bool = ssl.create_default_context(cafile=target.ca) if target.ca else True
    # A proxy of this machine's environment cannot reach its own loopback.
    return httpx2.Client(base_url=target.url, timeout=_TIMEOUT, verify=verify, trust_env=not is_local)
