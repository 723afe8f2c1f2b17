"""A monitor on a database: what it sees is stored, and its instances end as they are told to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import Connection, select
from uuid_utils import uuid7

from orchestrion.model.job import InstanceState, JobStatus
from orchestrion.model.triggers import MonitorLimits, TriggerStatus
from orchestrion.model.values import Record
from orchestrion.ports.authoring import VersionRecord
from orchestrion.ports.journal import ArmedMonitor, Fence, InstanceEnd, SeenTrigger
from orchestrion.ports.runs import JobRecord
from orchestrion.ports.servers import Registration
from orchestrion.ports.transaction import Transaction
from orchestrion.ports.triggers import Answer, Arming, MonitorRecord, TriggerFilter, TriggerRecord
from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.endings import end_instances
from orchestrion.storage.journal import SqlJournal
from orchestrion.storage.tables import instance

T = TypeVar("T")
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
NOBODY = "00000000-0000-0000-0000-000000000000"


def seen(key: str, published: Record | None = None, cursor: str = "") -> SeenTrigger:
    """Something that a monitor saw."""
    data = {"Log Entry ID": 1} if published is None else published
    return SeenTrigger(str(uuid7()), key, cursor or f"after {key}", data, NOW)


@dataclass
class Watched:
    """One runbook that starts with a monitor, and a server."""

    database: SqlDatabase
    runbook_id: str
    fence: Fence

    async def job(self, limit: int = 1, predecessor_id: str | None = None) -> JobRecord:
        """Starts the monitor."""
        job = JobRecord(
            id=str(uuid7()),
            runbook_id=self.runbook_id,
            runbook_name="R",
            runbook_path="R",
            version=1,
            status=JobStatus.PENDING,
            is_monitor=True,
            parameters={},
            servers=(),
            created_by_id=NOBODY,
            created_by_name="me",
            created_at=NOW,
            predecessor_id=predecessor_id,
        )
        return await self.write(lambda tx: tx.runs.add_job(job, limit))

    async def claim(self) -> ArmedMonitor:
        """Takes the one monitor that is ready."""
        (armed,) = await SqlJournal(self.database).claim_monitors(self.fence, 5, NOW)
        return armed

    async def arm(self, limits: MonitorLimits | None = None, limit: int = 1) -> ArmedMonitor:
        """Starts the monitor and watches."""
        await self.job(limit)
        return await self.arm_again(limits)

    async def arm_again(self, limits: MonitorLimits | None = None) -> ArmedMonitor:
        """Watches for a monitor that is ready."""
        armed = await self.claim()
        await self.write(lambda tx: tx.triggers.arm(self.fence, armed, Arming(limits or MonitorLimits(), NOW)))
        return armed

    async def see(self, armed: ArmedMonitor, *keys: str) -> list[Answer]:
        """Stores triggers, all at once."""
        return await self.store(armed, [seen(key) for key in keys])

    async def store(self, armed: ArmedMonitor, found: Sequence[SeenTrigger]) -> list[Answer]:
        """Stores triggers, all at once."""
        return await self.write(lambda tx: tx.triggers.store(self.fence, [(armed, each) for each in found]))

    async def end(self, status: JobStatus = JobStatus.SUCCESS, error: str = "") -> None:
        """Ends all instances that have not ended."""

        def end_all(connection: Connection) -> None:
            left = select(instance.c.id).where(instance.c.state != InstanceState.ENDED.value)
            end_instances(
                connection, {each: InstanceEnd(status, NOW, error=error) for each in connection.scalars(left)}
            )

        await self.database.on_writer(end_all)

    async def find(self, *statuses: TriggerStatus, **wanted: object) -> list[TriggerRecord]:
        """A list of triggers."""
        filters = replace(TriggerFilter(statuses=statuses), **wanted)  # type: ignore[arg-type]  # fields by name
        return await self.write(lambda tx: tx.triggers.find(filters))

    async def statuses(self) -> str:
        """How all triggers stand, oldest first."""
        return " ".join(each.status.value for each in reversed(await self.find()))

    async def monitor(self, armed: ArmedMonitor) -> MonitorRecord:
        """How the monitor stands."""
        found = await self.write(lambda tx: tx.triggers.monitor(armed.job_id))
        assert found is not None
        return found

    async def reason(self, armed: ArmedMonitor) -> str:
        """What stands on the job."""
        return (await self.write(lambda tx: tx.runs.job(armed.job_id))).reason or ""

    async def events(self) -> list[str]:
        """The events there are."""
        return [each.summary for each in await self.write(lambda tx: tx.events.recent(None, 50))]

    async def fall(self) -> None:
        """The server dies, and comes back under another epoch."""
        server = await self.write(lambda tx: tx.servers.register(Registration("s", "1", 10), NOW))
        self.fence = Fence(server.id, server.epoch)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Runs a transaction."""
        return await self.database.write(work)


async def watched(database: SqlDatabase) -> Watched:
    """A runbook and a server."""
    runbook = await database.write(lambda tx: tx.runbooks.add(tx.folders.root().id, "R", NOW))
    version = VersionRecord(runbook.id, 1, "me", NOW, "", {"orchestrion": "runbook/1", "name": "R"})
    await database.write(lambda tx: tx.runbooks.add_version(version, True, 1, ""))
    server = await database.write(lambda tx: tx.servers.register(Registration("s", "1", 10), NOW))
    return Watched(database, runbook.id, Fence(server.id, server.epoch))
