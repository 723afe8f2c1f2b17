"""Folders and runbooks over HTTP: check out and in, drafts, versions, import and export."""

from __future__ import annotations

import httpx2

from tests.integration.web.documents import broken, create, greeting, publish
from tests.services.web_service import WebService


def test_a_folder_is_made_renamed_and_deleted(api: httpx2.Client, root_folder: str) -> None:
    """Each step is seen in the list."""
    made = api.post("/folders", json={"parent_id": root_folder, "name": "Night work"}).json()
    assert api.patch(f"/folders/{made['id']}", json={"name": "Day work"}).json()["path"] == "Day work"
    assert api.delete(f"/folders/{made['id']}").status_code == 204
    assert "Day work" not in api.get("/folders").text


def test_a_folder_with_content_is_not_deleted(api: httpx2.Client, root_folder: str) -> None:
    """The refusal is a conflict."""
    folder = api.post("/folders", json={"parent_id": root_folder, "name": "Full"}).json()["id"]
    create(api, folder, greeting("Inside"))
    answer = api.delete(f"/folders/{folder}")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_a_runbook_goes_from_draft_to_version(api: httpx2.Client, root_folder: str) -> None:
    """Created checked out, saved, checked in: then it has a version, parameters and returned data."""
    runbook_id = publish(api, root_folder, greeting("Life"))
    found = api.get(f"/runbooks/{runbook_id}").json()
    assert (found["version"], found["checked_out_by"]) == (1, None)
    assert [each["name"] for each in found["parameters"]] == ["word"]
    assert [each["name"] for each in found["returned_data"]] == ["said"]
    assert api.get(f"/runbooks/{runbook_id}/draft").status_code == 404


def test_a_broken_draft_is_saved_and_not_checked_in(api: httpx2.Client, root_folder: str) -> None:
    """The refusal carries the findings, each with its place and the way out."""
    runbook_id = create(api, root_folder, broken())
    answer = api.post(f"/runbooks/{runbook_id}/check-in", json={})
    assert answer.status_code == 422
    [finding] = [each for each in answer.json()["findings"] if each["code"] == "unknown-type"]
    assert (finding["severity"], finding["place"]["activity"]) == ("error", "lost")
    assert finding["fix"]


def test_a_document_that_is_none_is_refused_with_its_place(api: httpx2.Client) -> None:
    """The path inside the document is told."""
    document = greeting() | {"links": [{"from": "start"}]}
    answer = api.post("/runbooks/check", json={"document": document})
    assert (answer.status_code, answer.json()["code"]) == (422, "document-invalid")
    assert answer.json()["place"].startswith("links[0]")


def test_an_old_revision_is_not_saved_over_a_newer_one(api: httpx2.Client, root_folder: str) -> None:
    """Two windows of one author cannot overwrite each other."""
    runbook_id = create(api, root_folder, greeting("Two windows"))
    stale = api.put(f"/runbooks/{runbook_id}/draft", json={"document": greeting("Two windows"), "revision": 1})
    assert stale.status_code == 409


def test_only_the_owner_of_a_check_out_saves(service: WebService, api: httpx2.Client, root_folder: str) -> None:
    """Somebody else is told who has it, and may take it over."""
    runbook_id = create(api, root_folder, greeting("Shared"))
    with service.as_user("second") as other:
        refused = other.post(f"/runbooks/{runbook_id}/check-out", json={})
        assert (refused.status_code, refused.json()["owner"]) == (409, "admin")
        taken = other.post(f"/runbooks/{runbook_id}/check-out", json={"take_over": True})
        assert taken.json()["owner"]["name"] == "second"
    late = api.put(f"/runbooks/{runbook_id}/draft", json={"document": greeting("Shared"), "revision": 2})
    assert (late.status_code, late.json()["owner"]) == (409, "second")


def test_undoing_a_check_out_gives_the_version_back(api: httpx2.Client, root_folder: str) -> None:
    """The draft is gone, the version stays."""
    runbook_id = publish(api, root_folder, greeting("Undone"))
    assert api.post(f"/runbooks/{runbook_id}/check-out").status_code == 200
    assert api.post(f"/runbooks/{runbook_id}/undo-check-out").status_code == 204
    assert api.get(f"/runbooks/{runbook_id}").json()["checked_out_by"] is None


