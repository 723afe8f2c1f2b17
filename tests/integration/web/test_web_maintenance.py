"""Duties, retention, figures and the audit over HTTP."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.services.runbooks import HELLO
from tests.services.waiting import eventually

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def job(service: Any) -> dict[str, Any]:
    """A job of the runbook Hello that has ended."""
    with service.with_token() as api:
        api.post("/runbooks/import", json={"files": [{"path": "hello.yaml", "text": HELLO}]}).raise_for_status()
        started = api.post("/runbooks/by-path/start", json={"path": "Hello", "parameters": {"word": "you"}}).json()
        return eventually(lambda: ended(api, started["id"]), "the end of the job")


def ended(api: httpx2.Client, job_id: str) -> dict[str, Any] | None:
    """The job once it has ended."""
    found: dict[str, Any] = api.get(f"/jobs/{job_id}").json()
    return found if found["ended_at"] else None


def duty(api: httpx2.Client, name: str) -> dict[str, Any]:
    """A duty, once somebody does the maintenance."""
    return eventually(
        lambda: next((each for each in api.get("/maintenance").json()["duties"] if each["name"] == name), None), name
    )


def test_the_duties_are_listed(api: httpx2.Client) -> None:
    """Every one says what it is for; the leader is named."""
    duty(api, "purge")
    found = api.get("/maintenance").json()
    assert [each["name"] for each in found["duties"]] == ["purge", "repair", "size", "statistics", "watch"]
    assert all(each["title"] for each in found["duties"])
    assert "process" in found["leader"]


def test_a_duty_runs_when_it_is_asked_for(api: httpx2.Client) -> None:
    """The answer comes at once; the run follows within seconds, and its figures say what it did."""
    duty(api, "repair")
    asked = api.post("/maintenance/duties/repair/run")
    assert (asked.status_code, asked.json()["is_wanted"]) == (202, True)
    eventually(lambda: duty(api, "repair")["figures"] and not duty(api, "repair")["is_wanted"], "a run")
    done = duty(api, "repair")
    assert done["figures"]["found"] == 0
    assert done["seconds"] >= 0
    assert api.get("/maintenance/violations").json() == []


def test_a_duty_stops_and_starts_twice(api: httpx2.Client) -> None:
    """A stopped one is only run where somebody says so; an unknown one is refused."""
    duty(api, "size")
    for _ in range(2):
        assert api.post("/maintenance/duties/size/stop").json()["is_stopped"] is True
    refused = api.post("/maintenance/duties/size/run")
    assert (refused.status_code, "is stopped" in refused.json()["detail"]) == (409, True)
    assert api.post("/maintenance/duties/size/run", json={"even_if_stopped": True}).status_code == 202
    for _ in range(2):
        assert api.post("/maintenance/duties/size/start").json()["is_stopped"] is False
    assert api.post("/maintenance/duties/nothing/start").status_code == 422


def test_retention_is_set_for_all_and_by_folder(api: httpx2.Client, root_folder: str) -> None:
    """What is left out follows the parent; every change is in the audit."""
    child = api.post("/folders", json={"parent_id": root_folder, "name": "Long"}).json()["id"]
    changed = api.put(f"/folders/{child}/retention", json={"failed": {"days": 365, "count": None}})
    assert changed.json()["own"]["failed"] == {"days": 365, "count": None}
    assert changed.json()["effective"]["success"] == {"days": 90, "count": 500}
    settings = {"at": "03:30", "executions": None, "archive": "/archive", "events": {"days": 1, "count": 1}}
    assert api.put("/retention", json=settings).json() == settings
    assert api.get("/retention").json()["settings"] == settings
    assert duty(api, "purge")["due_at"][11:16] != "01:00"
    wrong: tuple[dict[str, object], ...] = ({"at": "25:00"}, {"archive": "archive"}, {"executions": 0}, {"eventz": {}})
    for body in wrong:
        assert api.put("/retention", json=body).status_code == 422
    assert api.put("/retention", json={}).json()["executions"] == 100_000_000
    assert api.put(f"/folders/{NOBODY}/retention", json={}).status_code == 404
    assert "retention changed" in {each["action"] for each in api.get("/audit").json()["items"]}


def test_a_kept_job_survives_the_purge_of_its_runbook(api: httpx2.Client, job: dict[str, Any]) -> None:
    """Kept no longer, it goes; a preview says so before."""
    order = {"runbook_id": job["runbook_id"], "everything": True}
    for kept, count in ((True, 0), (False, 1)):
        assert api.put(f"/jobs/{job['id']}/kept", json={"kept": kept}).status_code == 204
        assert api.get(f"/jobs/{job['id']}").json()["kept"] is kept
        preview = api.get("/maintenance/purge", params=order).json()
        assert (preview["instances"]["success"], preview["executions"] > 0) == (count, count > 0)
    assert api.post("/maintenance/purge", json=order).status_code == 202
    eventually(lambda: api.get(f"/jobs/{job['id']}").status_code == 404, "the end of the job's rows")

    def has_told() -> bool:
        events = api.get("/events").json()["items"]
        return any(each["summary"].startswith("The purge of 'Hello' has deleted") for each in events)

    eventually(has_told, "the event that tells of it")
    assert api.put(f"/jobs/{NOBODY}/kept", json={"kept": True}).status_code == 404


def test_everything_is_purged_of_one_runbook_only(api: httpx2.Client) -> None:
    """Of all of them at once it is refused."""
    assert api.post("/maintenance/purge", json={"everything": True}).status_code == 409
    assert api.post("/maintenance/purge", json={"runbook_id": NOBODY}).status_code == 404


def test_figures_tell_how_runs_went(api: httpx2.Client, job: dict[str, Any]) -> None:
    """By runbook and by folder, once they were counted."""
    duty(api, "statistics")
    api.post("/maintenance/duties/statistics/run").raise_for_status()
    eventually(lambda: api.get("/statistics").json()["counted_at"], "the first count")
    found = api.get("/statistics").json()
    assert {"", "Hello"} <= {each["path"] for each in (*found["folders"], *found["runbooks"])}
    assert job["runbook_id"] in {each["id"] for each in found["runbooks"]}
    assert {"created", "succeeded", "p95_seconds"} <= set(found["folders"][0]["day"]["jobs"])


def test_the_audit_is_read_from_its_beginning(api: httpx2.Client) -> None:
    """Page by page, oldest first, from a moment on."""
    first = api.get("/audit/export", params={"limit": 2}).json()
    second = api.get("/audit/export", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    times = [each["at"] for each in (*first["items"], *second["items"])]
    assert times == sorted(times)
    assert len(times) == 4
    later = api.get("/audit/export", params={"since": times[3]}).json()["items"]
    assert later[0]["at"] >= times[3]
    assert api.get("/audit/export", params={"since": "2026-01-01T00:00:00"}).status_code == 422
