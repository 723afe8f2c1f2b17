"""The purge deletes what the rules say and nothing else, alike on every database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from uuid_utils import uuid7

from orchestrion.model.resources import EventType
from orchestrion.ports.access import EventRecord
from orchestrion.ports.maintenance import ArchiveError
from orchestrion.services.maintenance.duty import Lead
from orchestrion.services.maintenance.purge import Purge, Size, wanted_purge
from orchestrion.services.maintenance.selection import select_now
from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.tables import doubt, event, execution, inbox, instance, job, monitor, signal, snapshot, trigger
from tests.conformance.maintaining import Shelf, Time, take_lead, utc
from tests.conformance.stored import Stored, add_runbook

pytestmark = pytest.mark.anyio
OLD, YOUNG = 400.0, 1.0  # days


@dataclass
class World:
    """A runbook with what it has stored, and what purges."""

    stored: Stored
    lead: Lead
    time: Time
    shelf: Shelf

    async def purge(self, **wanted: Any) -> Mapping[str, Any]:
        """Purges, and gives the figures."""
        return await Purge(self.time, utc, self.shelf).run(self.lead, wanted, {})

    async def shrink(self) -> Mapping[str, Any]:
        """Keeps to the bound of executions."""
        return await Size(self.time, self.shelf).run(self.lead, {}, {})

    async def set(self, **settings: Any) -> None:
        """Sets what holds for the whole installation."""
        await self.stored.database.write(lambda tx: tx.settings.put("purge", settings, self.time.now()))

    async def rules(self, folder: str, **rules: Any) -> None:
        """Sets a folder's own rules: days and count by class."""
        stored = {name: {"days": days, "count": count} for name, (days, count) in rules.items()}

        await self.stored.database.write(
            lambda tx: tx.retention.set_rules(
                next(each.folder_id for each in tx.retention.folders() if each.path == folder), stored
            )
        )

    async def left(self) -> int:
        """How many instances are stored."""
        return await self.stored.count(instance)


@pytest.fixture
async def world(database: SqlDatabase, now: datetime) -> World:
    """Of each class nothing is kept by its number."""
    runbook = await add_runbook(database, "R", now)
    made = World(Stored(database, runbook, now), await take_lead(database), Time(now), Shelf())
    await made.rules("", success=(90, 0), warning=(90, 0), failed=(180, 0), canceled=(90, 0))
    return made


async def test_what_is_old_goes_with_all_that_belongs_to_it(world: World, now: datetime) -> None:
    """Instances, executions, other journal entries, snapshots, messages, doubts and jobs; what is young stays."""
    (old,) = await world.stored.ended(1, OLD, executions=3)
    (young,) = await world.stored.ended(1, YOUNG, executions=2)
    for each in (old, young):
        await world.stored.put(signal, [_signal(each, 10, now)])
        await world.stored.put(snapshot, [{"instance_id": each, "sequence": 1, "format": 1, "state": "{}"}])
        message = {"message_id": "late", "kind": "stop", "due": now, "payload": "{}"}
        await world.stored.put(inbox, [{"instance_id": each, **message}])
        await world.stored.put(doubt, [_doubt(each, now)])
    figures = await world.purge()
    assert (figures["instances"], figures["jobs"], figures["rows"]) == (1, 1, 4)
    assert [await world.stored.count(each) for each in (instance, job, signal, snapshot, inbox, doubt)] == [1] * 6
    assert await world.stored.count(execution) == 2
    assert await world.stored.column(instance, "id", young) == young


async def test_a_second_purge_finds_nothing(world: World) -> None:
    """It may be done twice, and end anywhere."""
    await world.stored.ended(700, OLD)
    assert (await world.purge())["instances"] == 700
    assert (await world.purge())["instances"] == 0


async def test_failures_are_kept_longer(world: World) -> None:
    """Each class has a rule of its own."""
    await world.stored.ended(1, 100, "failed")
    await world.stored.ended(1, 100, "warning")
    await world.purge()
    assert await world.left() == 1


async def test_whichever_keeps_more_counts(world: World) -> None:
    """Of old ones the newest so many stay; young ones all."""
    await world.rules("", success=(90, 3))
    oldest = await world.stored.ended(4, OLD)
    await world.stored.ended(2, 200)
    await world.purge()
    assert await world.left() == 3
    assert await world.stored.column(instance, "id", oldest[-1]) == oldest[-1]
    await world.stored.ended(5, YOUNG)
    await world.purge()
    assert await world.left() == 5


async def test_a_rule_may_keep_for_ever_or_by_number_alone(world: World) -> None:
    """Neither days nor a number: everything. A number without days: those, however old or young."""
    await world.rules("", success=(None, None), failed=(None, 1))
    await world.stored.ended(2, OLD)
    await world.stored.ended(2, YOUNG, "failed")
    assert (await world.purge())["instances"] == 1


