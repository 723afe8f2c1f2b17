"""Which server takes what: the primary first, standbys when it is full (vector 18, durability.md 7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from uuid_utils import uuid7

from orchestrion.model.job import JobStatus
from orchestrion.ports.authoring import VersionRecord
from orchestrion.ports.journal import Claimed, Fence, InstanceEnd, Slice
from orchestrion.ports.runs import JobRecord
from orchestrion.ports.servers import Registration
from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.journal import SqlJournal
from tests.conformance.silence import fall_silent

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=2)
NOBODY = "00000000-0000-0000-0000-000000000000"


class Site:
    """Two servers with two slots each, and a runbook without a limit that matters."""

    def __init__(self, database: SqlDatabase) -> None:
        self.database = database
        self.journal = SqlJournal(database)
        self.fences: dict[str, Fence] = {}
        self.runbook_id = ""

    async def set_up(self) -> None:
        """Registers the servers, the primary first."""
        runbook = await self.database.write(lambda tx: tx.runbooks.add(tx.folders.root().id, "R", NOW))
        version = VersionRecord(runbook.id, 1, "me", NOW, "", {"orchestrion": "runbook/1", "name": "R"})
        await self.database.write(lambda tx: tx.runbooks.add_version(version, False, 100, ""))
        self.runbook_id = runbook.id
        for name in ("primary", "standby"):
            new = Registration(name, "1", 2)
            server = await self.database.write(lambda tx, new=new: tx.servers.register(new, NOW))  # type: ignore[misc]  # bound at once
            self.fences[name] = Fence(server.id, server.epoch)

    async def start(self, servers: tuple[str, ...] = ()) -> None:
        """Adds a job."""
        job = JobRecord(
            id=str(uuid7()),
            runbook_id=self.runbook_id,
            runbook_name="R",
            runbook_path="R",
            version=1,
            status=JobStatus.PENDING,
            is_monitor=False,
            parameters={},
            servers=servers,
            created_by_id=NOBODY,
            created_by_name="me",
            created_at=NOW,
        )
        await self.database.write(lambda tx: tx.runs.add_job(job))

    async def claim(self, name: str, free: int, now: datetime = NOW) -> list[Claimed]:
        """What the server gets for its free slots."""
        return await self.journal.claim(self.fences[name], free, now)


@pytest.fixture
async def site(database: SqlDatabase) -> Site:
    """The site."""
    made = Site(database)
    await made.set_up()
    return made


async def test_vector_18_the_primary_is_filled_before_a_standby_gets_anything(site: Site) -> None:
    """Five jobs: two on the primary, two on the standby, one queued for the primary's next free slot."""
    for _ in range(2):
        await site.start()
    assert await site.claim("standby", 2) == []
    for _ in range(3):
        await site.start()
    on_standby = await site.claim("standby", 2)  # it can tell that the primary will be full
    on_primary = await site.claim("primary", 2)
    assert len(on_primary) == len(on_standby) == 2
    assert max(each.instance_id for each in on_primary) < min(each.instance_id for each in on_standby)
    ended = Slice(on_primary[0].instance_id, on_primary[0].lease, [], outcome=InstanceEnd(JobStatus.SUCCESS, NOW))
    await site.journal.append(site.fences["primary"], [ended])
    assert await site.claim("standby", 1) == []
    assert len(await site.claim("primary", 1)) == 1


async def test_a_standby_takes_what_the_primary_leaves_lying(site: Site) -> None:
    """After two seconds nobody is waited for."""
    await site.start()
    assert await site.claim("standby", 1) == []
    assert len(await site.claim("standby", 1, LATER)) == 1


async def test_a_server_that_is_silent_is_not_waited_for(site: Site) -> None:
    """The standby takes new work at once."""
    await site.start()
    await fall_silent(site.database, site.fences["primary"].server_id, 11)
    assert len(await site.claim("standby", 1)) == 1


async def test_a_job_for_the_standby_alone_does_not_wait_for_the_primary(site: Site) -> None:
    """Who may not run it is not asked."""
    await site.start(("standby",))
    assert len(await site.claim("standby", 1)) == 1
