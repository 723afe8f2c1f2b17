"""Runbooks that leave a trace in a file, and how far they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2

from tests.services.waiting import eventually


def chain(name: str, file: Path) -> dict[str, Any]:
    """Three activities that append their letters to `file`, one after the other."""
    activities = {
        letter: {
            "type": "text-files.append-line",
            "name": letter.upper(),
            "inputs": {"file": str(file), "text": letter},
        }
        for letter in "abc"
    }
    links = [{"from": "a", "to": "b"}, {"from": "b", "to": "c"}]
    return {"orchestrion": "runbook/1", "name": name, "activities": activities, "links": links}


def gated(name: str, file: Path) -> dict[str, Any]:
    """The chain, whose first activity waits until the file `gate` stands beside `file`."""
    document = chain(name, file)
    script = f"while [ ! -e {file.parent / 'gate'} ]; do sleep 0.05; done; echo a >> {file}"
    document["activities"]["a"] = {"type": "system.run-script", "name": "A", "inputs": {"script": script}}
    document["activities"]["a"]["inputs"]["type"] = "Shell"
    return document


def written(file: Path) -> str:
    """The letters in the file, in their order."""
    return "".join(file.read_text().split()) if file.exists() else ""


def job_when(api: httpx2.Client, job_id: str, *statuses: str, but: str | None = None) -> dict[str, Any]:
    """The job as soon as it has one of the statuses, for another reason than `but`."""

    def look() -> dict[str, Any] | None:
        job: dict[str, Any] = api.get(f"/jobs/{job_id}").json()
        return job if job["status"] in statuses and (but is None or job["reason"] != but) else None

    return eventually(look, f"job {job_id} to be {' or '.join(statuses)}")


def steer(api: httpx2.Client, instance_id: str, wish: str, **more: Any) -> dict[str, Any]:
    """The instance after it was told what is wanted."""
    answer = api.post(f"/instances/{instance_id}/steer", json={"wish": wish, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
