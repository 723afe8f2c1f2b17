"""Does the maintenance duties of an installation, on whichever of its processes has the lead."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import anyio
import structlog
from anyio.abc import TaskGroup

from orchestrion.model.errors import UnavailableError
from orchestrion.model.ids import derived_id
from orchestrion.model.resources import EventType
from orchestrion.ports.access import EventRecord
from orchestrion.ports.clock import Clock
from orchestrion.ports.maintenance import DutyRecord
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.maintenance.duty import LEASE, Duty, Figures, Lead, LeadLostError

_RETRY = timedelta(minutes=15)  # at most, after a failure
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Term:
    """How long the lead is granted for, and how often it is renewed and looked for duties; in seconds."""

    lease: float = 15.0
    look: float = 2.0


class Upkeep:
    """`run` until cancelled; `name` is that of this process, for people."""

    def __init__(self, database: Database, clock: Clock, duties: Sequence[Duty], name: str, term: Term) -> None:
        self._database = database
        self._clock = clock
        self._duties = {duty.name.value: duty for duty in duties}
        self._name = name
        self._term = term

    async def run(self) -> None:
        """Waits for the lead, does the duties while it has it, and waits again."""
        while True:
            try:
                lead = await self._take_lead()
                if lead is not None:
                    try:
                        await self._serve(lead)
                    finally:
                        await self._give_up(lead)
            except* (UnavailableError, LeadLostError):
                pass  # whoever leads when the database is back goes on where this one stood
            await anyio.sleep(self._term.look)

    async def _take_lead(self) -> Lead | None:
        """The lead, unless another process has it; looking costs no write."""
        if await self._database.read(lambda tx: tx.leases.holder(LEASE)) is not None:
            return None
        seconds = self._term.lease
        token = await self._database.write(lambda tx: tx.leases.acquire(LEASE, self._name, seconds))
        return None if token is None else Lead(self._database, self._name, seconds, token)

    async def _give_up(self, lead: Lead) -> None:
        """So that the next process need not wait for the end of the grant."""
        with anyio.CancelScope(shield=True), anyio.move_on_after(self._term.look), suppress(UnavailableError):
            await self._database.write(lambda tx: tx.leases.release(LEASE, lead.token))

    async def _serve(self, lead: Lead) -> None:
        """Begins what is due or wanted and ends what was stopped, until the lead is lost."""
        await lead.write(self._know_duties)
        running: dict[str, anyio.CancelScope] = {}
        async with anyio.create_task_group() as group:
            while True:
                for record in await lead.write(lambda tx: tx.duties.all()):
                    self._look(group, lead, record, running)
                await anyio.sleep(self._term.look)

    def _know_duties(self, tx: Transaction) -> None:
        now = self._clock.now()
        for name, duty in self._duties.items():
            tx.duties.ensure(name, duty.next_due(now))

    def _look(self, group: TaskGroup, lead: Lead, record: DutyRecord, running: dict[str, anyio.CancelScope]) -> None:
        scope = running.get(record.name)
        if scope is not None:
            if record.is_stopped and record.wanted is None:
                scope.cancel()
            return
        is_due = not record.is_stopped and record.due_at <= self._clock.now()
        if record.name in self._duties and (is_due or record.wanted is not None):
            running[record.name] = anyio.CancelScope()
            group.start_soon(self._run, lead, record, running)

    async def _run(self, lead: Lead, record: DutyRecord, running: dict[str, anyio.CancelScope]) -> None:
        duty = self._duties[record.name]
        try:
            await lead.write(lambda tx: tx.duties.begin(record.name, self._name, self._clock.now()))
            with running[record.name] as scope:
                await self._do(duty, lead, record)
            if scope.cancelled_caught:
                await lead.write(lambda tx: self._note_stop(tx, record))
        finally:
            del running[record.name]

    async def _do(self, duty: Duty, lead: Lead, record: DutyRecord) -> None:
        try:
            figures = await duty.run(lead, record.wanted or {}, record.figures or {})
        except (UnavailableError, LeadLostError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the duty's error tells it
            _log.exception("A maintenance duty failed.", duty=record.name)
            words = str(error) or type(error).__name__
            await lead.write(lambda tx: self._note_failure(tx, record, words))
        else:
            await lead.write(lambda tx: self._note_success(tx, record, figures))

    def _note_success(self, tx: Transaction, record: DutyRecord, figures: Figures) -> None:
        now = self._clock.now()
        tx.duties.end(record, now, self._duties[record.name].next_due(now), figures)

    def _note_stop(self, tx: Transaction, record: DutyRecord) -> None:
        now = self._clock.now()
        tx.duties.fail(record, now, self._duties[record.name].next_due(now), "It was stopped.")

    def _note_failure(self, tx: Transaction, record: DutyRecord, error: str) -> None:
        """The first of a row of failures raises an event."""
        now = self._clock.now()
        due_at = min(self._duties[record.name].next_due(now), now + _RETRY)
        tx.duties.fail(record, now, due_at, error)
        if not record.error:
            tx.events.add(_failure(record.name, error, now, self._name))


def _failure(name: str, error: str, now: datetime, source: str) -> EventRecord:
    event_id = derived_id("duty failed", name, now.isoformat())
    return EventRecord(event_id, now, EventType.ERROR, f"The maintenance duty '{name}' failed.", error, source)
