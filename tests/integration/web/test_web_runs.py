"""Starting, watching and stopping over HTTP, with a real runbook server behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2

from tests.integration.web.documents import greeting, publish, run
from tests.services.waiting import eventually

UNKNOWN = "00000000-0000-7000-8000-000000000000"


def test_a_started_runbook_returns_its_data(api: httpx2.Client, root_folder: str) -> None:
    """The long poll ends with the job, which carries what the runbook returned."""
    job = run(api, publish(api, root_folder, greeting("Hello")), word="world")
    assert job["status"] == "success"
    assert job["returned_data"] == [{"said": "hello world"}]
    assert (job["created_by"]["name"], job["parameters"]) == ("admin", {"word": "world"})


def test_wrong_parameters_are_refused_each_by_its_name(api: httpx2.Client, root_folder: str) -> None:
    """Nothing is started."""
    runbook_id = publish(api, root_folder, greeting("Refused"))
    answer = api.post(f"/runbooks/{runbook_id}/start", json={"parameters": {"wort": "x"}})
    assert answer.status_code == 422
    assert answer.json()["problems"] == ["There is no parameter 'wort'.", "The parameter 'word' is required."]
    assert api.get("/jobs", params={"runbook_id": runbook_id}).json()["items"] == []


def test_the_same_key_starts_once(api: httpx2.Client, root_folder: str) -> None:
    """A repeated request, by path or by id, gives the first job."""
    runbook_id = publish(api, root_folder, greeting("Once"))
    order = {"parameters": {"word": "x"}, "idempotency_key": "a key"}
    first = api.post(f"/runbooks/{runbook_id}/start", json=order).json()
    again = api.post("/runbooks/by-path/start", json=order | {"path": "once"}).json()
    assert first["id"] == again["id"]


def test_a_runbook_without_version_does_not_start(api: httpx2.Client, root_folder: str) -> None:
    """It has never been checked in: a conflict."""
    made = api.post("/runbooks", json={"folder_id": root_folder, "name": "Only a draft"}).json()
    assert api.post(f"/runbooks/{made['id']}/start").status_code == 409


def test_an_instance_shows_its_diagram_and_what_each_activity_did(api: httpx2.Client, root_folder: str) -> None:
    """Document, states by activity, and the executions in the order they ended."""
    job = run(api, publish(api, root_folder, greeting("Seen")), word="x")
    instance = api.get(f"/instances/{job['latest_instance_id']}").json()
    assert instance["document"]["name"] == "Seen"
    assert {name: each["status"] for name, each in instance["activities"].items()} == {
        "start": "success",
        "done": "success",
    }
    items = api.get(f"/instances/{instance['id']}/activities").json()["items"]
    assert [(each["activity_name"], each["type"]) for each in items] == [
        ("Initialize Data", "runbook-control.initialize-data"),
        ("Return Data", "runbook-control.return-data"),
    ]


def test_an_activity_instance_shows_inputs_records_and_common_data(api: httpx2.Client, root_folder: str) -> None:
    """Everything that was journaled is there to be read."""
    job = run(api, publish(api, root_folder, greeting("Deep")), word="x")
    items = api.get(f"/instances/{job['latest_instance_id']}/activities").json()["items"]
    start, done = (api.get(f"/activity-instances/{each['id']}").json() for each in items)
    assert start["records"] == [{"word": "x"}]
    assert done["inputs"]["values"] == {"said": "hello x"}
    assert done["common"]["Activity name"] == "Return Data"


def test_an_activity_that_runs_is_listed_after_those_that_ended(
    api: httpx2.Client, root_folder: str, tmp_path: Path
) -> None:
    """It is shown with its inputs before its outcome is known, and once when it has ended."""
    gate = tmp_path / "gate"
    document = greeting("Watched")
    script = {"type": "Shell", "script": f"while [ ! -e {gate} ]; do sleep 0.05; done"}
    document["activities"]["slow"] = {"type": "system.run-script", "name": "Slow", "inputs": script}
    document["links"].append({"from": "start", "to": "slow"})
    job = api.post(f"/runbooks/{publish(api, root_folder, document)}/start", json={"parameters": {"word": "x"}}).json()

    def listed() -> list[dict[str, Any]]:
        instance_id = api.get(f"/jobs/{job['id']}").json()["latest_instance_id"]
        return list(api.get(f"/instances/{instance_id}/activities").json()["items"]) if instance_id else []

    *_, slow = eventually(lambda: found if len(found := listed()) == 3 else None, "three activity instances")
    assert (slow["activity_id"], slow["status"], slow["ended_at"]) == ("slow", "running", None)
    detail = api.get(f"/activity-instances/{slow['id']}").json()
    assert (detail["inputs"]["script"], detail["records"], detail["common"]) == (script["script"], [], {})
    gate.touch()
    assert api.get(f"/jobs/{job['id']}", params={"wait": 20}).json()["status"] == "success"
    assert api.get(f"/activity-instances/{slow['id']}").json()["status"] == "success"
    assert len(listed()) == 3


def test_instances_know_their_neighbours(api: httpx2.Client, root_folder: str) -> None:
    """Previous, next and latest of the same runbook."""
    runbook_id = publish(api, root_folder, greeting("Twice"))
    first, second = (run(api, runbook_id, word=word)["latest_instance_id"] for word in ("a", "b"))
    assert api.get(f"/instances/{first}").json()["next_id"] == second
    assert api.get(f"/instances/{second}").json()["previous_id"] == first


def test_jobs_and_instances_are_filtered_and_paged(api: httpx2.Client, root_folder: str) -> None:
    """By runbook and status, newest first, page by page."""
    runbook_id = publish(api, root_folder, greeting("Listed"))
    ids = [run(api, runbook_id, word=str(number))["id"] for number in range(3)]
    wanted: dict[str, Any] = {"runbook_id": runbook_id, "status": ["success", "failed"], "limit": 2}
    page = api.get("/jobs", params=wanted).json()
    rest = api.get("/jobs", params=wanted | {"cursor": page["next_cursor"]}).json()
    assert [each["id"] for each in page["items"] + rest["items"]] == ids[::-1]
    assert api.get("/jobs", params={"runbook_id": runbook_id, "status": "failed"}).json()["items"] == []
    assert len(api.get("/instances", params={"runbook_id": runbook_id}).json()["items"]) == 3
    assert len(api.get(f"/jobs/{ids[0]}/instances").json()["items"]) == 1


def test_a_monitor_waits_until_it_is_stopped(api: httpx2.Client, root_folder: str) -> None:
    """Its job is armed, and ends as canceled."""
    document = greeting("Watch")
    document["activities"] = {
        "clock": {
            "type": "scheduling.monitor-date-time",
            "name": "Monitor Date/Time",
            "inputs": {"schedule_mode": "At"},
        },
    }
    document["links"], document["returned_data"] = [], []
    runbook_id = publish(api, root_folder, document)
    job = api.post(f"/runbooks/{runbook_id}/start").json()
    assert job["is_monitor"]
    assert api.get(f"/jobs/{job['id']}/triggers").json() == []
    assert api.post(f"/runbooks/{runbook_id}/stop").json() == {"stopped": 1}
    assert api.get(f"/jobs/{job['id']}", params={"wait": 20}).json()["status"] == "canceled"


def test_what_does_not_exist_is_not_found(api: httpx2.Client) -> None:
    """Unknown ids are 404 wherever they stand."""
    for path in (f"/jobs/{UNKNOWN}", f"/instances/{UNKNOWN}", f"/activity-instances/{UNKNOWN}"):
        assert api.get(path).status_code == 404
    assert api.post(f"/activity-instances/{UNKNOWN}/answer", json={"answer": "fail"}).status_code == 404
    assert api.get("/jobs/no-id").status_code == 422


def test_what_is_no_id_is_told_in_words(api: httpx2.Client) -> None:
    """Not as the pattern that ids have."""
    answer = api.get("/jobs/nonsense")
    assert (answer.status_code, "an id is a uuid, such as" in answer.json()["detail"]) == (422, True)


def test_doubts_events_and_servers_are_listed(api: httpx2.Client) -> None:
    """The server of this process is online with its packs."""
    assert api.get("/doubts").json() == []
    assert api.get("/events", params={"severity": "Error"}).status_code == 200
    [server] = api.get("/servers").json()
    assert (server["name"], server["status"], server["role"]) == ("tester", "online", "primary")
    assert "text-files" in {each["id"] for each in server["packs"]}
