"""Counts how runs ended, a few minutes at a time (spec 5.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import anyio
import anyio.lowlevel

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
_MOST_AT_ONCE, _SHORT_TRANSACTION = 48, 0.025  # slots; seconds
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
        """Counts every slot since the last count, and those before it that may have grown since."""
        now = self._clock.now()
        until = before.get("until")
        counted = datetime.fromisoformat(until) if isinstance(until, str) else await self._oldest(lead, now)
        slots = list(_slots(max(min(counted, now) - _OPEN, now - _KEPT_FOR), now))
        await self._count(lead, slots)
        merged = await self._merge(lead, now)
        await lead.write(lambda tx: tx.statistics.forget(now - _KEPT_FOR))
        return {"until": now.isoformat(), "slots": len(slots), "merged": merged}

    async def _count(self, lead: Lead, slots: Sequence[Slot]) -> None:
        """As many in one transaction as it takes to be neither long nor too short."""
        done, size = 0, 1
        while done < len(slots):
            began = self._clock.steady()
            await lead.write(partial(_recount, slots[done : done + size]))
            done += size
            size = min(size * 2, _MOST_AT_ONCE) if self._clock.steady() - began < _SHORT_TRANSACTION else 1
            await anyio.lowlevel.checkpoint()

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


def _slots(start: datetime, now: datetime) -> Iterator[Slot]:
    """Hours where they are merged soon anyway, short ones up to now."""
    at, bound = begin_of(start, LONG), begin_of(now - _SHORT_FOR, LONG)
    while at < bound:
        yield Slot(at, LONG)
        at += LONG
    at = max(bound, begin_of(start, SHORT))
    while at <= now:
        yield Slot(at, SHORT)
        at += SHORT


def _recount(slots: Sequence[Slot], tx: Transaction) -> None:
    for each in slots:
        if each.length == LONG:
            tx.statistics.merge(SHORT, each)  # takes the short ones away
        tx.statistics.recount(each)


def _merge(slot: Slot, tx: Transaction) -> None:
    tx.statistics.merge(SHORT, slot)
