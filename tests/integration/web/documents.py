"""Runbook documents for tests of the API."""

from __future__ import annotations

from typing import Any

import httpx2


def greeting(name: str = "Greeting") -> dict[str, Any]:
    """A runbook with one parameter that returns what it compared."""
    return {
        "orchestrion": "runbook/1",
        "name": name,
        "returned_data": [{"name": "said", "type": "text", "description": "The greeting"}],
        "activities": {
            "start": {
                "type": "runbook-control.initialize-data",
                "name": "Initialize Data",
                "inputs": {"parameters": [{"name": "word", "type": "text", "required": True}]},
            },
            "done": {
                "type": "runbook-control.return-data",
                "name": "Return Data",
                "inputs": {"values": {"said": 'hello {{ start["word"] }}'}},
            },
        },
        "links": [{"from": "start", "to": "done"}],
    }


def broken(name: str = "Broken") -> dict[str, Any]:
    """A runbook that can be saved and not checked in: its activity type does not exist."""
    activities = {"lost": {"type": "nowhere.nothing", "name": "Lost", "inputs": {}}}
    return {"orchestrion": "runbook/1", "name": name, "activities": activities, "links": []}


def create(api: httpx2.Client, folder_id: str, document: dict[str, Any]) -> str:
    """A runbook with this document as its draft; gives its id."""
    made = api.post("/runbooks", json={"folder_id": folder_id, "name": document["name"]})
    assert made.status_code == 201, made.text
    runbook_id = str(made.json()["id"])
    saved = api.put(f"/runbooks/{runbook_id}/draft", json={"document": document, "revision": 1})
    assert saved.status_code == 200, saved.text
    return runbook_id


def publish(api: httpx2.Client, folder_id: str, document: dict[str, Any]) -> str:
    """A checked-in runbook with this document; gives its id."""
    runbook_id = create(api, folder_id, document)
    done = api.post(f"/runbooks/{runbook_id}/check-in", json={"comment": "first"})
    assert done.status_code == 200, done.text
    return runbook_id


def run(api: httpx2.Client, runbook_id: str, **parameters: Any) -> dict[str, Any]:
    """Starts the runbook and gives its job when it has ended."""
    started = api.post(f"/runbooks/{runbook_id}/start", json={"parameters": parameters})
    assert started.status_code == 201, started.text
    ended: dict[str, Any] = api.get(f"/jobs/{started.json()['id']}", params={"wait": 30}).json()
    return ended
