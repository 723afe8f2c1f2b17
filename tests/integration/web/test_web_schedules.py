"""Schedules over HTTP."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

DAY, NIGHT = "1" * 24, "1" * 6 + "0" * 18


def made(api: httpx2.Client, path: str, **body: Any) -> dict[str, Any]:
    """What a POST made."""
    answer = api.post("/schedules", json={"path": path, **body})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_schedule_permits_always_unless_told_otherwise(api: httpx2.Client) -> None:
    """Every day of the week in every week, all hours."""
    new = made(api, "Web/Always")
    assert new["hours"] == [DAY] * 7
    assert (len(new["days"]["weekdays"]), len(new["days"]["occurrences"]), new["exceptions"]) == (7, 5, [])
    windows = api.get(f"/schedules/{new['id']}/windows").json()
    assert [each["end"] for each in windows] == [None]


def test_a_schedule_is_made_changed_in_part_and_deleted(api: httpx2.Client) -> None:
    """What is left out, or null, stays."""
    exceptions = [{"date": "2026-12-24", "ruling": "disallow"}]
    days = {"by": "month", "text": "1-21, last"}
    new = made(api, "Web/Nights", days=days, hours=[NIGHT] * 7, time_zone="Europe/Berlin", exceptions=exceptions)
    changed = api.patch(f"/schedules/{new['id']}", json={"description": "When nobody works", "days": None}).json()
    assert changed == new | {"description": "When nobody works", "left_behind": []}
    assert api.get(f"/schedules/{new['id']}").json() == new | {"description": "When nobody works"}
    assert new["path"] in [each["path"] for each in api.get("/schedules").json()]
    assert api.delete(f"/schedules/{new['id']}").status_code == 204
    assert api.get(f"/schedules/{new['id']}").status_code == 404


def test_windows_are_told_by_the_clock_that_counts(api: httpx2.Client) -> None:
    """As many as asked for, of a stored schedule and of one that is only tried."""
    details: dict[str, Any] = {"hours": [NIGHT] * 7, "time_zone": "Asia/Kolkata"}
    tried = api.post("/schedules/preview?count=3", json=details).json()
    assert [each["end"][10:] for each in tried] == ["T06:00:00+05:30"] * 3
    new = made(api, "Web/Kolkata", **details)
    assert api.get(f"/schedules/{new['id']}/windows?count=3").json()[1:] == tried[1:]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"days": {"by": "month", "text": "1-last"}}, "cannot be part of a range (at character 3)"),
        ({"time_zone": "Nowhere"}, "no time zone 'Nowhere'"),
        ({"hours": [DAY] * 6}, "hours"),
        ({"hours": ["x" * 24] * 7}, "hours"),
        ({"days": {"by": "year"}}, "days"),
        ({"exceptions": [{"date": "2026-12-24", "ruling": "allow"}] * 2}, "two exceptions for 2026-12-24"),
    ],
)
def test_what_makes_no_sense_is_refused(api: httpx2.Client, body: dict[str, Any], detail: str) -> None:
    """Whether it is to be stored or tried."""
    for answer in (api.post("/schedules", json={"path": "Web/No", **body}), api.post("/schedules/preview", json=body)):
        assert answer.status_code == 422
        assert detail in answer.json()["detail"]


def test_the_place_of_a_mistake_in_days_is_told(api: httpx2.Client) -> None:
    """Counted from 0, for the field that shows it."""
    answer = api.post("/schedules/preview", json={"days": {"by": "month", "text": "1, 32"}}).json()
    assert (answer["code"], answer["position"]) == ("days-of-month-invalid", 3)


def test_runbooks_that_use_a_schedule_are_named(api: httpx2.Client) -> None:
    """It is not deleted, and a rename tells whom it leaves behind."""
    new = made(api, "Web/Used")
    root = next(each for each in api.get("/folders").json() if not each["path"])
    runbook = api.post("/runbooks", json={"folder_id": root["id"], "name": "Keeps to it"}).json()
    draft = api.get(f"/runbooks/{runbook['id']}/draft").json()
    document = {**draft["document"], "settings": {"schedule": "web/used"}}
    saved = api.put(f"/runbooks/{runbook['id']}/draft", json={"document": document, "revision": draft["revision"]})
    assert saved.status_code == 200, saved.text
    assert api.get(f"/schedules/{new['id']}/runbooks").json() == {"runbooks": ["Keeps to it"]}
    refused = api.delete(f"/schedules/{new['id']}")
    assert (refused.status_code, "'Keeps to it'" in refused.json()["detail"]) == (409, True)
    assert api.patch(f"/schedules/{new['id']}", json={"path": "Web/Free"}).json()["left_behind"] == ["Keeps to it"]


def test_strangers_see_and_try_nothing(stranger: httpx2.Client) -> None:
    """Without sign-in there is no answer."""
    assert stranger.get("/schedules").status_code == 401
    assert stranger.post("/schedules/preview", json={}).status_code == 401
