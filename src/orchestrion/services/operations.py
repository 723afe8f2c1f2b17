"""What operators look at: events, the audit, runbook servers, packs and the catalogue of activities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.activity_type import ActivityType
from orchestrion.model.resources import EventType, RunbookServer, ServerStatus
from orchestrion.ports.access import AuditRecord, EventRecord
from orchestrion.ports.transaction import Database, Transaction


@dataclass(frozen=True, slots=True)
class ServerView:
    """A runbook server as it stands now: offline when its lease is over, and the instances it owns."""

    server: RunbookServer
    status: ServerStatus
    running: int
    packs: Mapping[str, str]

    @property
    def role(self) -> str:
        """`primary` for the first server of the list, `standby` for the others (spec 5.6)."""
        return "standby" if self.server.rank else "primary"


@dataclass(frozen=True, slots=True)
class PackView:
    """A pack that at least one server has, in its newest version."""

    id: str
    name: str
    version: str
    activity_count: int


class Operations:
    """Reading for operators. All methods raise RefusedError when the actor lacks the right."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def events(
        self, actor: Actor, before: str | None = None, limit: int = 50, kind: EventType | None = None
    ) -> list[EventRecord]:
        """Platform events, newest first, older than the id `before`."""
        demand(actor, Right.VIEW_RUNS)
        return await self._database.read(lambda stores: stores.events.recent(before, limit, kind))

    async def audit(self, actor: Actor, before: str | None = None, limit: int = 50) -> list[AuditRecord]:
        """Audit entries, newest first, older than the id `before`."""
        demand(actor, Right.ADMINISTER)
        return await self._database.read(lambda stores: stores.audit.recent(before, limit))

    async def servers(self, actor: Actor) -> list[ServerView]:
        """Every runbook server by rank."""
        demand(actor, Right.VIEW)
        return await self._database.read(_servers)

    async def packs(self, actor: Actor) -> list[PackView]:
        """Every pack by id."""
        demand(actor, Right.VIEW)
        found = await self._database.read(lambda stores: stores.catalogue.packs())
        return [PackView(pack, _title(pack), version, count) for pack, version, count in found]

    async def activity_types(self, actor: Actor) -> list[ActivityType]:
        """The catalogue by id."""
        demand(actor, Right.VIEW)
        types = await self._database.read(lambda stores: stores.catalogue.types())
        return list(types.values())


def _servers(stores: Transaction) -> list[ServerView]:
    running, packs = stores.servers.running_counts(), stores.catalogue.packs_of_servers()
    return [
        ServerView(server, _status(server), running.get(server.id, 0), packs.get(server.id, {}))
        for server in stores.servers.all()
    ]


def _status(server: RunbookServer) -> ServerStatus:
    return server.status if server.is_heard else ServerStatus.OFFLINE


def _title(pack: str) -> str:
    return " ".join(word.capitalize() for word in pack.split("-"))
