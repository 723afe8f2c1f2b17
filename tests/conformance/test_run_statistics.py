"""Counts of runs are those of the runs, however often they are counted, on every database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from orchestrion.model.access import SYSTEM
from orchestrion.model.statistics import Period
from orchestrion.ports.servers import Registration
from orchestrion.services.figures import Figures, RunFigures
from orchestrion.services.maintenance.repair import Repair
from orchestrion.services.maintenance.statistics import Statistics
from orchestrion.services.maintenance.watch import Watch
from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.upkeep_tables import run_count
from orchestrion.storage.wakeups import LocalWakeups
from tests.conformance.maintaining import Time, take_lead
from tests.conformance.stored import Stored, add_runbook

pytestmark = pytest.mark.anyio
HOUR = 1 / 24  # days


@pytest.fixture
async def stored(database: SqlDatabase, now: datetime) -> Stored:
    """One runbook."""
    return Stored(database, await add_runbook(database, "R", now), now)


async def count(stored: Stored, time: Time, *, times: int = 1) -> dict[str, Any]:
    """Counts, and gives the figures of the last count."""
    lead = await take_lead(stored.database)
    before: dict[str, Any] = {}
    for _ in range(times):
        before = dict(await Statistics(time).run(lead, {}, before))
    await stored.database.write(lambda tx: tx.leases.release("maintenance", lead.token))
    return before


async def figures(stored: Stored, time: Time) -> Figures:
    """What people see of the runbook."""
    found = await RunFigures(stored.database, time).overview(SYSTEM)
    (own,) = found.runbooks
    (root,) = found.folders
    assert (root.jobs, root.instances, root.queued_jobs) == (own.jobs, own.instances, own.queued_jobs)
    return own


async def test_outcomes_are_counted_by_period(stored: Stored, now: datetime) -> None:
    """The last hour is part of the day, and the day of the week; counted again, nothing is counted twice."""
    await stored.ended(3, 0.5 * HOUR)
    await stored.ended(2, 5 * HOUR, "failed")
    await stored.ended(1, 3, "warning")
    await stored.ended(1, 20, "canceled")
    time = Time(now)
    await count(stored, time, times=3)
    found = await figures(stored, time)
    assert dict(found.instances[Period.HOUR].outcomes) == {"success": 3}
    assert dict(found.instances[Period.DAY].outcomes) == {"success": 3, "failed": 2}
    assert dict(found.instances[Period.WEEK].outcomes) == {"success": 3, "failed": 2, "warning": 1}
    assert dict(found.jobs[Period.HOUR].outcomes) == {"success": 3, "created": 3}


async def test_durations_are_told(stored: Stored, now: datetime) -> None:
    """Every run took a second."""
    await stored.ended(10, 0.5 * HOUR)
    time = Time(now)
    await count(stored, time)
    told = (await figures(stored, time)).instances[Period.DAY].duration(0.5)
    assert told is not None
    assert 0.5 < told <= 1.0


async def test_what_is_under_way_is_counted_now(stored: Stored, now: datetime) -> None:
    """Jobs in the queue, jobs and instances that have not ended."""
    await stored.instance(await stored.job(), state="parked")
    await stored.job(status="pending", admitted=False)
    found = await figures(stored, Time(now))
    assert (found.queued_jobs, found.open_jobs, found.open_instances) == (1, 2, 1)


async def test_old_minutes_become_hours_and_no_run_is_lost(stored: Stored, now: datetime) -> None:
    """Two days later the same runs are in the week, in fewer rows."""
    for minutes in range(0, 60, 5):
        await stored.ended(1, minutes / 1440)
    time = Time(now)
    await count(stored, time)
    rows = await stored.count(run_count)
    time.moment = now + timedelta(days=2)
    lead = await take_lead(stored.database)
    counted = await Statistics(time).run(lead, {}, {"until": time.moment.isoformat()})
    assert counted["merged"] == 2
    assert await stored.count(run_count) < rows
    found = await figures(stored, time)
    assert found.instances[Period.WEEK].outcomes["success"] == 12
    assert dict(found.instances[Period.DAY].outcomes) == {}


async def test_after_a_pause_the_count_goes_on_where_it_stood(stored: Stored, now: datetime) -> None:
    """What ended while nobody counted is counted."""
    time = Time(now)
    lead = await take_lead(stored.database)
    before = dict(await Statistics(time).run(lead, {}, {}))
    time.moment = now + timedelta(hours=5)
    await Stored(stored.database, stored.runbook, now + timedelta(hours=2)).ended(4, 0)
    await Statistics(time).run(lead, {}, before)
    assert (await figures(stored, time)).instances[Period.DAY].outcomes["success"] == 4


async def test_a_violation_is_repaired_when_it_is_seen_twice(stored: Stored, now: datetime) -> None:
    """A server may just be about to do it; every repair raises an event, and is counted."""
    lead, duty = await take_lead(stored.database), Repair(Time(now), LocalWakeups())
    await stored.instance(await stored.job(), state="parked")
    first = await duty.run(lead, {}, {})
    assert (first["found"], first["repaired"]) == (1, 0)
    second = await duty.run(lead, {}, first)
    assert (second["found"], second["repaired"], second["by_code"]) == (1, 1, {"no-wake-up": 1})
    third = await duty.run(lead, {}, second)
    assert (third["found"], third["repaired_ever"]) == (0, 1)
    (told,) = await stored.database.read(lambda tx: tx.events.recent(None, 10))
    assert told.summary == "A run of 'R' was set right."


async def test_a_run_that_does_not_begin_is_told_of_once(stored: Stored, now: datetime) -> None:
    """Only where a server could run it; a new leader does not tell of it again."""
    lead = await take_lead(stored.database)
    waiting = await stored.instance(await stored.job(), created_at=now - timedelta(minutes=2))
    await stored.instance(await stored.job(), created_at=now)
    assert (await Watch(Time(now)).run(lead, {}, {}))["seen"] == 0
    await stored.database.write(lambda tx: tx.servers.register(Registration("s", "1", 10), now))
    for _ in range(2):
        assert (await Watch(Time(now)).run(lead, {}, {}))["seen"] == 1
    (told,) = await stored.database.read(lambda tx: tx.events.recent(None, 10))
    assert (told.instance_id, told.summary) == (waiting, "A run of 'R' does not begin.")
