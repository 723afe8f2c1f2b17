"""The incarnation over HTTP: who asks what is held, and who releases it (durability.md 8)."""

from __future__ import annotations

import httpx2


def test_the_incarnation_is_told(api: httpx2.Client) -> None:
    """A new installation is in its first one."""
    assert api.get("/incarnation").json() == {"number": 1, "since": None, "reason": "", "held_jobs": 0}


def test_a_release_is_audited(api: httpx2.Client) -> None:
    """Also one that finds nothing to release."""
    assert api.post("/incarnation/release", json={}).json() == {"jobs": 0}
    [entry] = api.get("/audit", params={"limit": 1}).json()["items"]
    assert (entry["action"], entry["object_type"], entry["details"]) == (
        "released",
        "installation",
        {"jobs": 0, "runbook": ""},
    )


def test_a_runbook_that_is_not_there_cannot_be_released(api: httpx2.Client) -> None:
    """The path is a mistake."""
    assert api.post("/incarnation/release", json={"path": "No/Where"}).status_code == 404
