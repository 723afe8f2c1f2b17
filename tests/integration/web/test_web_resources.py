"""Counters and computer groups over HTTP."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest


def made(api: httpx2.Client, at: str, /, **body: Any) -> dict[str, Any]:
    """What a POST there made."""
    answer = api.post(at, json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_counter_is_made_changed_in_part_and_deleted(api: httpx2.Client) -> None:
    """It begins at its default; what is left out stays; null takes a bound away."""
    new = made(api, "/counters", path="Web/Tries", default_value=2, minimum=0, maximum=9)
    assert (new["value"], new["minimum"], new["maximum"]) == (2, 0, 9)
    changed = api.patch(f"/counters/{new['id']}", json={"maximum": None, "path": None}).json()
    assert changed == new | {"maximum": None} == api.get(f"/counters/{new['id']}").json()
    assert changed in api.get("/counters").json()
    assert api.delete(f"/counters/{new['id']}").status_code == 204
    assert api.get(f"/counters/{new['id']}").status_code == 404


def test_a_counter_is_counted(api: httpx2.Client) -> None:
    """Each operation answers the counter with its new value."""
    new = made(api, "/counters", path="Web/Counted", default_value=1)
    orders = [
        {"operation": "increment", "amount": 5},
        {"operation": "decrement", "amount": 2},
        {"operation": "compare-and-set", "amount": 7, "expected": 4},
        {"operation": "set", "amount": -1},
        {"operation": "reset"},
    ]
    answers = [api.post(f"/counters/{new['id']}/change", json=order).json() for order in orders]
    assert [each["value"] for each in answers] == [6, 4, 7, -1, 1]


@pytest.mark.parametrize(
    ("order", "status", "detail"),
    [
        ({"operation": "increment", "amount": 5}, 422, "its maximum is 3"),
        ({"operation": "compare-and-set", "amount": 1, "expected": 2}, 409, "is not 2"),
        ({"operation": "increment"}, 422, "needs a number"),
        ({"operation": "double"}, 422, "operation"),
    ],
)
def test_a_change_that_cannot_be_is_refused(
    api: httpx2.Client, order: dict[str, Any], status: int, detail: str
) -> None:
    """The problem says why, and the value stays."""
    new = made(api, "/counters", path=f"Web/Refused {detail}", maximum=3)
    answer = api.post(f"/counters/{new['id']}/change", json=order)
    assert answer.status_code == status
    assert detail in answer.json()["detail"]
    assert api.get(f"/counters/{new['id']}").json()["value"] == 0


def test_a_computer_group_is_made_changed_in_part_and_deleted(api: httpx2.Client) -> None:
    """What is left out stays; entries are replaced as a whole."""
    new = made(api, "/computer-groups", path="Web", entries=[{"kind": "range", "value": "web[1-2]"}])
    changed = api.patch(f"/computer-groups/{new['id']}", json={"description": "Sites"}).json()
    assert changed == new | {"description": "Sites"} == api.get(f"/computer-groups/{new['id']}").json()
    entries = [{"kind": "name", "value": "one"}]
    assert api.patch(f"/computer-groups/{new['id']}", json={"entries": entries}).json()["entries"] == entries
    assert api.delete(f"/computer-groups/{new['id']}").status_code == 204
    assert api.get(f"/computer-groups/{new['id']}").status_code == 404


def test_the_members_of_a_group_are_expanded(api: httpx2.Client) -> None:
    """Those of the groups in it are among them; such a part is not deleted."""
    inner = made(api, "/computer-groups", path="Inner", entries=[{"kind": "range", "value": "n[08-10]"}])
    entries = [{"kind": "name", "value": "N09"}, {"kind": "group", "value": "inner"}]
    outer = made(api, "/computer-groups", path="Outer", entries=entries)
    found = api.get(f"/computer-groups/{outer['id']}/members").json()
    assert found == {"computers": ["N09", "n08", "n10"]}
    assert api.delete(f"/computer-groups/{inner['id']}").status_code == 409


def test_groups_in_a_circle_are_refused(api: httpx2.Client) -> None:
    """The problem names the circle."""
    new = made(api, "/computer-groups", path="Round")
    answer = api.patch(f"/computer-groups/{new['id']}", json={"entries": [{"kind": "group", "value": "Round"}]})
    assert answer.status_code == 422
    assert "Round > Round" in answer.json()["detail"]


def test_strangers_see_and_change_nothing(stranger: httpx2.Client) -> None:
    """Without sign-in there is no answer."""
    assert stranger.get("/counters").status_code == 401
    assert stranger.post("/computer-groups", json={"path": "x"}).status_code == 401
