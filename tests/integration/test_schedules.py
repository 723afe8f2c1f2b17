"""A runbook's schedule says when its instances may begin (spec 6.3, 5.2; vector 17, OQ-20)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import anyio
import pytest
from ruamel.yaml import YAML

from orchestrion.model.access import SYSTEM
from orchestrion.model.job import InstanceState, JobStatus
from orchestrion.model.resources import EventType
from orchestrion.model.schedules import DayException, Hours, Ruling, Schedule
from orchestrion.ports.access import EventRecord
from orchestrion.ports.authoring import VersionRecord
from orchestrion.ports.packs import InstalledType
from orchestrion.ports.runs import JobRecord, RunFilter
from orchestrion.ports.transaction import Transaction
from orchestrion.sdk import ActivityInputs, PackManifest, RunContext, Trigger, monitor
from tests.integration.world import Count, FragileJournal, Installation, World, installation

pytestmark = pytest.mark.anyio

OPEN = Schedule("00000000-0000-7000-8000-000000000001", "Sites/Nights", time_zone="UTC")
SHUT = replace(OPEN, hours=Hours((0,) * 7), exceptions=(DayException(date(2099, 1, 1), Ruling.ALLOW),))
REFUSAL = "The schedule 'Sites/Nights' does not permit a start now; the next time is 2099-01-01 00:00+00:00."
KEEPS = """
settings: {schedule: sites/nights}
activities:
  first: {type: world.act-idempotent, inputs: {name: first}}
  second: {type: world.act-idempotent, inputs: {name: second}}
links: [{from: first, to: second}]
"""
INVOKES = """
settings: {schedule: Sites/Nights}
activities:
  invoke: {type: runbook-control.invoke-runbook, inputs: {runbook: %s}}
  after: {type: world.act-idempotent, inputs: {name: after}}
links: [{from: invoke, to: after, include: []}]
"""
CHILD = "activities: {act: {type: world.act-idempotent, inputs: {name: child}}}"
WATCHES = """
settings: {schedule: Sites/Nights}
activities:
  watch: {type: watching.watch}
  act: {type: world.act-idempotent, inputs: {name: seen}}
