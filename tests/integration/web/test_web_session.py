"""Signing in and out, passwords and API tokens over HTTP."""

from __future__ import annotations

import httpx2
import pytest

from orchestrion.model.access import SYSTEM
from orchestrion.services.throttle import FREE_FAILURES, LONGEST_DELAY
from tests.services.web_service import WebService


def test_a_wrong_password_is_refused_without_saying_what_was_wrong(stranger: httpx2.Client) -> None:
    """Nobody learns from the answer whether the user exists."""
    answers = [
        stranger.post("/session", json={"user_name": name, "password": "wrong wrong wrong"})
        for name in ("admin", "nobody")
    ]
    assert [each.status_code for each in answers] == [401, 401]
    assert answers[0].json()["detail"] == answers[1].json()["detail"]


def test_who_guesses_passwords_is_told_when_to_try_again(stranger: httpx2.Client) -> None:
    """Too many wrong passwords: 429, with the seconds to wait in the header and in the problem."""
    guess = {"user_name": "guessed", "password": "wrong wrong wrong"}
    answers = (stranger.post("/session", json=guess) for _ in range(2 * FREE_FAILURES))
    refused = next(answer for answer in answers if answer.status_code != 401)
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-attempts")
    assert refused.headers["retry-after"] == str(refused.json()["retry_after_seconds"])
    assert 0 < refused.json()["retry_after_seconds"] <= LONGEST_DELAY


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(service: WebService) -> None:
    """The session cookie is HttpOnly and SameSite=Strict."""
    with service.client() as client:
        answer = client.post("/session", json={"user_name": "ADMIN", "password": service.password})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_a_session_ends_with_the_sign_out(browser: httpx2.Client) -> None:
    """After signing out the same cookie is worth nothing."""
    secret = browser.cookies["orchestrion_session"]
    assert browser.delete("/session").status_code == 204
    browser.cookies.clear()
    assert browser.get("/session", headers={"Cookie": f"orchestrion_session={secret}"}).status_code == 401


def test_a_one_time_password_must_be_changed_first(service: WebService) -> None:
    """Until the password is changed, a session may do nothing but change it; other sessions end with the change."""
    made = service.call(service.core.users.create, SYSTEM, "newcomer")
    with service.client() as client:
        credentials = {"user_name": "newcomer", "password": made.password}
        session = client.post("/session", json=credentials).json()
        client.headers["X-CSRF-Token"] = session["csrf_token"]
        assert client.get("/folders").json()["code"] == "password-change-required"
        change = {"current": made.password, "new": "a much better one"}
        assert client.post("/session/password", json=change).status_code == 204
        assert client.get("/folders").status_code == 200


def test_a_token_acts_without_csrf_header_until_it_is_deleted(browser: httpx2.Client, service: WebService) -> None:
    """An API token writes without the header that cookies need, and ends at once when it is deleted."""
    made = browser.post("/tokens", json={"name": "robot"}).json()
    with service.client(Authorization=f"Bearer {made['token']}") as robot:
        assert robot.post("/runbooks/check", json={"document": {}}).status_code == 422
        assert browser.delete(f"/tokens/{made['id']}").status_code == 204
        assert robot.get("/session").status_code == 401


def test_tokens_are_listed_without_their_secrets(browser: httpx2.Client) -> None:
    """The secret is in the answer that makes the token, and nowhere else."""
    secret = browser.post("/tokens", json={"name": "shown once"}).json()["token"]
    listed = browser.get("/tokens")
    assert "shown once" in listed.text
    assert secret not in listed.text


@pytest.mark.parametrize("header", ["Basic YWRtaW46YWRtaW4=", "Bearer", "Bearer wrong", "Token x"])
def test_a_wrong_authorization_header_never_falls_back_to_the_cookie(browser: httpx2.Client, header: str) -> None:
    """Whoever sends an Authorization header is judged by it alone."""
    assert browser.get("/session", headers={"Authorization": header}).status_code == 401
