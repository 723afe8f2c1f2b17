"""Tells, once each, of runs that do not begin although a server could run them, or that none can run (spec 5.7).

A run that takes long says so itself (`report_after_seconds`), and one whose server stands still is taken over; of
neither is anything more known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from orchestrion.model.ids import derived_id
from orchestrion.model.maintenance import DutyName
from orchestrion.model.resources import EventType
from orchestrion.model.start_reason import StartCode
from orchestrion.ports.access import EventRecord
from orchestrion.ports.clock import Clock
from orchestrion.ports.maintenance import Late
from orchestrion.ports.transaction import Transaction
from orchestrion.services.maintenance.duty import Figures, Lead
from orchestrion.services.start_reasons import explained_instances

#: A run that is ready for so long, while a server that may run it has a free slot, should have begun (spec 5.7).
BEGINS_WITHIN = timedelta(seconds=60)
_EVERY = timedelta(seconds=15)
#: A permitted server has a free slot; or none could ever run it as things stand.
_SHOULD_BEGIN = frozenset(
    {StartCode.STARTING, StartCode.BETTER_SERVER, StartCode.BEHIND_OTHERS}
    | {StartCode.MISSING_PACK, StartCode.UNKNOWN_SERVER}
)
_MOST = 200  # in one look
_REMEMBERED = 100_000


class Watch:
    """Looks at runs that no server has ever taken up."""

    name = DutyName.WATCH

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: dict[str, None] = {}

    def next_due(self, now: datetime) -> datetime:
        """Soon."""
        return now + _EVERY

    async def run(self, lead: Lead, _wanted: Figures, _before: Figures) -> Figures:
        """Raises an event for each that was not told of before; an event with the same id is stored once."""
        events = await lead.read(lambda tx: self._not_begun(tx, lead.holder))
        new = [each for each in events if each.id not in self._told]
        if new:
            await lead.write(lambda tx: _store(tx, new))
        if len(self._told) > _REMEMBERED:
            self._told.clear()
        self._told.update(dict.fromkeys(each.id for each in new))
        return {"seen": len(events), "new": len(new)}

    def _not_begun(self, tx: Transaction, source: str) -> list[EventRecord]:
        now = self._clock.now()
        late = {each.instance_id: each for each in tx.watch.not_begun(now - BEGINS_WITHIN, _MOST)}
        told = explained_instances(tx, [tx.runs.instance(each) for each in late], now)
        return [
            self._event(late[each.id], each.reason or "", source) for each in told if each.reason_code in _SHOULD_BEGIN
        ]

    def _event(self, found: Late, why: str, source: str) -> EventRecord:
        return EventRecord(
            id=derived_id("does not begin", found.instance_id),
            at=self._clock.now(),
            type=EventType.WARNING,
            summary=f"A run of '{found.runbook_path}' does not begin.",
            details=why,
            source=source,
            job_id=found.job_id,
            instance_id=found.instance_id,
            runbook_name=found.runbook_path.rpartition("/")[2],
        )


def _store(tx: Transaction, events: Sequence[EventRecord]) -> None:
    for each in events:
        tx.events.add(each)
