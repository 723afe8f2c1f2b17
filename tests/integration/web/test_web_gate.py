"""Nothing answers without sign-in but one explicit list: proven on the table of routes itself."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2
import pytest

from orchestrion.web.app import describe
from orchestrion.web.gate import API, PUBLIC
from tests.services.web_service import WebService

SOME_ID = "00000000-0000-7000-8000-000000000000"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
SAFE = {"GET", "HEAD", "OPTIONS"}


def routes() -> list[tuple[str, str]]:
    """Method and path of every operation, with ids filled in."""
    found = [
        (method.upper(), re.sub(r"\{version\}", "1", re.sub(r"\{\w*id\}", SOME_ID, path)))
        for path, operations in describe()["paths"].items()
        for method in operations
    ]
    assert len(found) > 50
    return found


def guarded() -> list[tuple[str, str]]:
    """Every operation that needs a sign-in."""
    return [route for route in routes() if route not in PUBLIC]


def spellings(path: str) -> Iterator[str]:
    """The path in the forms by which filters were fooled elsewhere."""
    head, _, tail = path.rpartition("/")
    yield path
    yield f"{path}/"
    yield f"{path};x"
    yield f"{path}/../{tail}"
    yield f"{path}/healthz"
    yield f"{path}?session"
    yield f"{path}%2f"
    yield f"{head}/%{ord(tail[0]):02x}{tail[1:]}"
    yield f"{head}//{tail}"
    yield f"{head}/./{tail}"
    yield path.replace(tail, tail.upper())
    yield path.replace("/api/", "/API/")
    yield f"/{path}"
    yield path.replace("/api/v1", "/api//v1")


def raw_status(service: WebService, method: str, path: str) -> tuple[int, str]:
    """Status and media type of a request whose path is sent as it stands."""
    connection = http.client.HTTPConnection(urlsplit(service.url).netloc, timeout=10)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers.get_content_type()
    finally:
        connection.close()


@pytest.mark.parametrize(("method", "path"), guarded())
def test_no_spelling_of_a_route_answers_without_sign_in(service: WebService, method: str, path: str) -> None:
    """Every route, however it is written, answers 401, or is no route of the API at all."""
    for spelling in spellings(path):
        status, media_type = raw_status(service, method, spelling)
        assert status in {400, 401, 404, 405}, f"{method} {spelling} answered {status}"
        assert status == 401 or not spelling.startswith(f"{API}/"), f"{method} {spelling} answered {status}"
        assert media_type != "application/json"


@pytest.mark.parametrize("method", METHODS)
def test_public_paths_take_no_other_method(service: WebService, method: str) -> None:
    """What is public is public for one method only."""
    for path in {path for _, path in PUBLIC}:
        if (method, path) not in PUBLIC:
            assert raw_status(service, method, path)[0] == 401


def test_public_is_what_the_contract_says() -> None:
    """A change of this list is a decision, never an accident."""
    probes = {("GET", f"{API}/{path}") for path in ("healthz", "health/live", "health/ready")}
    assert {("POST", f"{API}/session")} | probes == PUBLIC


@pytest.fixture(scope="module")
def cookie(service: WebService) -> str:
    """The Cookie header of a session."""
    client = service.signed_in()
    secret = client.cookies["orchestrion_session"]
    client.close()
    return f"orchestrion_session={secret}"


@pytest.mark.parametrize(("method", "path"), [route for route in guarded() if route[0] not in SAFE])
def test_no_write_passes_with_the_cookie_alone(service: WebService, cookie: str, method: str, path: str) -> None:
    """Every write with the cookie needs the CSRF header with the right value."""
    with service.client(Cookie=cookie) as client:
        for headers in ({}, {"X-CSRF-Token": "wrong"}):
            answer = client.request(method, service.url + path, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


def test_the_body_is_not_read_before_the_sign_in(stranger: httpx2.Client) -> None:
    """A stranger's broken or huge body gets the same 401 as any."""
    for body in (b"{", b"x" * 3_000_000):
        answer = stranger.post("/runbooks/import", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 401


def test_what_is_not_there_is_told_to_whoever_signed_in(api: httpx2.Client) -> None:
    """A wrong path is 404, a wrong method 405 with the right ones."""
    assert api.get("/nothing").status_code == 404
    wrong = api.put("/jobs")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET")


def test_there_are_no_web_sockets(service: WebService) -> None:
    """The upgrade to a web socket is not offered."""
    address = urlsplit(service.url)
    connection = http.client.HTTPConnection(address.netloc, timeout=10)
    connection.request("GET", f"{API}/live", headers={"Connection": "Upgrade", "Upgrade": "websocket"})
    assert connection.getresponse().status == 401
    connection.close()
