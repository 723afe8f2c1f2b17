"""An installation with runbooks and servers of several kinds, where the stores meet: starts, claims, ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from uuid_utils import uuid7

from orchestrion.model.activity_type import ActivityType, EffectTable
from orchestrion.model.job import JobStatus
from orchestrion.model.runbook import EffectClass
from orchestrion.model.values import Json
from orchestrion.ports.authoring import VersionRecord
from orchestrion.ports.journal import Claimed, Fence, InstanceEnd, Slice
from orchestrion.ports.runs import JobRecord
from orchestrion.ports.servers import Registration
from orchestrion.ports.transaction import Transaction
from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.journal import SqlJournal

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
NOBODY = "00000000-0000-0000-0000-000000000000"
SERVER = Registration("", "1", 2, 600.0)


def activity_type(name: str) -> ActivityType:
    """A type of the pack that the name begins with."""
    return ActivityType(name, name.partition(".")[0], name, "Test", effect=EffectTable(EffectClass.READ))


@dataclass
class Site:
    """Runbooks and servers go by their names."""

    database: SqlDatabase
    journal: SqlJournal = field(init=False)
    fences: dict[str, Fence] = field(default_factory=dict)
    runbooks: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.journal = SqlJournal(self.database)

    async def server(self, name: str, *types: str, **changes: object) -> str:
        """Registers a server with two places; gives its id."""
        new = replace(SERVER, name=name, **changes)  # type: ignore[arg-type]  # fields by name

        def register(tx: Transaction) -> Fence:
            found = tx.servers.register(new, NOW)
            kinds = [activity_type(each) for each in types]
            tx.catalogue.announce(found.id, {each.pack: "1" for each in kinds}, kinds)
            return Fence(found.id, found.epoch)

        self.fences[name] = await self.database.write(register)
        return self.fences[name].server_id

    async def runbook(
        self, name: str, *types: str, limit: int = 100, is_monitor: bool = False, **settings: Json
    ) -> str:
        """Checks a runbook in that has these activities; gives its id."""
        made = await self.database.write(lambda tx: tx.runbooks.add(tx.folders.root().id, name, NOW))
        activities: Mapping[str, Json] = {f"a{number}": {"type": each} for number, each in enumerate(types)}
        document: dict[str, Json] = {
            "orchestrion": "runbook/1",
            "name": name,
            "settings": settings,
            "activities": activities,
        }
        version = VersionRecord(made.id, 1, "me", NOW, "", document)
        await self.database.write(lambda tx: tx.runbooks.add_version(version, is_monitor, limit, ""))
        self.runbooks[name] = made.id
        return made.id

    async def start(
        self,
        name: str,
        servers: tuple[str, ...] = (),
        *,
        priority: int = 0,
        at: datetime = NOW,
        is_monitor: bool = False,
    ) -> JobRecord:
        """Starts a job of a runbook."""
        job = JobRecord(
            id=str(uuid7()),
            runbook_id=self.runbooks[name],
            runbook_name=name,
            runbook_path=name,
            version=1,
            status=JobStatus.PENDING,
            is_monitor=is_monitor,
            parameters={},
            servers=servers,
            created_by_id=NOBODY,
            created_by_name="me",
            created_at=at,
            priority=priority,
        )
        return await self.database.write(lambda tx: tx.runs.add_job(job))

    async def claim(self, name: str, free: int = 50, now: datetime = NOW) -> list[Claimed]:
        """What a server gets for its free places."""
        return await self.journal.claim(self.fences[name], free, now)

    async def claimed_jobs(self, name: str, free: int = 50, now: datetime = NOW) -> list[str]:
        """The jobs of what a server gets, in their order."""
        return [each.job_id for each in await self.claim(name, free, now)]

    async def armed(self, name: str, now: datetime = NOW) -> list[str]:
        """The jobs of the monitors that a server gets."""
        return [each.job_id for each in await self.journal.claim_monitors(self.fences[name], 50, now)]

    async def end(self, name: str, claimed: Claimed, at: datetime = NOW) -> None:
        """Ends an instance that the server runs."""
        end = Slice(claimed.instance_id, claimed.lease, [], outcome=InstanceEnd(JobStatus.SUCCESS, at))
        await self.journal.append(self.fences[name], [end])
