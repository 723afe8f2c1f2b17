"""Variables, the audit and health over HTTP."""

from __future__ import annotations

import httpx2

from orchestrion.web.app import describe


def test_an_encrypted_value_goes_in_and_never_out(api: httpx2.Client) -> None:
    """No answer shows it, and it cannot be decrypted by a change."""
    made = api.post("/variables", json={"path": "Mail/Password", "value": "s3cret-canary", "encrypted": True})
    assert made.status_code == 201
    assert made.json()["value"] is None
    change = api.patch(f"/variables/{made.json()['id']}", json={"encrypted": False})
    assert change.status_code == 422
    assert "s3cret-canary" not in api.get("/variables").text + api.get("/audit").text


def test_a_variable_is_changed_in_part_and_deleted(api: httpx2.Client) -> None:
    """What is left out stays."""
    made = api.post("/variables", json={"path": "Paths/Log", "value": "a", "description": "where"}).json()
    changed = api.patch(f"/variables/{made['id']}", json={"value": "b"}).json()
    assert (changed["value"], changed["description"]) == ("b", "where")
    assert api.delete(f"/variables/{made['id']}").status_code == 204
    assert api.delete(f"/variables/{made['id']}").status_code == 404


def test_two_variables_with_one_path_are_a_conflict(api: httpx2.Client) -> None:
    """Paths are compared without case."""
    api.post("/variables", json={"path": "One", "value": "1"})
    assert api.post("/variables", json={"path": "ONE", "value": "2"}).status_code == 409


def test_every_change_is_in_the_audit(api: httpx2.Client, root_folder: str) -> None:
    """Who, what, to which thing, from where."""
    api.post("/folders", json={"parent_id": root_folder, "name": "Audited"})
    newest = api.get("/audit", params={"limit": 1}).json()
    [entry] = newest["items"]
    assert (entry["user"], entry["action"], entry["object_name"]) == ("admin", "created", "Audited")
    assert entry["origin"] == "127.0.0.1"
    assert newest["next_cursor"] == entry["id"]


def test_health_looks_at_database_and_servers(api: httpx2.Client, stranger: httpx2.Client) -> None:
    """In detail for whoever signed in; a stranger learns only that somebody answers."""
    health = api.get("/health").json()
    assert health["status"] == "ok"
    assert {each["name"] for each in health["checks"]} >= {"Orchestration database", "Runbook servers"}
    for probe in ("/healthz", "/health/live", "/health/ready"):
        assert stranger.get(probe).json() == {"status": "ok"}


def test_the_description_is_served_and_is_openapi_3_1(api: httpx2.Client) -> None:
    """The same document that `orchestrion openapi` prints."""
    served = api.get("/openapi.json").json()
    assert served == describe()
    assert served["openapi"].startswith("3.1")


def test_every_operation_is_named_and_described() -> None:
    """Clients are generated from these names."""
    operations = [each for path in describe()["paths"].values() for each in path.values()]
    names = [each["operationId"] for each in operations]
    assert len(names) == len(set(names))
    assert all(each["summary"] and each["description"] and each["tags"] for each in operations)