async def test_the_nearest_folder_wins(world: World, now: datetime) -> None:
    """What a folder says nothing of follows its parent."""
    database = world.stored.database

    def folders(tx: Any) -> str:
        above = tx.folders.add(tx.folders.root().id, "A")
        return str(tx.folders.add(above.id, "B").id)

    below = await database.write(folders)
    await database.write(lambda tx: tx.runbooks.move(world.stored.runbook.id, below, "R", now))
    await world.rules("A", success=(500, None))
    await world.stored.ended(1, OLD)
    await world.stored.ended(1, OLD, "warning")
    assert (await world.purge())["instances"] == 1
    await world.rules("A/B", success=(300, None))
    assert (await world.purge())["instances"] == 1


async def test_nothing_goes_that_has_not_ended(world: World, now: datetime) -> None:
    """However old it is, and its job neither."""
    begun = now - timedelta(days=OLD)
    for state in ("ready", "owned", "parked", "held"):
        await world.stored.instance(await world.stored.job(created_at=begun), state=state, created_at=begun)
    await world.purge(everything=True)
    assert (await world.left(), await world.stored.count(job)) == (4, 4)


async def test_what_somebody_keeps_stays(world: World) -> None:
    """Until it is kept no longer."""
    (kept,) = await world.stored.ended(1, OLD)
    job_id = await world.stored.column(instance, "job_id", kept)
    for is_kept, left in ((True, 1), (False, 0)):
        await world.stored.database.write(lambda tx, keep=is_kept: tx.retention.keep(job_id, is_kept=keep))  # type: ignore[misc]
        await world.purge(**wanted_purge(world.stored.runbook.id, "R", everything=True))
        assert await world.left() == left


async def test_a_child_stays_while_its_parent_goes_on(world: World) -> None:
    """The parent may still be asked what it invoked."""
    parent = await world.stored.instance(await world.stored.job())
    (child,) = await world.stored.ended(1, OLD)
    job_id = await world.stored.column(instance, "job_id", child)
    await _change(world, job, job_id, parent_instance_id=parent)
    await world.purge()
    assert await world.left() == 2


async def test_what_a_rerun_takes_over_stays(world: World) -> None:
    """As long as the rerun goes on."""
    (source,) = await world.stored.ended(1, OLD)
    rerun = await world.stored.job(rerun=f'{{"instance_id": "{source}"}}')
    await world.purge()
    assert await world.left() == 1
    await _change(world, job, rerun, status="success", ended_at=world.time.now())
    await world.purge()
    assert await world.left() == 0


async def test_jobs_that_never_ran_go_as_well(world: World, now: datetime) -> None:
    """Stopped in the queue: they have no instance."""
    ended = now - timedelta(days=OLD)
    await world.stored.job(status="canceled", ended_at=ended, admitted=False, instance_count=0)
    assert (await world.purge())["jobs"] == 1


async def test_a_monitor_that_goes_on_loses_its_old_instances_only(world: World, now: datetime) -> None:
    """The job and its cursor stay, and for a month what it has seen, so that nothing starts twice."""
    monitor_job = await world.stored.job(status="waiting", is_monitor=True)
    await world.stored.put(monitor, [{"job_id": monitor_job, "state": "ready", "cursor": "7"}])
    for key, days in (("old", 100.0), ("new", 10.0)):
        seen = now - timedelta(days=days)
        gone = await world.stored.instance(monitor_job, state="ended", status="success", ended_at=seen)
        row = {"id": str(uuid7()), "job_id": monitor_job, "key": key, "at": seen, "published": "{}"}
        await world.stored.put(trigger, [{**row, "instance_id": gone}])
    await world.rules("", success=(1, None))
    assert (await world.purge())["triggers"] == 1
    assert (await world.left(), await world.stored.count(job), await world.stored.count(monitor)) == (0, 1, 1)
    assert await world.stored.count(trigger) == 1


async def test_an_ended_monitor_goes_with_all_it_has_seen(world: World, now: datetime) -> None:
    """Not before the monitor that goes on from its cursor has begun and ended."""
    ended = now - timedelta(days=OLD)
    before = await world.stored.job(status="canceled", is_monitor=True, ended_at=ended)
    await world.stored.put(monitor, [{"job_id": before, "state": "ended"}])
    row = {"id": str(uuid7()), "job_id": before, "key": "k", "at": now, "published": "{}"}
    await world.stored.put(trigger, [row])
    after = await world.stored.job(status="pending", is_monitor=True, predecessor_id=before, admitted=False)
    await world.purge()
    assert await world.stored.count(job) == 2
    await _change(world, job, after, status="canceled", ended_at=now)
    await world.purge()
    assert (await world.stored.count(job), await world.stored.count(monitor), await world.stored.count(trigger)) == (
        1,
        0,
        0,
    )


