"""What operators look at: events, the audit, runbook servers, packs and the catalogue of activities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.activity_type import ActivityType
from orchestrion.model.resources import EventType, RunbookServer, ServerStatus
from orchestrion.ports.access import AuditRecord, EventRecord
from orchestrion.ports.clock import Clock
from orchestrion.ports.transaction import Database, Transaction

SEEN_WITHIN = timedelta(seconds=30)  # a server that has not been seen for so long is shown as offline


@dataclass(frozen=True, slots=True)
class ServerView:
    """A runbook server as it stands now: its status by when it was last seen, and the instances it owns."""

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

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

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
        now = self._clock.now()
        return await self._database.read(lambda stores: _servers(stores, now))

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


def _servers(stores: Transaction, now: datetime) -> list[ServerView]:
    running, packs = stores.servers.running_counts(), stores.catalogue.packs_of_servers()
    return [
        ServerView(server, _status(server, now), running.get(server.id, 0), packs.get(server.id, {}))
        for server in stores.servers.all()
    ]


def _status(server: RunbookServer, now: datetime) -> ServerStatus:
    return server.status if now - server.last_seen_at <= SEEN_WITHIN else ServerStatus.OFFLINE


def _title(pack: str) -> str:
    return " ".join(word.capitalize() for word in pack.split("-"))
