"""What operators look at: events, the audit, packs and the catalogue of activities."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.activity_type import ActivityType
from orchestrion.model.resources import EventType
from orchestrion.ports.access import AuditRecord, EventRecord
from orchestrion.ports.transaction import Database


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


def _title(pack: str) -> str:
    return " ".join(word.capitalize() for word in pack.split("-"))
