"""What tests of services stand on: a clock that obeys, people, a catalogue, and runbooks in the wire format."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from orchestrion.model.access import Actor, Role
from orchestrion.model.activity_type import ActivityKind, ActivityType, EffectTable, Field, PublishedItem
from orchestrion.model.runbook import EffectClass
from orchestrion.model.values import Json
from orchestrion.ports.authoring import Document
from orchestrion.ports.transaction import Database, Transaction

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ANNA = Actor("00000000-0000-0000-0000-00000000000a", "Anna", Role.ADMINISTRATOR, "127.0.0.1")
BERT = Actor("00000000-0000-0000-0000-00000000000b", "Bert", Role.ADMINISTRATOR)
SERVER = "00000000-0000-0000-0000-000000000001"

_READ = EffectTable(EffectClass.READ)
TYPES = (
    ActivityType(
        "test.step",
        "test-pack",
        "Step",
        "Test",
        effect=_READ,
        inputs=(Field("value", "Value", required=True),),
        published=(PublishedItem("text"),),
    ),
    ActivityType("test.watch", "test-pack", "Watch", "Test", kind=ActivityKind.MONITOR, effect=_READ),
)


class Clock:
    """See ports.Clock; time passes when a test says so."""

    def __init__(self) -> None:
        self._passed = timedelta()

    def now(self) -> datetime:
        """See ports.Clock."""
        return START + self._passed

    def steady(self) -> float:
        """See ports.Clock."""
        return self._passed.total_seconds()

    def forward(self, **parts: float) -> None:
        """Lets time pass, e.g. `minutes=5`."""
        self._passed += timedelta(**parts)


def document(name: str = "Run", *, value: str = "x", **fields: Json) -> Document:
    """A runbook of one step that may be checked in."""
    step: Mapping[str, Json] = {"type": "test.step", "name": "Step", "position": [0, 0], "inputs": {"value": value}}
    return {"orchestrion": "runbook/1", "name": name, **fields, "activities": {"step": step}, "links": []}


async def found_root(database: Database) -> str:
    """The id of the top folder."""
    return await database.write(lambda stores: stores.folders.root().id)


async def audited(database: Database) -> list[tuple[str, str]]:
    """Who did what, oldest first."""

    def look(stores: Transaction) -> list[tuple[str, str]]:
        return [(entry.user_name, entry.action) for entry in reversed(stores.audit.recent(None, 100))]

    return await database.read(look)
