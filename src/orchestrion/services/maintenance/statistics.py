"""Counts how runs ended, a few minutes at a time (spec 5.1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from orchestrion.model.maintenance import DutyName
from orchestrion.model.statistics import LENGTHS, Period
from orchestrion.ports.clock import Clock
from orchestrion.ports.maintenance import Slot
from orchestrion.ports.transaction import Transaction
from orchestrion.services.maintenance.duty import Figures, Lead

SHORT = timedelta(minutes=5)
LONG = timedelta(hours=1)
_EVERY = timedelta(minutes=1)
_OPEN = timedelta(minutes=15)  # the end of a run is journaled no later than that after the moment it tells
_SHORT_FOR = timedelta(hours=25)  # the figures of the last day are exact to the length of a short slot
_KEPT_FOR = timedelta(days=31)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Statistics:
    """Counts the newest minutes again and again, and makes hours of what is older than a day.

    After a time without any count it goes back to where it stood.
    """

    name = DutyName.STATISTICS

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def next_due(self, now: datetime) -> datetime:
        """In a minute."""
        return now + _EVERY

    async def run(self, lead: Lead, _wanted: Figures, before: Figures) -> Figures:
        """Each slot is a transaction of its own."""
        now = self._clock.now()
        until = before.get("until")
        counted = datetime.fromisoformat(until) if isinstance(until, str) else await self._oldest(lead, now)
        start = max(begin_of(min(counted, now) - _OPEN, SHORT), begin_of(now - _KEPT_FOR, SHORT))
        slots = 0
        while start <= now:
            await lead.write(partial(_recount, Slot(start, SHORT)))
            start += SHORT
            slots += 1
        merged = await self._merge(lead, now)
        await lead.write(lambda tx: tx.statistics.forget(now - _KEPT_FOR))
        return {"until": now.isoformat(), "slots": slots, "merged": merged}

    async def _oldest(self, lead: Lead, now: datetime) -> datetime:
        """Where the first count begins: figures reach back a week at most."""
        oldest = await lead.read(lambda tx: tx.statistics.oldest_job())
        return now if oldest is None else max(oldest, now - LENGTHS[Period.WEEK])

    async def _merge(self, lead: Lead, now: datetime) -> int:
        bound, merged = begin_of(now - _SHORT_FOR, LONG), 0
        while (first := await lead.read(lambda tx: tx.statistics.first(SHORT))) is not None and first < bound:
            await lead.write(partial(_merge, Slot(begin_of(first, LONG), LONG)))
            merged += 1
        return merged


def begin_of(moment: datetime, length: timedelta) -> datetime:
    """Where the slot of this length begins that a moment lies in."""
    return moment - (moment - _EPOCH) % length


def _recount(slot: Slot, tx: Transaction) -> None:
    tx.statistics.recount(slot)


def _merge(slot: Slot, tx: Transaction) -> None:
    tx.statistics.merge(SHORT, slot)
