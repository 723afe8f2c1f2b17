"""Schedules behave alike on every database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

import pytest

from orchestrion.model.errors import ConflictError, NotFoundError
from orchestrion.model.schedules import (
    DayException,
    DaysOfWeek,
    Hours,
    Occurrence,
    Ruling,
    Schedule,
    Weekday,
    days_of_month,
)
from orchestrion.model.values import Json
from orchestrion.ports.authoring import DraftRecord, VersionRecord
from orchestrion.ports.transaction import Database, Transaction

pytestmark = pytest.mark.anyio
NIGHTS = Schedule(
    "00000000-0000-0000-0000-000000000001",
    "Sites/Nächte",
    "When nobody works",
    "Europe/Berlin",
    DaysOfWeek(frozenset({Weekday.MONDAY, Weekday.SUNDAY}), frozenset({Occurrence.LAST})),
    Hours((0, 1, 2, 3, 4, 5, (1 << 24) - 1)),
    (DayException(date(2026, 12, 31), Ruling.DISALLOW), DayException(date(2026, 12, 24), Ruling.ALLOW)),
)
ALWAYS = Schedule("00000000-0000-0000-0000-000000000002", "Always", days=days_of_month("1-3, last"))


@pytest.fixture(autouse=True)
async def saved(database: Database, now: datetime) -> None:
    """One with everything, and one with defaults."""
    await database.write(lambda stores: stores.schedules.save(NIGHTS, now))
    await database.write(lambda stores: stores.schedules.save(ALWAYS, now))


async def test_schedules_are_kept_by_path(database: Database) -> None:
    """All fields come back; the list is by path."""
    assert await database.read(lambda stores: stores.schedules.all()) == [ALWAYS, NIGHTS]
    assert await database.read(lambda stores: stores.schedules.get(NIGHTS.id)) == NIGHTS


async def test_a_schedule_is_found_by_path(database: Database) -> None:
    """Whatever its case."""
    assert await database.read(lambda stores: stores.schedules.by_path("sites/NÄCHTE")) == NIGHTS
    with pytest.raises(NotFoundError, match="no schedule 'Nobody'"):
        await database.read(lambda stores: stores.schedules.by_path("Nobody"))


async def test_a_save_replaces_by_id(database: Database, now: datetime) -> None:
    """A schedule may change its path and everything else."""
    changed = replace(ALWAYS, id=NIGHTS.id, path="Nights")
    await database.write(lambda stores: stores.schedules.save(changed, now))
    assert await database.read(lambda stores: stores.schedules.get(NIGHTS.id)) == changed


async def test_a_path_belongs_to_one_schedule(database: Database, now: datetime) -> None:
    """A second one of the same path is refused, whatever its case."""
    with pytest.raises(ConflictError, match="ALWAYS"):
        await database.write(lambda stores: stores.schedules.save(replace(NIGHTS, path="ALWAYS"), now))


async def test_a_deleted_schedule_is_gone(database: Database) -> None:
    """Deleting it again finds nothing."""
    await database.write(lambda stores: stores.schedules.remove(NIGHTS.id))
    with pytest.raises(NotFoundError):
        await database.write(lambda stores: stores.schedules.remove(NIGHTS.id))


def keeps_to(path: str) -> dict[str, Json]:
    return {"settings": {"schedule": path}}


def checks(path: str) -> dict[str, Json]:
    return {"activities": {"a": {"type": "scheduling.check-schedule", "inputs": {"schedule_template": path}}}}


def add(stores: Transaction, name: str, now: datetime, *versions: Mapping[str, Json]) -> str:
    """A runbook with these versions; gives its id."""
    added = stores.runbooks.add(stores.folders.root().id, name, now)
    for number, document in enumerate(versions, start=1):
        stores.runbooks.add_version(VersionRecord(added.id, number, "me", now, "", document), False, 1, "")
    return added.id


async def test_the_runbooks_that_name_a_schedule_are_found(database: Database, now: datetime) -> None:
    """By the settings of the newest version, by an activity, and by drafts; whatever the case of the path."""

    def fill(stores: Transaction) -> list[str]:
        add(stores, "Old", now, keeps_to("Always"), {})
        add(stores, "Other", now, keeps_to("Sites/Nächte"))
        add(stores, "keeps", now, {}, keeps_to("always"))
        add(stores, "Checks", now, checks("ALWAYS"))
        draft_id = add(stores, "Draft", now, {})
        stores.runbooks.save_draft(DraftRecord(draft_id, ALWAYS.id, "me", 1, 1, now, keeps_to("Always")))
        stores.runbooks.remove(add(stores, "Gone", now, keeps_to("Always")), now)
        return stores.schedules.runbooks_that_name("Always")

    assert await database.write(fill) == ["Checks", "Draft", "keeps"]


async def test_a_draft_that_is_no_runbook_names_nothing(database: Database, now: datetime) -> None:
    """What people save half done is passed over."""
    odd: list[Mapping[str, Json]] = [
        {"settings": "schedule", "activities": ['"schedule":', checks("Always")]},
        {"settings": {"schedule": ["Always"]}},
        {"activities": {"a": {"type": "scheduling.check-schedule", "inputs": 1}}},
    ]

    def fill(stores: Transaction) -> list[str]:
        for number, document in enumerate(odd):
            add(stores, f"R{number}", now, document)
        return stores.schedules.runbooks_that_name("Always")

    assert await database.write(fill) == []
