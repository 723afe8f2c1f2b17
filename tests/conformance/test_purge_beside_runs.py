"""A large purge goes on beside runs: they wait for one of its short transactions at most, on every database."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import anyio
import pytest
from uuid_utils import uuid7

from orchestrion.model.job import JobStatus
from orchestrion.ports.journal import Fence, InstanceEnd, Slice
from orchestrion.ports.runs import JobRecord
from orchestrion.ports.servers import Registration
from orchestrion.runbookserver.clock import SystemClock
from orchestrion.services.maintenance.purge import Purge
from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.journal import SqlJournal
from orchestrion.storage.tables import execution, instance
from tests.conformance.maintaining import Shelf, take_lead, utc
from tests.conformance.stored import NOBODY, Stored, add_runbook

pytestmark = pytest.mark.anyio
EXECUTIONS = 100  # of each instance
LONGEST_WAIT = 5.0  # seconds, on a machine with much else to do


@dataclass
class Runs:
    """Starts jobs and ends them, one after the other, and takes the time of each."""

    stored: Stored
    fence: Fence
    seconds: list[float] = field(default_factory=list)

    async def go_on(self) -> None:
        """Until cancelled."""
        while True:
            await self.once()

    async def once(self) -> None:
        """One job from its request to its end."""
        began = time.perf_counter()
        now, runbook, database = datetime.now(UTC), self.stored.runbook, self.stored.database
        new = JobRecord(
            id=str(uuid7()),
            runbook_id=runbook.id,
            runbook_name="R",
            runbook_path="R",
            version=1,
            status=JobStatus.PENDING,
            is_monitor=False,
            parameters={},
            servers=(),
            created_by_id=NOBODY,
            created_by_name="me",
            created_at=now,
        )
        await database.write(lambda tx: tx.runs.add_job(new))
        journal = SqlJournal(database)
        (claimed,) = await journal.claim(self.fence, 1, now)
        end = InstanceEnd(JobStatus.SUCCESS, now)
        await journal.append(self.fence, [Slice(claimed.instance_id, claimed.lease, [], outcome=end)])
        self.seconds.append(time.perf_counter() - began)


@pytest.mark.parametrize("count", [200, pytest.param(1000, marks=pytest.mark.soak)])
async def test_runs_go_on_beside_a_large_purge(database: SqlDatabase, count: int) -> None:
    """A hundred executions of each go; no run waits longer for it than a moment, and none of them is touched."""
    now = datetime.now(UTC)
    stored = Stored(database, await add_runbook(database, "R", now), now)
    await stored.ended(count, 400, executions=EXECUTIONS)
    await database.write(lambda tx: tx.retention.set_rules(tx.folders.root().id, {"success": {"days": 90, "count": 0}}))
    server = await database.write(lambda tx: tx.servers.register(Registration("s", "1", 10, lease_seconds=3600), now))
    runs, lead = Runs(stored, Fence(server.id, server.epoch)), await take_lead(database)
    async with anyio.create_task_group() as group:
        group.start_soon(runs.go_on)
        figures = await Purge(SystemClock(), utc, Shelf()).run(lead, {}, {})
        group.cancel_scope.cancel()
    assert (figures["instances"], figures["rows"]) == (count, count * EXECUTIONS)
    assert len(runs.seconds) > 1
    assert max(runs.seconds) < LONGEST_WAIT, figures
    assert await stored.count(execution) == 0
    assert len(runs.seconds) <= await stored.count(instance) <= len(runs.seconds) + 1