async def test_one_runbook_may_be_purged_alone(world: World, database: SqlDatabase, now: datetime) -> None:
    """Of everything that has ended; the others are left alone."""
    other = Stored(database, await add_runbook(database, "Other", now), now)
    await other.ended(2, OLD)
    await world.stored.ended(3, 0.1)
    figures = await world.purge(**wanted_purge(world.stored.runbook.id, "R", everything=True))
    assert (figures["instances"], await world.left()) == (3, 2)


async def test_a_large_instance_goes_bit_by_bit(world: World) -> None:
    """More journal entries than one transaction deletes."""
    await world.stored.ended(1, OLD, executions=2500)
    assert (await world.purge())["rows"] == 2500
    assert (await world.left(), await world.stored.count(execution)) == (0, 0)


async def test_events_go_by_age_and_number(world: World, now: datetime) -> None:
    """The newest so many stay however old; the one that tells of the purge is new."""
    await world.set(events={"days": 90, "count": 3})
    for days in (100, 200, 300, 400, 1):
        await world.stored.database.write(lambda tx, days=days: tx.events.add(_event(now - timedelta(days=days))))  # type: ignore[misc]
    assert (await world.purge())["events"] == 2
    assert await world.stored.count(event) == 4


async def test_a_purge_tells_of_itself(world: World) -> None:
    """By an event with its figures."""
    await world.stored.ended(2, OLD)
    await world.purge()
    (told,) = await world.stored.database.read(lambda tx: tx.events.recent(None, 10))
    assert told.summary == "The purge has deleted 2 instances and 2 jobs."
    assert (told.type, told.source) == (EventType.INFORMATION, "tester")
    assert "rows: 2" in told.details


async def test_runs_are_archived_before_they_are_deleted(world: World) -> None:
    """Each with its job, its executions and its data as JSON."""
    await world.set(archive="/archive")
    ids = await world.stored.ended(3, OLD, executions=2)
    assert (await world.purge())["archived"] == 3
    assert [each["instance"]["id"] for each in world.shelf.runs] == ids
    found = world.shelf.runs[0]
    assert [each["sequence"] for each in found["executions"]] == [1, 2]
    assert found["executions"][0]["records"] == [{"Line text": "twenty four characters"}]
    assert found["job"]["id"] == found["instance"]["job_id"]


async def test_what_cannot_be_archived_is_not_deleted(world: World) -> None:
    """The purge fails, and says why."""
    await world.set(archive="/archive")
    await world.stored.ended(3, OLD)
    world.shelf.is_broken = True
    with pytest.raises(ArchiveError):
        await world.purge()
    assert await world.left() == 3


async def test_beyond_the_bound_the_oldest_go(world: World) -> None:
    """Whatever their rule, but nothing that somebody keeps; within the bound nothing goes."""
    await world.set(executions=10)
    kept, *_ = await world.stored.ended(2, 30, executions=5)
    job_id = await world.stored.column(instance, "job_id", kept)
    await world.stored.database.write(lambda tx: tx.retention.keep(job_id, is_kept=True))
    await world.stored.ended(1, 20, executions=5)
    await world.stored.ended(1, 10, executions=5)
    assert (await world.shrink())["instances"] == 2
    assert (await world.left(), await world.stored.count(execution)) == (2, 10)
    assert (await world.shrink())["instances"] == 0


async def test_a_look_without_deleting_finds_the_same(world: World, now: datetime) -> None:
    """What a preview counts is what a purge deletes."""
    await world.stored.ended(1200, OLD)
    await world.stored.ended(3, YOUNG)
    database = world.stored.database
    selection = await database.read(lambda tx: select_now(tx, now))
    pages = [len(page) async for page in selection.instances(database)]
    assert sum(pages) == 1200
    assert await world.left() == 1203


async def _change(world: World, table: Any, row_id: str, **values: Any) -> None:
    statement = table.update().where(table.c.id == row_id).values(values)
    await world.stored.database.on_writer(lambda connection: connection.execute(statement))


def _signal(instance_id: str, sequence: int, now: datetime) -> dict[str, Any]:
    return {"instance_id": instance_id, "sequence": sequence, "kind": "started", "at": now, "payload": "{}"}


def _doubt(instance_id: str, now: datetime) -> dict[str, Any]:
    texts = dict.fromkeys(("runbook_name", "activity_id", "key", "effect", "reason", "inputs"), "x")
    return {"execution_id": str(uuid7()), "instance_id": instance_id, "job_id": instance_id, "since": now, **texts}


def _event(moment: datetime) -> EventRecord:
    return EventRecord(str(uuid7()), moment, EventType.INFORMATION, "s", "d", "me")
