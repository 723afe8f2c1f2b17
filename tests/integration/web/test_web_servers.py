"""Runbook servers and enrolment tokens over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

QUICK = "orchestrion: runbook/1\nname: {name}\nactivities: {{a: {{type: runbook-control.return-data}}}}\nlinks: []\n"


@pytest.fixture
def server(api: httpx2.Client) -> Iterator[dict[str, Any]]:
    """The only server; afterwards it works again, without a limit."""
    (found,) = api.get("/servers").json()
    yield found
    api.post(f"/servers/{found['id']}/resume").raise_for_status()
    api.put("/server-limits", json={"limit": None}).raise_for_status()


def started(api: httpx2.Client, name: str, **order: Any) -> dict[str, Any]:
    """A job of a new runbook."""
    files = [{"path": f"{name}.yaml", "text": QUICK.format(name=name)}]
    api.post("/runbooks/import", json={"files": files}).raise_for_status()
    answer = api.post("/runbooks/by-path/start", json={"path": name, **order})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_server_says_what_and_where_it_is(api: httpx2.Client, server: dict[str, Any]) -> None:
    """In the list and alone."""
    assert (server["role"], server["status"], server["limit"]) == ("primary", "online", None)
    assert server["process_id"]
    assert server["machine"]
    alone = api.get(f"/servers/{server['id']}").json()
    assert {name: alone[name] for name in ("name", "packs", "capacity")} == {
        name: server[name] for name in ("name", "packs", "capacity")
    }


def test_a_drained_server_takes_nothing_until_it_is_resumed(api: httpx2.Client, server: dict[str, Any]) -> None:
    """The job says why it waits, for people and programs, alone and in the list."""
    assert api.post(f"/servers/{server['id']}/drain").json()["status"] == "draining"
    job = started(api, "Drained", priority=7)
    told = api.get(f"/jobs/{job['id']}").json()
    assert (told["status"], told["reason_code"], told["priority"]) == ("pending", "servers-draining", 7)
    assert f"'{server['name']}' is being drained" in told["reason"]
    listed = api.get("/jobs", params={"status": "pending"}).json()["items"]
    assert told["reason"] in [each["reason"] for each in listed]
    waiting = api.get(f"/instances/{told['latest_instance_id']}").json()
    assert waiting["reason_code"] == "servers-draining"
    api.post(f"/servers/{server['id']}/resume").raise_for_status()
    ended = api.get(f"/jobs/{job['id']}", params={"wait": 20}).json()
    assert (ended["status"], ended["reason_code"]) == ("success", None)


def test_maintenance_and_limits_are_set_and_taken_back(api: httpx2.Client, server: dict[str, Any]) -> None:
    """Each answer shows the server as it is then."""
    path = f"/servers/{server['id']}"
    assert api.post(f"{path}/maintenance", json={"on": True}).json()["status"] == "maintenance"
    assert api.post(f"{path}/maintenance", json={"on": False}).json()["status"] == "online"
    assert api.put(f"{path}/limit", json={"limit": 3}).json()["limit"] == 3
    assert [each["limit"] for each in api.put("/server-limits", json={"limit": 5}).json()] == [5]
    assert api.put(f"{path}/limit", json={"limit": 0}).status_code == 422


def test_a_server_that_works_is_not_removed(api: httpx2.Client, server: dict[str, Any]) -> None:
    """That is a conflict; moving the only one changes nothing."""
    assert api.delete(f"/servers/{server['id']}").status_code == 409
    for change in ("promote", "demote"):
        (found,) = api.post(f"/servers/{server['id']}/{change}").json()
        assert found["role"] == "primary"


def test_defaults_are_changed_in_part(api: httpx2.Client, server: dict[str, Any]) -> None:
    """Unknown servers are refused by name."""
    changed = api.patch("/server-defaults", json={"assignment": "least-loaded"}).json()
    assert changed == {"servers": [], "assignment": "least-loaded"}
    assert api.patch("/server-defaults", json={"servers": [server["name"]]}).json()["servers"] == [server["name"]]
    refused = api.patch("/server-defaults", json={"servers": ["nobody"]})
    assert (refused.status_code, "nobody" in refused.text) == (422, True)
    api.patch("/server-defaults", json={"servers": [], "assignment": "spill-over"}).raise_for_status()
    assert api.get("/server-defaults").json() == {"servers": [], "assignment": "spill-over"}


def test_a_token_is_shown_once(api: httpx2.Client) -> None:
    """The list has everything else of it."""
    made = api.post("/enrolment-tokens", json={"uses": 2, "tags": ["zone=dmz"]}).json()
    secret = made.pop("token")
    (listed,) = [each for each in api.get("/enrolment-tokens").json() if each["id"] == made["id"]]
    assert listed == made
    assert secret not in api.get("/enrolment-tokens").text + api.get("/audit").text
    assert api.delete(f"/enrolment-tokens/{made['id']}").status_code == 204
    assert api.get("/enrolment-tokens").json()[0]["revoked_at"] is not None


def test_a_start_may_name_tags_that_are_there(api: httpx2.Client) -> None:
    """Others are refused in words."""
    files = [{"path": "t.yaml", "text": QUICK.format(name="Tagged")}]
    api.post("/runbooks/import", json={"files": files}).raise_for_status()
    refused = api.post("/runbooks/by-path/start", json={"path": "Tagged", "servers": ["tag:zone=moon"]})
    assert refused.status_code == 422
    assert "There is no runbook server with the tag 'zone=moon'." in refused.text
