"""`orchestrion trigger`, and the monitor in `orchestrion job show`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.services.waiting import eventually
from tests.services.web_service import WebService
from tests.unit.cli.conftest import Command, result

RUNBOOK = """
orchestrion: runbook/1
name: {name}
activities:
  watch: {{type: monitoring.monitor-event-log, inputs: {{event_log: {log}}}}}
  act: {{type: system.run-program, inputs: {{program_path: /no/such}}}}
links: [{{from: watch, to: act}}]
"""


@pytest.fixture
def api(service: WebService) -> Iterator[httpx2.Client]:
    """Looks at the service without a command, whose output the service's own log would disturb."""
    with service.with_token() as client:
        yield client


@pytest.fixture
def failed(api: httpx2.Client, tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
    """A trigger whose instance failed."""
    log, name = tmp_path / "log", request.node.name
    log.write_text("before\n")
    text = RUNBOOK.format(name=name, log=log)
    api.post("/runbooks/import", json={"files": [{"path": f"{name}.yaml", "text": text}]}).raise_for_status()
    job_id = api.post("/runbooks/by-path/start", json={"path": name}).json()["id"]
    eventually(lambda: (api.get(f"/jobs/{job_id}/monitor").json() or {}).get("cursor"), "the monitor to be armed")
    log.write_text("before\nseen\n")
    wanted = {"job_id": job_id, "status": "failed"}
    (found,) = eventually(lambda: api.get("/triggers", params=wanted).json()["items"] or None, "the instance to fail")
    return dict(found)


def test_triggers_are_listed_and_shown_with_their_data(orchestrion: Command, failed: dict[str, Any]) -> None:
    """For people, with the data on one line and why the instance failed."""
    listed = orchestrion("trigger", "list", "--runbook", failed["runbook_path"])
    assert (failed["id"] in listed.stdout, "/no/such" in listed.stdout) == (True, True)
    shown = orchestrion("trigger", "show", failed["id"])
    assert all(word in shown.stdout for word in ("failed", "seen", "/no/such"))


def test_a_trigger_is_retried_and_discarded(orchestrion: Command, api: httpx2.Client, failed: dict[str, Any]) -> None:
    """What was discarded cannot be retried: exit code 4."""
    assert result(orchestrion("trigger", "retry", failed["id"], "--json"))["retries"] == 1
    eventually(lambda: api.get(f"/triggers/{failed['id']}").json()["status"] == "failed", "the next one to fail")
    assert orchestrion("trigger", "discard", failed["id"]).exit_code == 0
    assert orchestrion("trigger", "retry", failed["id"]).exit_code == 4


def test_a_job_shows_its_monitor(orchestrion: Command, failed: dict[str, Any]) -> None:
    """Who watches, and how its instances fare."""
    shown = orchestrion("job", "show", failed["job_id"]).stdout
    assert "Monitor:" in shown
    assert "failures:" in shown
