"""Host names, origins, headers and bodies that must not pass."""

from __future__ import annotations

import httpx2
import pytest

from tests.services.web_service import WebService


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8420", "localhost.evil.example", "[bad", "a b"])
def test_a_rebound_host_name_gets_nothing(api: httpx2.Client, host: str) -> None:
    """A stranger's domain that points here is refused, sign-in or not."""
    assert api.get("/folders", headers={"Host": host}).status_code in {400, 421}


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:9", "[::1]:80", "192.0.2.7", "runbooks.example", "LOCALHOST."]
)
def test_known_names_and_addresses_pass(api: httpx2.Client, host: str) -> None:
    """The loopback's names, IP addresses and configured names are ours."""
    assert api.get("/folders", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["null", "http://evil.example", "https://127.0.0.1", "http://127.0.0.1:1", "file://"]
)
def test_a_foreign_origin_is_refused(browser: httpx2.Client, origin: str) -> None:
    """Pages of other origins get nothing, `null` among them."""
    answer = browser.post("/runbooks/check", json={"document": {}}, headers={"Origin": origin})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign-origin")


def test_the_own_origin_passes(browser: httpx2.Client, service: WebService) -> None:
    """Our own pages may write."""
    answer = browser.post("/runbooks/check", json={"document": {}}, headers={"Origin": service.url})
    assert answer.status_code == 422


def test_other_sites_may_link_here_but_not_fetch(browser: httpx2.Client) -> None:
    """A cross-site request without Origin is refused, unless somebody followed a link."""
    site = {"Sec-Fetch-Site": "cross-site"}
    assert browser.get("/folders", headers=site | {"Sec-Fetch-Mode": "no-cors"}).status_code == 403
    assert browser.get("/folders", headers=site | {"Sec-Fetch-Mode": "navigate"}).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/healthz", "/api/v1/jobs", "/", "/nothing.js"])
def test_every_answer_carries_the_security_headers(stranger: httpx2.Client, service: WebService, path: str) -> None:
    """Pages, data and errors alike."""
    headers = stranger.get(service.url + path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe-eval" not in headers["content-security-policy"]
    assert "access-control-allow-origin" not in headers


def test_answers_of_the_api_are_not_kept_by_browsers(api: httpx2.Client) -> None:
    """What needs a sign-in is never stored."""
    assert api.get("/folders").headers["cache-control"] == "no-store"


def test_a_body_that_is_too_large_is_a_problem_like_any(api: httpx2.Client) -> None:
    """Whether the length is announced or not."""
    for body in (b"x" * 1_500_000, iter([b"x" * 1_500_000])):
        answer = api.post("/folders", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"null", b'{"document": {}, "more": 1}', b"\xff\xfe", b'{"document": {"a": "\\u0000"}}']
)
def test_a_body_that_cannot_be_read_is_told_without_echoing_it(api: httpx2.Client, body: bytes) -> None:
    """Broken JSON, wrong types, unknown fields and characters that no database holds."""
    answer = api.post("/runbooks/check", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["problems"]


def test_a_password_is_not_echoed(stranger: httpx2.Client) -> None:
    """The error about a sign-in that cannot be read does not repeat what was sent."""
    answer = stranger.post("/session", json={"user_name": 7, "password": ["hunter2hunter2"]})
    assert answer.status_code == 422
    assert "hunter2" not in answer.text


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_of_another_kind_is_not_taken_for_json(api: httpx2.Client, kind: str) -> None:
    """A form of a stranger's page can send these kinds without being asked."""
    answer = api.post("/runbooks/check", content=b'{"document": {}}', headers={"Content-Type": kind})
    assert answer.status_code == 422
