"""Audit, events and the installation's row behave alike on every database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from uuid_utils import uuid7

from orchestrion.model.access import SYSTEM
from orchestrion.model.errors import UnavailableError
from orchestrion.model.resources import EventType
from orchestrion.ports.access import AuditRecord, EventRecord
from orchestrion.ports.security import InstallationRecord
from orchestrion.ports.transaction import Database, Transaction

pytestmark = pytest.mark.anyio


def entry(now: datetime) -> AuditRecord:
    """An entry with details and an origin."""
    details = {"from": "a", "to": ["b", None]}
    return AuditRecord(str(uuid7()), now, SYSTEM.id, "Anna", "moved", "runbook", "1", "A/B", details, "127.0.0.1")


def event(now: datetime, kind: EventType = EventType.WARNING) -> EventRecord:
    """An event of an instance."""
    job, instance = str(uuid7()), str(uuid7())
    return EventRecord(str(uuid7()), now, kind, "Summary", "Details", "server-1", job, instance, "Run")


async def test_the_audit_is_read_newest_first(database: Database, now: datetime) -> None:
    """Entries come back whole, a page at a time."""
    entries = [entry(now) for _ in range(3)]

    def work(stores: Transaction) -> None:
        for each in entries:
            stores.audit.add(each)
        assert stores.audit.recent(None, 2) == [entries[2], entries[1]]
        assert stores.audit.recent(entries[1].id, 2) == [entries[0]]

    await database.write(work)


async def test_events_are_read_newest_first(database: Database, now: datetime) -> None:
    """Events come back whole, a page at a time, and by gravity."""
    later = [now, now + timedelta(seconds=1), now + timedelta(seconds=2)]
    events = [event(later[0]), event(later[1], EventType.ERROR), event(later[2])]
    events[2] = replace(events[2], id="00000000-0000-5000-8000-000000000001")  # as those that runs raise: without time

    def work(stores: Transaction) -> None:
        for each in events:
            stores.events.add(each)
        assert stores.events.recent(None, 2) == [events[2], events[1]]
        assert stores.events.recent(events[1].id, 2) == [events[0]]
        assert stores.events.recent(None, 5, EventType.ERROR) == [events[1]]

    await database.write(work)


async def test_an_event_is_stored_once(database: Database, now: datetime) -> None:
    """A writer that does not know whether it stored the event stores it again."""
    once = event(now)

    def work(stores: Transaction) -> list[EventRecord]:
        stores.events.add(once)
        stores.events.add(replace(once, summary="Again"))
        return stores.events.recent(None, 5)

    assert await database.write(work) == [once]


async def test_long_texts_of_events_are_cut(database: Database, now: datetime) -> None:
    """An event that is too long does not fail what it tells of (spec 11)."""

    def work(stores: Transaction) -> EventRecord:
        stores.events.add(replace(event(now), summary="s" * 999, details="d" * 9999))
        return stores.events.recent(None, 1)[0]

    stored = await database.write(work)
    assert (len(stored.summary), len(stored.details)) == (200, 2000)


async def test_an_installation_is_founded_once(database: Database, now: datetime) -> None:
    """Of two servers that start together, the second one gets the first one's row."""
    first, second = (InstallationRecord(str(uuid7()), key, now) for key in ("first", "second"))

    def work(stores: Transaction) -> None:
        assert stores.installation.get() is None
        assert stores.installation.add(first) == first
        assert stores.installation.add(second) == first
        stores.installation.set_key_check("third")
        assert stores.installation.get() == replace(first, key_check="third")

    await database.write(work)


async def test_nothing_is_changed_before_the_first_start(database: Database) -> None:
    """A new key for an installation that was never founded is a mistake."""
    with pytest.raises(UnavailableError, match="never started"):
        await database.write(lambda stores: stores.installation.set_key_check("x"))
