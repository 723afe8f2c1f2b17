"""What the database knows about things that do not start."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orchestrion.model.assignment import Placement
from orchestrion.model.job import JobStatus
from orchestrion.model.resources import ServerStatus
from orchestrion.model.start_reason import StartCode
from orchestrion.ports.runs import JobRecord, RunFilter
from orchestrion.ports.transaction import Transaction
from orchestrion.services.start_reasons import explained_instances, explained_jobs
from orchestrion.storage.database import SqlDatabase
from tests.conformance.silence import fall_silent
from tests.conformance.sites import NOW, Site

pytestmark = pytest.mark.anyio


@pytest.fixture
async def site(database: SqlDatabase) -> Site:
    """One server with two places."""
    made = Site(database)
    await made.server("north", "files.copy")
    return made


async def told(site: Site, *jobs: JobRecord) -> list[str | None]:
    """The codes for jobs, as an operator sees them."""

    def look(tx: Transaction) -> list[JobRecord]:
        return explained_jobs(tx, [tx.runs.job(each.id) for each in jobs], NOW)

    return [each.reason_code for each in await site.database.read(look)]


async def test_a_queued_job_knows_its_place(site: Site) -> None:
    """By priority, then by age; one that is admitted is in no queue."""
    await site.runbook("One", limit=1)
    jobs = [await site.start("One") for _ in range(3)]
    jobs.append(await site.start("One", priority=1))
    found = await site.database.read(lambda tx: tx.starts.queued([each.id for each in jobs]))
    assert [found[each.id].place for each in jobs[1:]] == [2, 3, 1]
    assert jobs[0].id not in found
    assert (found[jobs[1].id].limit, found[jobs[1].id].running) == (1, 1)


async def test_a_ready_instance_knows_where_it_may_run_and_who_is_before_it(site: Site) -> None:
    """In the order of the claims."""
    await site.runbook("Copy", "files.copy")
    first, second = await site.start("Copy"), await site.start("Copy", ("north",))
    ids = [each.latest_instance_id or "" for each in (first, second)]
    found = await site.database.read(lambda tx: tx.starts.instances(ids))
    assert [found[each].ahead for each in ids] == [0, 1]
    assert found[ids[1]].placement == Placement(("north",), frozenset({"files.copy"}))


async def test_a_full_server_is_seen_with_what_it_runs(site: Site) -> None:
    """As the claim sees it."""
    await site.runbook("Copy", "files.copy")
    jobs = [await site.start("Copy") for _ in range(3)]
    assert len(await site.claim("north")) == 2
    (seen,) = await site.database.read(lambda tx: tx.starts.for_runs())
    assert (seen.worker.running, seen.worker.capacity, seen.status) == (2, 2, ServerStatus.ONLINE)
    assert seen.worker.types == {"files.copy"}
    assert await told(site, *jobs) == [None, None, StartCode.SERVERS_FULL]


async def test_a_monitor_that_nobody_may_watch_says_so(site: Site) -> None:
    """It waits for a server as instances do."""
    await site.runbook("Watch", "mail.watch", is_monitor=True)
    job = await site.start("Watch", is_monitor=True)
    assert await told(site, job) == [StartCode.MISSING_PACK]
    found = await site.database.read(lambda tx: tx.starts.monitors([job.id]))
    assert found[job.id].placement.types == {"mail.watch"}
    await site.server("south", "mail.watch")
    assert await told(site, job) == [StartCode.STARTING]
    assert await site.armed("south") == [job.id]
    assert await told(site, job) == [None]
    await fall_silent(site.database, site.fences["south"].server_id, 700)
    await site.database.write(lambda tx: tx.servers.expire([site.fences["south"].server_id], NOW))
    assert await told(site, job) == [StartCode.SERVERS_OFFLINE]


async def test_a_held_job_says_whether_a_new_incarnation_holds_it(site: Site) -> None:
    """Both keep their own words."""
    await site.runbook("Copy", "files.copy")
    job = await site.start("Copy")
    await site.database.write(lambda tx: tx.runs.hold_unowned(job.latest_instance_id or "", "Somebody wants it."))
    assert await told(site, job) == [StartCode.HELD]
    await site.database.write(lambda tx: tx.runs.release(job.latest_instance_id or ""))
    await site.database.write(lambda tx: tx.incarnation.begin("The database was restored."))
    (found,) = await site.database.read(
        lambda tx: explained_jobs(tx, tx.runs.jobs(RunFilter(statuses=(JobStatus.HELD,))), NOW)
    )
    assert (found.reason_code, found.reason is not None) == (StartCode.RESTORED, True)


async def test_a_ready_instance_says_why_it_waits(site: Site) -> None:
    """Also one whose job has started long ago."""
    await site.runbook("Copy", "files.copy")
    await site.start("Copy", ("south",))
    later = NOW + timedelta(minutes=1)
    (found,) = await site.database.read(lambda tx: explained_instances(tx, tx.runs.instances(RunFilter()), later))
    assert (found.reason_code, found.reason) == (StartCode.UNKNOWN_SERVER, "No runbook server is meant by 'south'.")
