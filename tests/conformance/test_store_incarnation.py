"""What a new incarnation holds, and what a person releases (durability.md 8)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from uuid_utils import uuid7

from orchestrion.model.job import JobStatus, StopLevel
from orchestrion.ports.authoring import VersionRecord
from orchestrion.ports.journal import ArmedMonitor, Claimed, Fence, FencedError, SeenTrigger
from orchestrion.ports.runs import JobRecord
from orchestrion.ports.security import InstallationRecord
from orchestrion.ports.servers import Registration
from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.incarnation import EPOCHS_APART
from orchestrion.storage.journal import SqlJournal
from tests.conformance.test_spill_over import NOBODY, NOW

pytestmark = pytest.mark.anyio
WHY = "The database was restored from a copy."


class Site:
    """A server, a runbook that runs one job at a time, and a monitor."""

    def __init__(self, database: SqlDatabase) -> None:
        self.database = database
        self.journal = SqlJournal(database)
        self.runbook_id = ""
        self.monitor_id = ""

    async def set_up(self) -> None:
        """Stores both runbooks."""
        self.runbook_id = await self._add("R", is_monitor=False)
        self.monitor_id = await self._add("M", is_monitor=True)

    async def _add(self, name: str, *, is_monitor: bool) -> str:
        runbook = await self.database.write(lambda tx: tx.runbooks.add(tx.folders.root().id, name, NOW))
        version = VersionRecord(runbook.id, 1, "me", NOW, "", {"orchestrion": "runbook/1", "name": name})
        await self.database.write(lambda tx: tx.runbooks.add_version(version, is_monitor, 1, ""))
        return runbook.id

    async def register(self) -> Fence:
        """The server begins a life."""
        server = await self.database.write(lambda tx: tx.servers.register(Registration("s", "1", 10), NOW))
        return Fence(server.id, server.epoch)

    async def start(self, *, is_monitor: bool = False) -> str:
        """Adds a job and gives its id."""
        runbook_id = self.monitor_id if is_monitor else self.runbook_id
        name = "M" if is_monitor else "R"
        new = JobRecord(
            id=str(uuid7()),
            runbook_id=runbook_id,
            runbook_name=name,
            runbook_path=name,
            version=1,
            status=JobStatus.PENDING,
            is_monitor=is_monitor,
            parameters={},
            servers=(),
            created_by_id=NOBODY,
            created_by_name="me",
            created_at=NOW,
        )
        return (await self.database.write(lambda tx: tx.runs.add_job(new, 1))).id

    async def status(self, job_id: str) -> JobStatus:
        """How the job stands."""
        return (await self.database.read(lambda tx: tx.runs.job(job_id))).status

    async def claim(self, fence: Fence) -> list[Claimed]:
        """What the server gets."""
        return await self.journal.claim(fence, 10, NOW)

    async def begin(self) -> int:
        """A new incarnation; gives how many jobs it holds."""
        return (await self.database.write(lambda tx: tx.incarnation.begin(WHY))).held_jobs

    async def release(self, runbook_id: str | None = None) -> int:
        """A person looks and releases."""
        return await self.database.write(lambda tx: tx.incarnation.release(runbook_id, NOW))

    async def release_job(self, job_id: str) -> bool:
        """A person looks at one and releases it."""
        return await self.database.write(lambda tx: tx.incarnation.release_job(job_id, NOW))


@pytest.fixture
async def site(database: SqlDatabase) -> Site:
    """The site."""
    made = Site(database)
    await made.set_up()
    await database.write(lambda tx: tx.installation.add(InstallationRecord(NOBODY, "sealed", NOW)))
    return made


async def test_the_first_incarnation_holds_nothing(site: Site) -> None:
    """Its number is one, and it has no reason."""
    found = await site.database.read(lambda tx: tx.incarnation.current())
    assert (found.number, found.since, found.reason, found.held_jobs) == (1, None, "", 0)


async def test_a_new_incarnation_holds_what_runs_and_what_waits(site: Site) -> None:
    """With the reason; neither is claimed until a person releases them, and then both as before."""
    fence = await site.register()
    running, waiting = await site.start(), await site.start()
    await site.claim(fence)
    assert await site.begin() == 2
    assert {await site.status(running), await site.status(waiting)} == {JobStatus.HELD}
    job = await site.database.read(lambda tx: tx.runs.job(running))
    assert WHY in (job.reason or "")
    fence = await site.register()
    assert await site.claim(fence) == []
    assert await site.release() == 2
    assert (await site.status(running), await site.status(waiting)) == (JobStatus.RUNNING, JobStatus.PENDING)
    assert [each.job_id for each in await site.claim(fence)] == [running]


async def test_one_job_is_released_alone(site: Site) -> None:
    """What has run and what never began; whoever is not held by an incarnation is left as it is."""
    fence = await site.register()
    running, waiting = await site.start(), await site.start()
    await site.claim(fence)
    await site.begin()
    fence = await site.register()
    assert await site.release_job(waiting)
    assert not await site.release_job(waiting)
    assert (await site.status(running), await site.status(waiting)) == (JobStatus.HELD, JobStatus.PENDING)
    assert await site.release_job(running)
    assert [each.job_id for each in await site.claim(fence)] == [running]


async def test_to_go_on_with_an_instance_leaves_its_monitor_held(site: Site) -> None:
    """The job alone says that the monitor may be armed again."""
    job_id = await site.start(is_monitor=True)
    (armed,) = await _armed(site, fence := await site.register())
    await site.database.write(
        lambda tx: tx.triggers.store(fence, [(armed, SeenTrigger(str(uuid7()), "k", "c", {"n": 1}, NOW))])
    )
    await site.begin()
    instance_id = await site.database.read(lambda tx: tx.runs.job(job_id).latest_instance_id)
    assert instance_id is not None
    await site.database.write(lambda tx: tx.runs.release(instance_id))
    fence = await site.register()
    assert (await site.status(job_id), await _armed(site, fence)) == (JobStatus.HELD, [])
    assert await site.release_job(job_id)
    assert [each.job_id for each in await _armed(site, fence)] == [job_id]


async def test_a_server_of_an_older_incarnation_is_fenced(site: Site) -> None:
    """Also one whose epoch the database has lost: epochs of the lost time do not come again."""
    fence = await site.register()
    await site.begin()
    for lost in range(3):
        with pytest.raises(FencedError):
            await site.claim(replace(fence, epoch=fence.epoch + lost))
    assert (await site.register()).epoch > EPOCHS_APART


async def test_monitors_are_disarmed_until_they_are_released(site: Site) -> None:
    """What they saw before waits as well."""
    job_id = await site.start(is_monitor=True)
    (armed,) = await _armed(site, fence := await site.register())
    seen = SeenTrigger(str(uuid7()), "k", "c", {"n": 1}, NOW)
    await site.database.write(lambda tx: tx.triggers.store(fence, [(armed, seen)]))
    await site.begin()
    fence = await site.register()
    assert (await _armed(site, fence), await site.claim(fence)) == ([], [])
    await site.release()
    assert [each.job_id for each in await _armed(site, fence)] == [job_id]
    assert [each.job_id for each in await site.claim(fence)] == [job_id]


async def _armed(site: Site, fence: Fence) -> list[ArmedMonitor]:
    return await site.journal.claim_monitors(fence, 5, NOW)


async def test_a_monitor_that_is_disarmed_can_be_stopped(site: Site) -> None:
    """Nobody watches any longer: its job ends at once."""
    job_id = await site.start(is_monitor=True)
    await _armed(site, await site.register())
    await site.begin()
    await site.database.write(lambda tx: tx.runs.request_stop(job_id, NOW, StopLevel.NOW))
    assert await site.status(job_id) is JobStatus.CANCELED


async def test_the_jobs_of_one_runbook_can_be_released_alone(site: Site) -> None:
    """The others stay held."""
    job_id, monitor_id = await site.start(), await site.start(is_monitor=True)
    await site.begin()
    assert await site.release(site.monitor_id) == 1
    assert (await site.status(job_id), await site.status(monitor_id)) == (JobStatus.HELD, JobStatus.PENDING)


async def test_what_starts_after_it_is_not_held(site: Site) -> None:
    """Only what the lost time may have gone on with waits; a held job keeps its place within the runbook's limit."""
    await site.start()
    await site.begin()
    fence = await site.register()
    await site.start()
    assert await site.claim(fence) == []
    await site.release()
    assert len(await site.claim(fence)) == 1


async def test_an_event_tells_of_it(site: Site) -> None:
    """Whoever follows the events of the platform sees what happened."""
    await site.begin()
    (event,) = await site.database.read(lambda tx: tx.events.recent(None, 10))
    assert event.summary.startswith("Incarnation 2 begins")
