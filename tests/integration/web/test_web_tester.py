"""Testing a draft over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2

from orchestrion.observability.redact import MASK
from tests.integration.web.chains import chain, job_when, steer, written
from tests.integration.web.documents import broken, create, greeting, publish
from tests.services.waiting import eventually


def begun(api: httpx2.Client, runbook_id: str, **order: Any) -> dict[str, Any]:
    """The job of a test."""
    answer = api.post(f"/runbooks/{runbook_id}/test", json=order)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_draft_runs_without_being_checked_in(api: httpx2.Client, root_folder: str) -> None:
    """Its job is marked as a test, and takes parameters as a start does."""
    runbook_id = create(api, root_folder, greeting("Only drawn"))
    job = begun(api, runbook_id, parameters={"word": "draft"})
    assert (job["is_test"], job["is_dry_run"], job["rerun_of"]) == (True, False, None)
    assert job_when(api, job["id"], "success")["returned_data"] == [{"said": "hello draft"}]


def test_a_draft_with_errors_is_refused_with_the_findings(api: httpx2.Client, root_folder: str) -> None:
    """As a check-in refuses it."""
    answer = api.post(f"/runbooks/{create(api, root_folder, broken('Untestable'))}/test")
    assert (answer.status_code, answer.json()["code"]) == (422, "findings")
    assert "error" in {each["severity"] for each in answer.json()["findings"]}


def test_what_does_not_fit_the_draft_is_told_one_by_one(api: httpx2.Client, root_folder: str) -> None:
    """Parameters, activities and servers that are not there."""
    runbook_id = create(api, root_folder, greeting("Misfit"))
    order = {"parameters": {"wort": "x"}, "breakpoints": {"nowhere": ""}, "servers": ["none"]}
    assert api.post(f"/runbooks/{runbook_id}/test", json=order).json()["problems"] == [
        "There is no parameter 'wort'.",
        "The parameter 'word' is required.",
        "There is no activity 'nowhere'.",
        "There is no runbook server 'none'.",
    ]


def test_a_dry_run_changes_nothing_and_says_how_it_knows(api: httpx2.Client, root_folder: str, tmp_path: Path) -> None:
    """Every execution has an origin."""
    file = tmp_path / "out"
    job = job_when(api, begun(api, create(api, root_folder, chain("Dry", file)), dry_run=True)["id"], "success")
    assert (job["is_dry_run"], written(file)) == (True, "")
    items = api.get(f"/instances/{job['latest_instance_id']}/activities").json()["items"]
    assert {each["origin"]["dry_run"] for each in items} <= {"guessed", "simulated"}


def test_a_dry_run_is_never_run_again_for_real(api: httpx2.Client, root_folder: str, tmp_path: Path) -> None:
    """Its results were guessed, so a rerun is refused, and touches nothing."""
    file = tmp_path / "out"
    runbook_id = publish(api, root_folder, chain("Dry again", file))
    job = job_when(api, begun(api, runbook_id, dry_run=True)["id"], "success")
    for at in ("rerun/preview", "rerun"):
        answer = api.post(f"/instances/{job['latest_instance_id']}/{at}", json={"from": ["b"]})
        assert (answer.status_code, "belongs to a test" in answer.json()["detail"]) == (409, True)
    assert written(file) == ""


def test_pins_and_edits_count_from_the_start(api: httpx2.Client, root_folder: str, tmp_path: Path) -> None:
    """A pinned activity does not run; an edited one runs with what was given."""
    file = tmp_path / "out"
    runbook_id = create(api, root_folder, chain("Pinned", file))
    order = {"pins": {"a": {"records": [{"File path": "x"}]}}, "edits": {"c": {"text": "z"}}}
    job_when(api, begun(api, runbook_id, **order)["id"], "success")
    assert written(file) == "bz"


def test_a_monitor_is_tested_with_what_it_is_said_to_have_seen(api: httpx2.Client, root_folder: str) -> None:
    """Without a trigger the test is refused; with one the runbook begins at once."""
    document = greeting("Tested monitor")
    clock = {"type": "scheduling.monitor-date-time", "inputs": {"schedule_mode": "At"}}
    document["activities"], document["links"], document["returned_data"] = {"clock": clock}, [], []
    runbook_id = create(api, root_folder, document)
    assert "`trigger`" in api.post(f"/runbooks/{runbook_id}/test").json()["detail"]
    job = job_when(api, begun(api, runbook_id, trigger={"Current date/time": "now"})["id"], "success")
    (item,) = api.get(f"/instances/{job['latest_instance_id']}/activities").json()["items"]
    assert api.get(f"/activity-instances/{item['id']}").json()["records"] == [{"Current date/time": "now"}]


def with_secret(name: str) -> dict[str, Any]:
    """A runbook with a password of its own."""
    inputs = {"program_path": "/bin/true", "user_name": "somebody", "password": "hunter2"}
    activity = {"type": "system.run-program", "name": "Run", "inputs": inputs}
    return {"orchestrion": "runbook/1", "name": name, "activities": {"run": activity}, "links": []}


def test_secrets_are_masked_before_and_after_the_run(api: httpx2.Client, root_folder: str) -> None:
    """Neither what is sealed nor what it says is shown, while the instance waits and when it has ended."""
    job = begun(api, create(api, root_folder, with_secret("Masked")), step=True, dry_run=True)
    job = job_when(api, job["id"], "held")
    at = f"/instances/{job['latest_instance_id']}"
    shown = [api.get(f"{at}/waits").json()[0]["inputs"]]
    steer(api, job["latest_instance_id"], "continue")
    (done,) = eventually(lambda: api.get(f"{at}/activities").json()["items"] or None, "the execution")
    shown.append(api.get(f"/activity-instances/{done['id']}").json()["inputs"])
    for inputs in shown:
        assert (inputs["password"], inputs["user_name"]) == (MASK, "somebody")


def test_a_secret_cannot_be_given_to_a_run(api: httpx2.Client, root_folder: str) -> None:
    """It would be stored with the run in the clear: not in a test, not in the middle of it, not in a rerun."""
    runbook_id = publish(api, root_folder, with_secret("Given"))
    given = {"run": {"password": "letmein"}}
    answers = [api.post(f"/runbooks/{runbook_id}/test", json={"edits": given})]
    job = job_when(api, begun(api, runbook_id, step=True)["id"], "held")
    order = {"wish": "edit", "activity_id": "run", "inputs": given["run"]}
    answers.append(api.post(f"/instances/{job['latest_instance_id']}/steer", json=order))
    api.post(f"/jobs/{job['id']}/stop")
    job = api.post(f"/runbooks/{runbook_id}/start").json()
    ended = job_when(api, job["id"], "success", "failed", "warning")
    at = f"/instances/{ended['latest_instance_id']}/rerun"
    answers.append(api.post(at, json={"from": ["run"], "inputs": given}))
    assert [each.status_code for each in answers] == [422] * 3
    assert {"is a secret" in each.json()["detail"] for each in answers} == {True}
    assert "letmein" not in "".join(each.text for each in answers)
