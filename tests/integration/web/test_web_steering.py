"""Pausing, stepping, giving data and looking at what is waited for, over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.integration.web.chains import chain, gated, job_when, steer, written
from tests.integration.web.documents import greeting, publish
from tests.services.waiting import eventually

UNKNOWN = "00000000-0000-7000-8000-000000000000"


def started(api: httpx2.Client, runbook_id: str) -> dict[str, Any]:
    """The job, which runs or, where nothing keeps it, has ended."""
    answer = api.post(f"/runbooks/{runbook_id}/start")
    assert answer.status_code == 201, answer.text
    return job_when(api, answer.json()["id"], "running", "success")


def stopped_before_b(api: httpx2.Client, folder: str, file: Path, name: str) -> dict[str, Any]:
    """A test of the chain that stands before its second activity."""
    runbook_id = publish(api, folder, chain(name, file))
    job = api.post(f"/runbooks/{runbook_id}/test", json={"breakpoints": {"b": ""}}).json()
    return job_when(api, job["id"], "held")


def test_a_paused_job_starts_nothing_more_until_it_is_continued(
    api: httpx2.Client, root_folder: str, tmp_path: Path
) -> None:
    """What runs ends; the job says who paused it, and one request lets it go on."""
    file = tmp_path / "out"
    job = started(api, publish(api, root_folder, gated("Paused", file)))
    assert api.post(f"/jobs/{job['id']}/pause").status_code == 200
    (tmp_path / "gate").touch()
    assert job_when(api, job["id"], "held")["reason"] == "Paused by admin."
    assert written(file) == "a"
    assert api.post(f"/jobs/{job['id']}/continue").json()["reason"] != "Paused by admin."
    job_when(api, job["id"], "success")
    assert written(file) == "abc"


def test_who_waits_for_a_job_learns_that_it_is_held(api: httpx2.Client, root_folder: str, tmp_path: Path) -> None:
    """When it is, not when the time is up: nothing more follows by itself."""
    runbook_id = publish(api, root_folder, chain("Waited for", tmp_path / "out"))
    job = api.post(f"/runbooks/{runbook_id}/test", json={"breakpoints": {"b": ""}}).json()
    held = api.get(f"/jobs/{job['id']}", params={"wait": 60}, timeout=30).json()
    assert held["status"] == "held"
    steer(api, held["latest_instance_id"], "continue")
    assert api.get(f"/jobs/{job['id']}", params={"wait": 20}).json()["status"] == "success"


def test_a_pause_is_taken_back_before_it_took_hold(api: httpx2.Client, root_folder: str, tmp_path: Path) -> None:
    """Continuing a job that still runs is no conflict: the pause is gone when its activity ends."""
    job = started(api, publish(api, root_folder, gated("Taken back", tmp_path / "out")))
    assert api.post(f"/jobs/{job['id']}/pause").status_code == 200
    assert api.post(f"/jobs/{job['id']}/continue").status_code == 200
    (tmp_path / "gate").touch()
    assert api.get(f"/jobs/{job['id']}", params={"wait": 20}).json()["status"] == "success"


def test_what_has_ended_can_neither_be_paused_nor_continued(
    api: httpx2.Client, root_folder: str, tmp_path: Path
) -> None:
    """Both are conflicts that say so; an unknown job is not found."""
    job = started(api, publish(api, root_folder, chain("Over", tmp_path / "out")))
    assert api.get(f"/jobs/{job['id']}", params={"wait": 20}).json()["status"] == "success"
    for verb in ("pause", "continue"):
        assert api.post(f"/jobs/{job['id']}/{verb}").status_code == 409
        assert api.post(f"/jobs/{UNKNOWN}/{verb}").status_code == 404
    assert api.post(f"/instances/{job['latest_instance_id']}/steer", json={"wish": "pause"}).status_code == 409


def test_a_stopped_instance_says_before_what_it_stands(api: httpx2.Client, root_folder: str, tmp_path: Path) -> None:
    """The activity is there with the inputs it would get."""
    job = stopped_before_b(api, root_folder, tmp_path / "out", "Stands")
    (wait,) = api.get(f"/instances/{job['latest_instance_id']}/waits").json()
    assert (wait["kind"], wait["activity_id"], wait["activity_name"]) == ("activity", "b", "B")
    assert (wait["inputs"]["text"], wait["due"], wait["child_job_id"]) == ("b", None, None)
    api.post(f"/jobs/{job['id']}/stop")


def test_a_skipped_activity_ends_as_it_was_told(api: httpx2.Client, root_folder: str, tmp_path: Path) -> None:
    """It does not run, its data is what was given, and its origin says so."""
    file = tmp_path / "out"
    job = stopped_before_b(api, root_folder, file, "Skipped")
    instance_id = job["latest_instance_id"]
    steer(api, instance_id, "skip", activity_id="b", records=[{"File path": "given"}])
    steer(api, instance_id, "continue")
    job_when(api, job["id"], "success")
    (given,) = api.get(f"/instances/{instance_id}/activities", params={"activity_id": "b"}).json()["items"]
    assert given["origin"] == {"reused_from": None, "given": True, "dry_run": None}
    assert api.get(f"/activity-instances/{given['id']}").json()["records"] == [{"File path": "given"}]
    assert written(file) == "ac"


def test_inputs_are_edited_and_a_skip_is_taken_back(api: httpx2.Client, root_folder: str, tmp_path: Path) -> None:
    """The activity runs after all, with what was given instead."""
    file = tmp_path / "out"
    job = stopped_before_b(api, root_folder, file, "Edited")
    steer(api, job["latest_instance_id"], "skip", activity_id="b")
    steer(api, job["latest_instance_id"], "unskip", activity_id="b")
    steer(api, job["latest_instance_id"], "edit", activity_id="b", inputs={"text": "x"})
    steer(api, job["latest_instance_id"], "continue")
    job_when(api, job["id"], "success")
    assert written(file) == "axc"


def test_a_step_goes_one_activity_further_and_run_to_up_to_the_named_one(
    api: httpx2.Client, root_folder: str, tmp_path: Path
) -> None:
    """Each stop has its reason."""
    runbook_id = publish(api, root_folder, chain("Stepped", tmp_path / "out"))
    job = job_when(api, api.post(f"/runbooks/{runbook_id}/test", json={"step": True}).json()["id"], "held")
    assert job["reason"] == "Stopped before 'A' (step)."
    steer(api, job["latest_instance_id"], "step")
    job = job_when(api, job["id"], "held", but=job["reason"])
    assert job["reason"] == "Stopped before 'B' (step)."
    steer(api, job["latest_instance_id"], "run-to", activity_id="c")
    job = job_when(api, job["id"], "held", but=job["reason"])
    assert (job["reason"], written(tmp_path / "out")) == ("Stopped before 'C' (run to here).", "ab")
    api.post(f"/jobs/{job['id']}/stop")


def test_breakpoints_can_be_changed_in_the_middle_of_a_run(
    api: httpx2.Client, root_folder: str, tmp_path: Path
) -> None:
    """A condition that is false does not stop; the next that is empty does."""
    job = stopped_before_b(api, root_folder, tmp_path / "out", "Moved")
    steer(api, job["latest_instance_id"], "breakpoints", at={"b": "{{ false }}", "c": ""})
    steer(api, job["latest_instance_id"], "continue")
    assert job_when(api, job["id"], "held", but=job["reason"])["reason"] == "Stopped before 'C' (breakpoint)."
    api.post(f"/jobs/{job['id']}/stop")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"wish": "fly"}, "wish"),
        ({"wish": "run-to"}, "'run-to' needs `activity_id`"),
        ({"wish": "edit", "activity_id": "b"}, "'edit' needs `inputs`"),
        ({"wish": "pause", "activity_id": "b"}, "'pause' does not take `activity_id`"),
        ({"wish": "skip", "activity_id": "b", "status": "canceled"}, "status"),
        ({"wish": "skip", "activity": "b"}, "activity"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(api: httpx2.Client, body: dict[str, str], problem: str) -> None:
    """Whatever it would silently ignore is named."""
    answer = api.post(f"/instances/{UNKNOWN}/steer", json=body)
    assert answer.status_code == 422
    assert problem in answer.json()["detail"]


def test_an_unknown_activity_is_not_found(api: httpx2.Client, root_folder: str, tmp_path: Path) -> None:
    """Neither as the target nor as a breakpoint."""
    job = stopped_before_b(api, root_folder, tmp_path / "out", "Lost")
    at = f"/instances/{job['latest_instance_id']}/steer"
    assert api.post(at, json={"wish": "run-to", "activity_id": "z"}).status_code == 404
    assert api.post(at, json={"wish": "breakpoints", "at": {"z": ""}}).status_code == 404
    api.post(f"/jobs/{job['id']}/stop")


def test_what_people_do_to_a_run_is_audited(api: httpx2.Client, root_folder: str, tmp_path: Path) -> None:
    """Test, steering, start and rerun stand there with the name of who did it."""
    job = stopped_before_b(api, root_folder, tmp_path / "out", "Audited")
    instance_id = job["latest_instance_id"]
    steer(api, instance_id, "skip", activity_id="b")
    api.post(f"/jobs/{job['id']}/continue")
    job_when(api, job["id"], "success")
    real = started(api, job["runbook_id"])
    assert api.get(f"/jobs/{real['id']}", params={"wait": 20}).json()["status"] == "success"
    assert api.post(f"/instances/{real['latest_instance_id']}/rerun", json={"from": ["c"]}).status_code == 201
    entries = api.get("/audit", params={"limit": 20}).json()["items"][::-1]
    done = [(each["user"], each["action"]) for each in entries if each["object_name"] == "Audited"]
    wanted = ["tested", "steered: skip", "steered: continue", "started", "run again"]
    assert done[-len(wanted) :] == [("admin", action) for action in wanted]


def test_the_jobs_of_invoked_runbooks_are_listed(api: httpx2.Client, root_folder: str, tmp_path: Path) -> None:
    """Parent and child know each other, and the parent waits for the child by its job."""
    child_id = publish(api, root_folder, gated("Child", tmp_path / "out"))
    parent = greeting("Parent")
    parent["activities"] = {"invoke": {"type": "runbook-control.invoke-runbook", "inputs": {"runbook": child_id}}}
    parent["links"], parent["returned_data"] = [], []
    job = started(api, publish(api, root_folder, parent))
    at = f"/instances/{job['latest_instance_id']}"
    (child,) = eventually(lambda: api.get(f"{at}/children").json() or None, "the child's job")
    assert (child["parent_job_id"], child["parent_instance_id"]) == (job["id"], job["latest_instance_id"])
    assert (child["depth"], job["depth"], child["is_test"]) == (1, 0, False)
    (wait,) = api.get(f"{at}/waits").json()
    assert wait["child_job_id"] == child["id"]
    (tmp_path / "gate").touch()
    job_when(api, job["id"], "success")
    assert api.get(f"{at}/waits").json() == []
    assert api.get(f"/instances/{UNKNOWN}/children").status_code == 404