links: [{from: watch, to: act}]
"""


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Installation]:
    """A fresh installation."""
    async with installation(tmp_path) as made:
        yield made


async def put(place: Installation, schedule: Schedule) -> None:
    """Stores the schedule, in place of what it was before."""
    await place.database.write(lambda stores: stores.schedules.save(schedule, place.clock.now()))


async def events(place: Installation, job: JobRecord, count: int = 1) -> list[EventRecord]:
    """The events of a job, when there are so many."""
    found: list[EventRecord] = []

    async def are_there() -> bool:
        found[:] = [each for each in await stored_events(place) if each.job_id == job.id]
        return len(found) >= count

    await place.eventually(are_there)
    return found


async def stored_events(place: Installation) -> list[EventRecord]:
    return await place.database.read(lambda stores: stores.events.recent(None, 100))


async def ended_with_events(place: Installation, job: JobRecord) -> tuple[JobRecord, list[EventRecord]]:
    """What becomes of a job on a server, and the events it raised."""

    async def both() -> tuple[JobRecord, list[EventRecord]]:
        return await place.until(job.id), await events(place, job)

    found = await place.live(None, both)
    assert found is not None
    return found


async def test_a_schedule_that_denies_now_ends_the_job_at_once(place: Installation) -> None:
    """No activity executions, the reason with the next time, and an information event that says so (vector 17)."""
    await put(place, SHUT)
    job = await place.start(await place.add(KEEPS))
    ended, told = await ended_with_events(place, job)
    assert (ended.status, ended.error) == (JobStatus.CANCELED, REFUSAL)
    assert not place.world.counts
    assert await place.runs.executions(SYSTEM, await place.instance_id(job.id), None) == []
    assert [(each.type, each.details) for each in told] == [(EventType.INFORMATION, REFUSAL)]
    assert told[0].summary == "Runbook 'R' was not permitted to start."
    assert told[0].instance_id == ended.latest_instance_id


async def test_a_schedule_that_permits_now_changes_nothing(place: Installation) -> None:
    """Whatever the case of its path in the runbook."""
    await put(place, OPEN)
    job = await place.start(await place.add(KEEPS))
    ended = await place.live(None, lambda: place.until(job.id))
    assert ended is not None
    assert (ended.status, place.world.counts["second"]) == (JobStatus.SUCCESS, 1)


async def test_a_schedule_that_does_not_exist_fails_the_job(place: Installation) -> None:
    """Neither does it run, nor does it wait for somebody to notice."""
    job = await place.start(await place.add(KEEPS))
    ended, told = await ended_with_events(place, job)
    assert ended.status is JobStatus.FAILED
    assert ended.error is not None
    assert "There is no schedule 'sites/nights'." in ended.error
    assert not place.world.counts
    assert [each.type for each in told] == [EventType.ERROR]


async def test_a_run_that_began_is_not_checked_when_another_server_takes_it(place: Installation) -> None:
    """The schedule is shut while its server is dead."""
    await put(place, OPEN)
    job = await place.start(await place.add(KEEPS))
    assert await place.live(FragileJournal(place.database, at=2), lambda: place.until(job.id)) is None
    await put(place, SHUT)
    ended = await place.live(None, lambda: place.until(job.id))
    assert ended is not None
    assert ended.status is JobStatus.SUCCESS


async def test_a_run_that_waits_is_not_checked_when_it_goes_on(place: Installation) -> None:
    """The schedule is shut while the run waits for the runbook it invoked."""
    await put(place, OPEN)
    place.world.waits["child"] = anyio.Event()
    job = await place.start(await place.add(INVOKES % await place.add(CHILD, "C"), "P"))

    async def shut_meanwhile() -> JobRecord:
        await place.until_state(job.id, InstanceState.PARKED)
        await put(place, SHUT)
        place.world.waits["child"].set()
        return await place.until(job.id)

    ended = await place.live(None, shut_meanwhile)
    assert ended is not None
    assert (ended.status, place.world.counts["after"]) == (JobStatus.SUCCESS, 1)


async def test_an_invoked_runbook_keeps_to_its_own_schedule(place: Installation) -> None:
    """Whoever invoked it reads that it was canceled."""
    await put(place, SHUT)
    parent = INVOKES.replace("Sites/Nights", '""') % await place.add(KEEPS, "C")
    job = await place.start(await place.add(parent, "P"))
    await place.live(None, lambda: place.until(job.id))
    assert dict(place.world.counts) == {"after": 1}


class Watched(World):
    """The outside world, with a monitor that sees two things, the second when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.second = anyio.Event()

    def installed(self) -> dict[str, InstalledType]:
        """See World."""

        @monitor("Watch", category="World", guarantee="only while armed", published=Count)
        async def watch(inputs: ActivityInputs, ctx: RunContext) -> AsyncIterator[Trigger]:
            yield Trigger(Count(value=1), "1", "1")
            await self.second.wait()
            yield Trigger(Count(value=2), "2", "2")
            await anyio.sleep_forever()

        pack = PackManifest("watching", "Watching", "1", (watch,))
        return super().installed() | {kind.id: InstalledType(kind, each, "1") for kind, each in pack.definitions()}


async def monitor_job(place: Installation, text: str) -> JobRecord:
    """A started monitor."""
    document = {"orchestrion": "runbook/1", "name": "W", **YAML(typ="safe").load(text)}
    now = place.clock.now()

    def add(tx: Transaction) -> str:
        added = tx.runbooks.add(tx.folders.root().id, "W", now)
        tx.runbooks.add_version(VersionRecord(added.id, 1, "me", now, "", document), True, 1, "")
        return added.id

    return await place.start(await place.database.write(add))


async def test_each_trigger_of_a_monitor_is_checked(place: Installation) -> None:
    """One comes while the schedule denies, one while it permits; the monitor watches all the time (OQ-20)."""
    place.world = world = Watched()
    await put(place, SHUT)
    job = await monitor_job(place, WATCHES)

    async def has_acted() -> bool:
        return bool(world.counts["seen"])

    async def see_both() -> None:
        await events(place, job)
        await put(place, OPEN)
        world.second.set()
        await place.eventually(has_acted)

    await place.live(None, see_both)
    assert world.counts["seen"] == 1
    instances = await place.runs.instances(SYSTEM, RunFilter(job_id=job.id))
    assert JobStatus.CANCELED in {each.status for each in instances}
    assert (await place.runs.job(SYSTEM, job.id)).status is JobStatus.WAITING
