"""Triggers over HTTP: lists with data, retrying, discarding, and the release of a quarantined monitor."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.services.waiting import eventually

UNKNOWN = "01890000-0000-7000-8000-000000000000"


def watching(name: str, log: Path) -> dict[str, Any]:
    """A runbook that fails for each line of a log; two failures bring it into quarantine."""
    return {
        "orchestrion": "runbook/1",
        "name": name,
        "settings": {"quarantine_after_failures": 2},
        "activities": {
            "watch": {"type": "monitoring.monitor-event-log", "inputs": {"event_log": str(log)}},
            "act": {"type": "system.run-program", "inputs": {"program_path": "/no/such"}},
        },
        "links": [{"from": "watch", "to": "act"}],
    }


class Failing:
    """An armed monitor of a log, whose instances fail."""

    def __init__(self, api: httpx2.Client, log: Path, name: str) -> None:
        self._api = api
        self._log = log
        log.write_text("before\n")
        document = watching(name, log)
        made = api.post("/runbooks/import", json={"files": [{"path": f"{name}.yaml", "text": json.dumps(document)}]})
        made.raise_for_status()
        self.job = api.post("/runbooks/by-path/start", json={"path": name}).json()["id"]
        eventually(lambda: (self.monitor or {}).get("cursor"), "the monitor to be armed")

    @property
    def monitor(self) -> dict[str, Any] | None:
        """How the monitor stands."""
        found: dict[str, Any] | None = self._api.get(f"/jobs/{self.job}/monitor").json()
        return found

    def write(self, *lines: str) -> None:
        """What the monitor sees next."""
        with self._log.open("a") as file:
            file.writelines(f"{line}\n" for line in lines)

    def triggers(self, **wanted: Any) -> list[dict[str, Any]]:
        """The triggers of the job, oldest first."""
        found: list[dict[str, Any]] = self._api.get("/triggers", params={"job_id": self.job, **wanted}).json()["items"]
        return found[::-1]

    def until(self, *statuses: str) -> list[dict[str, Any]]:
        """The triggers when they stand so."""
        return eventually(lambda: self._when(statuses), f"triggers that are {statuses}")

    def _when(self, statuses: tuple[str, ...]) -> list[dict[str, Any]] | None:
        found = self.triggers()
        return found if tuple(each["status"] for each in found) == statuses else None


Start = Callable[[str], Failing]


@pytest.fixture
def start(api: httpx2.Client, tmp_path: Path) -> Start:
    """Starts a monitor whose instances fail."""
    return lambda name: Failing(api, tmp_path / "log", name)


def test_triggers_are_listed_with_their_data(start: Start) -> None:
    """By status, and page by page; the newest instance stands beside each."""
    failing = start("Listed")
    failing.write("one", "two", "three")
    first, second, third = failing.until("failed", "failed", "quarantined")
    assert [each["published"]["Log entry description"] for each in (first, third)] == ["one", "three"]
    assert (first["instance_id"] is None, third["instance_id"], third["waits_since"]) == (False, None, third["at"])
    assert failing.triggers(status="quarantined") == [third]
    assert failing.triggers(limit=1, cursor=third["id"]) == [second]
    assert failing.triggers(until=first["at"]) == []


def test_a_quarantined_monitor_says_so_and_is_released(api: httpx2.Client, start: Start) -> None:
    """On its job, in the monitor's own state, and in an event; continuing the job starts what waited."""
    failing = start("Quarantined")
    failing.write("one", "two", "three")
    failing.until("failed", "failed", "quarantined")
    job = api.get(f"/jobs/{failing.job}").json()
    assert (job["status"], "In quarantine since" in job["reason"]) == ("waiting", True)
    assert failing.monitor is not None
    assert (failing.monitor["failures"], failing.monitor["failure_limit"], failing.monitor["waiting"]) == (2, 2, 1)
    assert "The monitor of 'Quarantined' is in quarantine." in api.get("/events").text
    assert api.post(f"/jobs/{failing.job}/continue", json={}).json()["reason"] is None
    failing.until("failed", "failed", "failed")
    assert '"action":"released"' in api.get("/audit").text


def test_a_failed_trigger_is_retried_and_discarded(api: httpx2.Client, start: Start) -> None:
    """Another instance of the same; what was discarded is not retried; both are audited."""
    failing = start("Retried")
    failing.write("one")
    (before,) = failing.until("failed")
    again = api.post(f"/triggers/{before['id']}/retry").json()
    assert again["retries"] == 1
    (after,) = failing.until("failed")
    assert after["instance_id"] != before["instance_id"]
    assert api.post(f"/triggers/{before['id']}/discard").json()["status"] == "discarded"
    refused = api.post(f"/triggers/{before['id']}/retry")
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "This trigger cannot be retried: it was discarded.",
    )
    assert {"retried", "discarded"} <= {each["action"] for each in api.get("/audit").json()["items"]}


def test_what_does_not_exist_is_not_found(api: httpx2.Client) -> None:
    """Unknown ids, and moments without a time zone."""
    for path in (f"/triggers/{UNKNOWN}", f"/jobs/{UNKNOWN}/monitor"):
        assert api.get(path).status_code == 404
    assert api.post(f"/triggers/{UNKNOWN}/retry").status_code == 404
    assert api.get("/triggers", params={"since": "2026-01-01T00:00:00"}).status_code == 422