def test_versions_are_kept_with_their_documents(api: httpx2.Client, root_folder: str) -> None:
    """The list has no documents, a single version has its own."""
    runbook_id = publish(api, root_folder, greeting("History"))
    [listed] = api.get(f"/runbooks/{runbook_id}/versions").json()
    assert (listed["version"], listed["comment"]) == (1, "first")
    assert api.get(f"/runbooks/{runbook_id}/versions/1").json()["document"]["name"] == "History"
    assert api.get(f"/runbooks/{runbook_id}/versions/2").status_code == 404


def test_lists_are_read_page_by_page(api: httpx2.Client, root_folder: str) -> None:
    """The cursor leads on until the last page, which has none."""
    folder = api.post("/folders", json={"parent_id": root_folder, "name": "Pages"}).json()["id"]
    for number in range(3):
        create(api, folder, greeting(f"Page {number}"))
    wanted = {"folder_id": folder, "limit": 2}
    first = api.get("/runbooks", params=wanted).json()
    last = api.get("/runbooks", params=wanted | {"cursor": first["next_cursor"]}).json()
    assert [each["name"] for each in first["items"] + last["items"]] == ["Page 0", "Page 1", "Page 2"]
    assert last["next_cursor"] is None


def test_a_deleted_runbook_is_found_no_more(api: httpx2.Client, root_folder: str) -> None:
    """By id, by path and in lists."""
    runbook_id = publish(api, root_folder, greeting("Short-lived"))
    assert api.delete(f"/runbooks/{runbook_id}").status_code == 204
    assert api.get(f"/runbooks/{runbook_id}").status_code == 404
    assert api.get("/runbooks/by-path", params={"path": "Short-lived"}).status_code == 404


def test_what_is_exported_is_imported_unchanged(api: httpx2.Client, root_folder: str) -> None:
    """The text of a runbook, imported where it came from, makes no version."""
    text = api.get(f"/runbooks/{publish(api, root_folder, greeting('Round trip'))}/export").text
    answer = api.post("/runbooks/import", json={"files": [{"path": "Round trip.yaml", "text": text}]})
    assert answer.json()["runbooks"][0]["action"] == "unchanged"


def test_an_import_is_all_or_nothing(api: httpx2.Client, root_folder: str) -> None:
    """One broken file keeps the good one out; the message names the file."""
    good = api.get(f"/runbooks/{publish(api, root_folder, greeting('Good'))}/export").text
    files = [{"path": "New/Good.yaml", "text": good}, {"path": "New/Bad.yaml", "text": "name: [broken"}]
    answer = api.post("/runbooks/import", json={"files": files})
    assert answer.status_code == 422
    assert "New/Bad.yaml" in answer.json()["detail"]
    assert not [each for each in api.get("/folders").json() if each["path"] == "New"]


def test_the_catalogue_has_what_the_designer_needs(api: httpx2.Client) -> None:
    """Types with their inputs, published data, kinds and icons."""
    types = {each["id"]: each for each in api.get("/activity-types").json()}
    line = types["text-files.append-line"]
    assert (line["kind"], line["effect"]["default"]) == ("activity", "verifiable")
    assert line["icon"].startswith("<svg")
    assert types["runbook-control.initialize-data"]["dynamic_items"]["input"] == "parameters"
    assert {"id": "text-files", "name": "Text Files"}.items() <= api.get("/packs").json()[-2].items()


def test_runbooks_of_one_import_know_each_other(api: httpx2.Client) -> None:
    """A runbook that comes with the one that invokes it is not said to be missing; its parameters are checked."""
    child = "orchestrion: runbook/1\nname: Child\nactivities: {a: {type: runbook-control.return-data}}\n"
    invoke = "{type: runbook-control.invoke-runbook, inputs: {runbook: Family/Child, by_path: true%s}}"
    parent = f"orchestrion: runbook/1\nname: Parent\nactivities: {{i: {invoke}}}\n"
    files = [{"path": "Family/p.yaml", "text": parent % ""}, {"path": "Family/c.yaml", "text": child}]
    answer = api.post("/runbooks/import", json={"files": files})
    assert answer.status_code == 200, answer.text
    assert "unknown-runbook" not in answer.text
    wrong = [{"path": "Family/p.yaml", "text": parent % ", parameters: {x: 1}"}]
    assert "There is no parameter 'x'" in api.post("/runbooks/import", json={"files": wrong}).text
