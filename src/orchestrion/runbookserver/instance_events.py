"""Platform events that one instance, or one armed monitor, raises (spec 5.12)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from orchestrion.model.ids import derived_id
from orchestrion.model.resources import EVENT_DETAILS_LENGTH, EVENT_SUMMARY_LENGTH, EventType
from orchestrion.ports.access import EventRecord
from orchestrion.ports.clock import Clock

StoreEvent = Callable[[EventRecord], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class EventSource:
    """Where events come from; `instance_id` is None for a monitor that watches."""

    server: str
    clock: Clock
    store: StoreEvent
    runbook_name: str
    job_id: str
    instance_id: str | None = None

    async def raise_event(self, kind: EventType, summary: str, details: str = "") -> None:
        """Stores an event of the product's own, cut to the allowed lengths; the same summary is stored once."""
        event_id = derived_id(self.instance_id or self.job_id, summary)
        cut = self.event(event_id, kind, summary[:EVENT_SUMMARY_LENGTH], details[:EVENT_DETAILS_LENGTH])
        await self.store(cut)

    def event(self, event_id: str, kind: EventType, summary: str, details: str) -> EventRecord:
        """An event ready to be stored."""
        return EventRecord(
            id=event_id,
            at=self.clock.now(),
            type=kind,
            summary=summary,
            details=details,
            source=self.server,
            job_id=self.job_id,
            instance_id=self.instance_id,
            runbook_name=self.runbook_name,
        )
