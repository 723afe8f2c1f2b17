"""Figures about the whole installation, on both databases."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from uuid_utils import uuid7

from orchestrion.model.job import JobStatus, StopLevel
from orchestrion.ports.authoring import VersionRecord
from orchestrion.ports.journal import Fence
from orchestrion.ports.observability import Figures
from orchestrion.ports.runs import JobRecord
from orchestrion.ports.servers import LEADER, Registration
from orchestrion.storage import tables, trigger_outcomes
from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.journal import SqlJournal
from orchestrion.storage.migrate import newest

pytestmark = pytest.mark.anyio
NOBODY = "00000000-0000-0000-0000-000000000000"


def a_job(runbook_id: str, created_at: datetime, trace_context: str | None = None) -> JobRecord:
    """A job of the runbook."""
    return JobRecord(
        id=str(uuid7()),
        runbook_id=runbook_id,
        runbook_name="R",
        runbook_path="R",
        version=1,
        status=JobStatus.PENDING,
        is_monitor=False,
        parameters={},
        servers=(),
        created_by_id=NOBODY,
        created_by_name="me",
        created_at=created_at,
        trace_context=trace_context,
    )


@pytest.fixture
async def runbook_id(database: SqlDatabase, now: datetime) -> str:
    """A runbook that runs one job at a time."""
    runbook = await database.write(lambda tx: tx.runbooks.add(tx.folders.root().id, "R", now))
    version = VersionRecord(runbook.id, 1, "me", now, "", {})
    await database.write(lambda tx: tx.runbooks.add_version(version, False, 1, ""))
    return runbook.id


@pytest.fixture
async def fence(database: SqlDatabase, now: datetime) -> Fence:
    """A registered server."""
    server = await database.write(lambda tx: tx.servers.register(Registration("s", "1", 5), now))
    return Fence(server.id, server.epoch)


async def figures(database: SqlDatabase) -> Figures:
    """As a scrape reads them."""
    return await database.read(lambda tx: tx.figures.figures())


async def test_an_empty_installation_has_nothing_to_show(database: SqlDatabase) -> None:
    """And no age of anything."""
    assert await figures(database) == Figures({}, 0.0, {}, 0.0, 0, {}, 0, [], None)


async def test_what_waits_is_counted_with_its_age(database: SqlDatabase, runbook_id: str) -> None:
    """By the database's clock."""
    asked = datetime.now(UTC) - timedelta(minutes=10)
    for created_at in (asked, asked + timedelta(minutes=5)):
        await database.write(lambda tx, at=created_at: tx.runs.add_job(a_job(runbook_id, at)))  # type: ignore[misc]  # bound at once
    found = await figures(database)
    assert (found.jobs, found.instances) == ({"pending": 2}, {"ready": 1})
    assert 600 <= found.oldest_pending < 660


async def test_what_has_ended_is_not_counted(database: SqlDatabase, runbook_id: str) -> None:
    """Neither jobs nor their instances."""
    job = await database.write(lambda tx: tx.runs.add_job(a_job(runbook_id, datetime.now(UTC))))
    await database.write(lambda tx: tx.runs.request_stop(job.id, datetime.now(UTC), StopLevel.NOW))
    found = await figures(database)
    assert (found.jobs, found.instances, found.oldest_pending) == ({}, {}, 0.0)


async def test_servers_show_their_lease_and_load(database: SqlDatabase, runbook_id: str, fence: Fence) -> None:
    """And the one that leads."""
    now = datetime.now(UTC)
    await database.write(lambda tx: tx.leases.acquire(LEADER, fence.server_id, 15))
    await database.write(lambda tx: tx.runs.add_job(a_job(runbook_id, now)))
    await SqlJournal(database).claim(fence, 5, now)
    found = await figures(database)
    (server,) = found.servers
    assert (server.name, server.status, server.epoch, server.capacity, server.running) == ("s", "online", 1, 5, 1)
    assert 0 <= server.heartbeat_age < 10
    assert server.lease_left == pytest.approx(15 - server.heartbeat_age)
    assert found.leader == "s"


async def test_a_server_that_left_is_offline(database: SqlDatabase, fence: Fence, now: datetime) -> None:
    """Whatever is left of its lease."""
    await database.write(lambda tx: tx.servers.leave(fence.server_id, fence.epoch, now))
    (server,) = (await figures(database)).servers
    assert server.status == "offline"


async def test_a_claim_brings_the_trace_and_the_times(database: SqlDatabase, runbook_id: str, fence: Fence) -> None:
    """That the job was stored with."""
    place = f"00-{'a' * 32}-{'b' * 16}-01"
    asked = datetime.now(UTC)
    await database.write(lambda tx: tx.runs.add_job(a_job(runbook_id, asked, place)))
    (claimed,) = await SqlJournal(database).claim(fence, 5, asked + timedelta(seconds=1))
    assert (claimed.trace_context, claimed.asked_at, claimed.started_at) == (place, asked, asked + timedelta(seconds=1))
    assert claimed.ready_at is not None
    stored = await database.read(lambda tx: tx.runs.job(claimed.job_id))
    assert stored.trace_context == place
    assert replace(stored, trace_context=None).trace_context is None


async def test_the_database_tells_of_itself(database: SqlDatabase) -> None:
    """Product, schema, time, and whether commits are durable; the test's databases are set up to be."""
    facts = await database.read(lambda tx: tx.figures.facts())
    assert facts.product.split()[0] in ("SQLite", "PostgreSQL")
    assert facts.schema == newest()
    assert abs((facts.now - datetime.now(UTC)).total_seconds()) < 5
    assert (facts.unsafe, facts.is_standby, facts.wants_standby) == ({}, False, False)


@pytest.mark.parametrize(
    ("index", "condition"),
    [
        ("ix_job_active", tables.IS_ACTIVE),
        ("ix_job_admitted", tables.IS_ADMITTED),
        ("ix_job_queued", tables.IS_QUEUED),
        ("ix_instance_active", tables.IS_OPEN),
        ("ix_instance_ready", tables.IS_READY),
        ("ix_instance_owned", tables.IS_OWNED),
        ("ix_instance_parked", tables.IS_PARKED),
        ("ix_trigger_waiting", trigger_outcomes.WAITS),
    ],
)
def test_a_small_index_is_asked_in_its_own_words(index: str, condition: object) -> None:
    """A condition that is not the index's word for word would be a look through history."""
    found = {str(each.name): each for table in tables.metadata.tables.values() for each in table.indexes}[index]
    asked = re.sub(r"\b(job|instance|trigger_seen)\.", "", str(condition))
    wheres = [found.dialect_options[name]["where"] for name in ("sqlite", "postgresql")]
    assert {str(where) for where in wheres} == {asked}
