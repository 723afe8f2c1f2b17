"""Looks for runs that nothing would move on, and sets them right (durability.md 2)."""

from __future__ import annotations

from datetime import datetime, timedelta

from uuid_utils import uuid7

from orchestrion.model.ids import derived_id
from orchestrion.model.maintenance import DutyName
from orchestrion.model.resources import EventType
from orchestrion.model.values import Json
from orchestrion.ports.access import EventRecord
from orchestrion.ports.clock import Clock
from orchestrion.ports.journal import WORK, Wakeups
from orchestrion.ports.maintenance import Repaired, Violation
from orchestrion.ports.transaction import Transaction
from orchestrion.services.maintenance.duty import Figures, Lead

_EVERY = timedelta(seconds=30)


class Repair:
    """Finds nothing, unless there is a fault in the product or somebody has changed the database by hand.

    A violation is repaired when it is seen twice: what a server is about to do by itself is left to it.
    """

    name = DutyName.REPAIR

    def __init__(self, clock: Clock, wakeups: Wakeups) -> None:
        self._clock = clock
        self._wakeups = wakeups
        self._seen: set[Violation] = set()

    def next_due(self, now: datetime) -> datetime:
        """Soon."""
        return now + _EVERY

    async def run(self, lead: Lead, wanted: Figures, before: Figures) -> Figures:
        """Every repair raises an event, and so does, once, what needs a person. When asked for, it repairs at once."""
        found = await lead.read(lambda tx: tx.invariants.violations())
        again = [each for each in found if wanted or each in self._seen]
        self._seen = set(found)
        repaired = await lead.write(lambda tx: self._repaired(tx, again, lead.holder)) if again else []
        done = sum(1 for each in repaired if each.action)
        if done:
            self._wakeups.announce(WORK)
        by_code: dict[str, Json] = {}
        for each in found:
            by_code[each.code.value] = _number(by_code.get(each.code.value)) + 1
        return {"found": len(found), "repaired": done, "repaired_ever": _number(before.get("repaired_ever")) + done} | (
            {"by_code": by_code} if by_code else {}
        )

    def _repaired(self, tx: Transaction, found: list[Violation], source: str) -> list[Repaired]:
        now = self._clock.now()
        repaired = tx.invariants.repair(found, now)
        for each in repaired:
            tx.events.add(_event(each, now, source))
        return repaired


def _event(repaired: Repaired, now: datetime, source: str) -> EventRecord:
    found = repaired.violation
    subject = found.instance_id or found.job_id or found.runbook_id
    once = derived_id("violation", found.code.value, subject)
    return EventRecord(
        id=str(uuid7()) if repaired.action else once,
        at=now,
        type=EventType.WARNING if repaired.action else EventType.ERROR,
        summary=f"A run of '{found.runbook_path}' was set right." if repaired.action else "A run needs a person.",
        details=f"{found.words} {repaired.action}".strip(),
        source=source,
        job_id=found.job_id,
        instance_id=found.instance_id,
        runbook_name=found.runbook_path.rpartition("/")[2],
    )


def _number(value: Json) -> int:
    return int(value) if isinstance(value, (int, float)) else 0
