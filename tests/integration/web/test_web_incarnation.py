"""The incarnation over HTTP: who asks what is held, and who releases it (durability.md 8)."""

from __future__ import annotations

from pathlib import Path

import httpx2

from orchestrion.model.access import SYSTEM
from tests.integration.web.chains import gated, job_when
from tests.integration.web.documents import publish
from tests.services.web_service import WebService


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


def test_one_job_goes_on_alone(service: WebService, api: httpx2.Client, root_folder: str, tmp_path: Path) -> None:
    """Also one that had not begun; a second time there is nothing to release."""
    runbook_id = publish(api, root_folder, gated("Restored", tmp_path / "out"))
    first, second = (api.post(f"/runbooks/{runbook_id}/start").json()["id"] for _ in range(2))
    job_when(api, first, "running")
    service.call(service.core.incarnations.restored, SYSTEM)
    (tmp_path / "gate").touch()
    assert api.get("/incarnation").json()["held_jobs"] == 2
    released = api.post(f"/jobs/{second}/continue")
    assert (released.status_code, released.json()["status"]) == (200, "pending")
    assert api.post(f"/jobs/{second}/continue").status_code == 409
    api.post(f"/jobs/{first}/stop")
    assert api.get(f"/jobs/{second}", params={"wait": 25}).json()["status"] == "success"
