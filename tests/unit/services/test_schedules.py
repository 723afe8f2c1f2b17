"""Schedules as people make, look at and change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from orchestrion.model.errors import ConflictError, InvalidError, NotFoundError
from orchestrion.model.schedules import DayException, Hours, Ruling, Schedule, days_of_month
from orchestrion.model.values import Json
from orchestrion.ports.authoring import VersionRecord
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.schedules import ChangedSchedule, Schedules
from tests.unit.services.world import ANNA, START, Clock, audited

pytestmark = pytest.mark.anyio


@pytest.fixture
def schedules(database: Database, clock: Clock) -> Schedules:
    """Schedules over the database, on a computer one hour ahead of UTC."""
    return Schedules(database, clock, lambda _moment: timedelta(hours=1))


async def uses(database: Database, path: str, *names: str) -> None:
    """Runbooks that keep to the schedule."""
    document: Mapping[str, Json] = {"settings": {"schedule": path}}

    def fill(stores: Transaction) -> None:
        for name in names:
            added = stores.runbooks.add(stores.folders.root().id, name, START)
            stores.runbooks.add_version(VersionRecord(added.id, 1, "me", START, "", document), False, 1, "")

    await database.write(fill)


async def test_a_schedule_is_created_changed_and_deleted(schedules: Schedules, database: Database) -> None:
    """It permits always unless told otherwise; what is not given stays; every change is audited."""
    new = await schedules.create(ANNA, {"path": "Nights", "time_zone": "Europe/Berlin"})
    assert new == Schedule(new.id, "Nights", time_zone="Europe/Berlin")
    days = days_of_month("last")
    changed = await schedules.change(ANNA, new.id, {"days": days})
    assert changed == ChangedSchedule(replace(new, days=days))
    assert await schedules.all(ANNA) == [changed.schedule] == [await schedules.schedule(ANNA, new.id)]
    await schedules.remove(ANNA, new.id)
    with pytest.raises(NotFoundError):
        await schedules.schedule(ANNA, new.id)
    assert [action for _, action in await audited(database)] == ["created", "changed", "deleted"]


async def test_windows_follow_the_local_clock_without_a_time_zone(schedules: Schedules) -> None:
    """Of a stored schedule and of one that is only tried."""
    midnight = Hours((1,) * 7)
    new = await schedules.create(ANNA, {"path": "Nights", "hours": midnight})
    found = await schedules.windows(ANNA, new.id, 2)
    assert [str(each.start) for each in found] == ["2026-11-23 00:00:00+01:00", "2026-11-24 00:00:00+01:00"]
    assert await schedules.preview(ANNA, {"hours": midnight}, 2) == found


@pytest.mark.parametrize("path", ["", "/a", "a//b"])
async def test_a_path_must_be_a_path(schedules: Schedules, path: str) -> None:
    """Every part of it is a name."""
    with pytest.raises(InvalidError, match="name of a schedule"):
        await schedules.create(ANNA, {"path": path})


async def test_what_makes_no_sense_is_refused_everywhere(schedules: Schedules) -> None:
    """A new schedule, a change and a preview are checked alike."""
    new = await schedules.create(ANNA, {"path": "Nights"})
    day = DayException(date(2026, 12, 24), Ruling.ALLOW)
    for refused in (
        schedules.create(ANNA, {"path": "x", "time_zone": "Nowhere"}),
        schedules.change(ANNA, new.id, {"exceptions": (day, day)}),
        schedules.preview(ANNA, {"time_zone": "Nowhere"}, 1),
    ):
        with pytest.raises(InvalidError):
            await refused


async def test_a_new_path_does_not_follow_into_runbooks(schedules: Schedules, database: Database) -> None:
    """The answer says which are left behind; another case of the same path leaves none."""
    new = await schedules.create(ANNA, {"path": "Nights"})
    await uses(database, "nights", "A", "B")
    assert await schedules.runbooks(ANNA, new.id) == ["A", "B"]
    assert (await schedules.change(ANNA, new.id, {"path": "NIGHTS"})).left_behind == ()
    assert (await schedules.change(ANNA, new.id, {"path": "Evenings"})).left_behind == ("A", "B")
    assert await schedules.runbooks(ANNA, new.id) == []


async def test_a_schedule_in_use_is_not_deleted(schedules: Schedules, database: Database) -> None:
    """The error names the runbooks, the first of many."""
    new = await schedules.create(ANNA, {"path": "Nights"})
    await uses(database, "Nights", *"ABCDEFG")
    with pytest.raises(ConflictError, match="used by 'A', 'B', 'C', 'D', 'E' and 2 more"):
        await schedules.remove(ANNA, new.id)
