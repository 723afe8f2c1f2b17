"""Running ended instances again over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.integration.web.chains import chain, gated, job_when, written
from tests.integration.web.documents import publish, run

UNKNOWN = "00000000-0000-7000-8000-000000000000"


def failed(api: httpx2.Client, folder: str, file: Path, name: str) -> dict[str, Any]:
    """The job of a chain whose last activity cannot write where it should."""
    document = chain(name, file)
    document["activities"]["c"]["inputs"]["file"] = str(file.parent / "missing" / "out")
    job = run(api, publish(api, folder, document))
    assert job["status"] == "failed"
    return job


def test_the_preview_tells_what_would_happen(api: httpx2.Client, root_folder: str, tmp_path: Path) -> None:
    """What is reused, and what runs again with which effect; nothing is started."""
    job = failed(api, root_folder, tmp_path / "out", "Previewed")
    answer = api.post(f"/instances/{job['latest_instance_id']}/rerun/preview", json={"from": ["b"]})
    steps = [(each["activity_id"], each["verdict"], each["executions"], each["effect"]) for each in answer.json()]
    assert steps == [
        ("a", "reused", 1, None),
        ("b", "runs again", 1, "verifiable"),
        ("c", "runs again", 1, "verifiable"),
    ]
    assert len(api.get("/jobs", params={"runbook_id": job["runbook_id"]}).json()["items"]) == 1


def test_a_failed_instance_is_made_good_with_an_edited_input(
    api: httpx2.Client, root_folder: str, tmp_path: Path
) -> None:
    """What had succeeded is taken over; the new job names the instance that it repeats."""
    file = tmp_path / "out"
    job = failed(api, root_folder, file, "Made good")
    order = {"from": ["c"], "inputs": {"c": {"file": str(file)}}}
    again = api.post(f"/instances/{job['latest_instance_id']}/rerun", json=order)
    assert (again.status_code, again.json()["rerun_of"]) == (201, job["latest_instance_id"])
    ended = job_when(api, again.json()["id"], "success")
    assert written(file) == "abc"
    before = api.get(f"/instances/{job['latest_instance_id']}/activities").json()["items"]
    items = api.get(f"/instances/{ended['latest_instance_id']}/activities").json()["items"]
    origins = [each["origin"] and each["origin"]["reused_from"] for each in items]
    assert origins == [before[0]["id"], before[1]["id"], None]


def test_a_newer_version_runs_again_where_it_differs(api: httpx2.Client, root_folder: str, tmp_path: Path) -> None:
    """The version is named; what is the same before the difference is reused."""
    file = tmp_path / "out"
    job = failed(api, root_folder, file, "Mended")
    draft = api.post(f"/runbooks/{job['runbook_id']}/check-out").json()
    order = {"document": chain("Mended", file), "revision": draft["revision"]}
    assert api.put(f"/runbooks/{job['runbook_id']}/draft", json=order).status_code == 200
    assert api.post(f"/runbooks/{job['runbook_id']}/check-in").status_code == 200
    body = {"from": ["c"], "version": 2}
    again = api.post(f"/instances/{job['latest_instance_id']}/rerun", json=body).json()
    assert job_when(api, again["id"], "success")["version"] == 2
    assert written(file) == "abc"


def test_an_instance_that_goes_on_is_not_run_again(api: httpx2.Client, root_folder: str, tmp_path: Path) -> None:
    """It is a conflict, in the preview as well."""
    runbook_id = publish(api, root_folder, gated("Going on", tmp_path / "out"))
    job = job_when(api, api.post(f"/runbooks/{runbook_id}/start").json()["id"], "running")
    for at in ("rerun/preview", "rerun"):
        assert api.post(f"/instances/{job['latest_instance_id']}/{at}", json={"from": ["b"]}).status_code == 409
    (tmp_path / "gate").touch()
    job_when(api, job["id"], "success")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"from": []}, 422),
        ({"from": ["z"]}, 404),
        ({"from": ["c"], "inputs": {"a": {"text": "x"}}}, 422),
        ({"from": ["c"], "version": 9}, 404),
        ({"begin_at": ["c"]}, 422),
    ],
)
def test_a_rerun_that_makes_no_sense_is_refused(
    api: httpx2.Client, root_folder: str, tmp_path: Path, body: dict[str, Any], status: int
) -> None:
    """No beginning, an unknown one, an unknown version, or inputs of what is not run again."""
    job = failed(api, root_folder, tmp_path / "out", f"Refused {tmp_path.name}")
    for at in ("rerun/preview", "rerun"):
        assert api.post(f"/instances/{job['latest_instance_id']}/{at}", json=body).status_code == status
    assert api.post(f"/instances/{UNKNOWN}/rerun", json={"from": ["a"]}).status_code == 404
