"""The duties of the maintenance are done by one process, noted, stopped, and begun anew, on every database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import anyio
import pytest

from orchestrion.model.maintenance import DutyName
from orchestrion.model.resources import EventType
from orchestrion.ports.maintenance import DutyRecord
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.maintenance.duty import Figures, Lead
from orchestrion.services.maintenance.upkeep import Term, Upkeep
from tests.conformance.maintaining import Time

pytestmark = pytest.mark.anyio
SOON = Term(lease=5, look=0.02)


class Errand:
    """A duty that notes its runs; it waits or fails when a test says so."""

    name = DutyName.PURGE

    def __init__(self) -> None:
        self.runs: list[Figures] = []
        self.error: Exception | None = None
        self.gate = anyio.Event()
        self.gate.set()

    def next_due(self, now: datetime) -> datetime:
        """See Duty."""
        return now + timedelta(hours=1)

    async def run(self, lead: Lead, wanted: Figures, before: Figures) -> Figures:
        """See Duty."""
        await lead.write(lambda tx: tx.settings.put("errand", len(self.runs), tx.duties.get("purge").due_at))
        self.runs.append(wanted)
        await self.gate.wait()
        if self.error:
            raise self.error
        number = before.get("n", 0)
        return {"n": (number if isinstance(number, int) else 0) + 1}


@asynccontextmanager
async def serving(*upkeeps: Upkeep) -> AsyncIterator[None]:
    """They run as long as the block."""
    async with anyio.create_task_group() as group:
        for each in upkeeps:
            group.start_soon(each.run)
        yield
        group.cancel_scope.cancel()


async def until(database: Database, holds: Callable[[DutyRecord], bool]) -> DutyRecord:
    """The duty once something holds of it."""
    with anyio.fail_after(20):
        while True:
            for found in await database.read(lambda tx: tx.duties.all()):
                if holds(found):
                    return found
            await anyio.sleep(0.01)


def want(**wanted: Any) -> Callable[[Transaction], None]:
    """Asks for a run."""
    return lambda tx: tx.duties.want("purge", {"by": "me", **wanted})


async def test_a_duty_runs_when_it_is_due(database: Database, now: datetime) -> None:
    """And not before; then it is due again later."""
    time, errand = Time(now), Errand()
    async with serving(Upkeep(database, time, [errand], "a", SOON)):
        await until(database, lambda found: found.due_at == now + timedelta(hours=1))
        assert errand.runs == []
        time.moment = now + timedelta(hours=2)
        done = await until(database, lambda found: found.ended_at is not None)
    assert (done.figures, done.server, done.error) == ({"n": 1}, "a", None)
    assert (done.started_at, done.due_at) == (time.moment, now + timedelta(hours=3))


async def test_one_process_does_the_duties(database: Database, now: datetime) -> None:
    """However many there are; when it ends, another goes on with the figures of the last run."""
    first, second = Errand(), Errand()
    async with serving(Upkeep(database, Time(now), [first], "a", SOON)):
        await until(database, lambda found: found.name == "purge")
        async with serving(Upkeep(database, Time(now), [second], "b", SOON)):
            await database.write(want())
            await until(database, lambda found: found.figures == {"n": 1})
    assert (len(first.runs), len(second.runs)) == (1, 0)
    async with serving(Upkeep(database, Time(now), [second], "b", SOON)):
        await database.write(want())
        done = await until(database, lambda found: found.figures == {"n": 2})
    assert done.server == "b"


async def test_what_is_wanted_reaches_the_duty_once(database: Database, now: datetime) -> None:
    """Also when the duty is stopped."""
    errand = Errand()
    async with serving(Upkeep(database, Time(now), [errand], "a", SOON)):
        await until(database, lambda found: True)
        await database.write(lambda tx: tx.duties.set_stopped("purge", is_stopped=True))
        await database.write(want(everything=True))
        await until(database, lambda found: found.ended_at is not None and found.wanted is None)
    assert errand.runs == [{"by": "me", "everything": True}]


async def test_a_duty_that_is_stopped_ends_and_stays_so(database: Database, now: datetime) -> None:
    """Twice is once; started again, it runs when it is due."""
    time, errand = Time(now), Errand()
    errand.gate = anyio.Event()
    async with serving(Upkeep(database, time, [errand], "a", SOON)):
        await until(database, lambda found: True)
        time.moment = now + timedelta(hours=2)
        await until(database, lambda found: found.started_at is not None)
        for _ in range(2):
            await database.write(lambda tx: tx.duties.set_stopped("purge", is_stopped=True))
        stopped = await until(database, lambda found: found.ended_at is not None)
        assert (stopped.error, stopped.figures) == ("It was stopped.", None)
        time.moment = now + timedelta(hours=9)
        errand.gate.set()
        await database.write(lambda tx: tx.duties.set_stopped("purge", is_stopped=False))
        await until(database, lambda found: found.figures == {"n": 1})
    assert len(errand.runs) == 2


async def test_a_failure_is_told_once_and_tried_again(database: Database, now: datetime) -> None:
    """A row of failures is one event; the last error stays known after a success."""
    time, errand = Time(now), Errand()
    errand.error = ValueError("The disk is full.")
    async with serving(Upkeep(database, time, [errand], "a", SOON)):
        await until(database, lambda found: True)
        for minutes in range(2):
            time.moment = now + timedelta(minutes=minutes)
            await database.write(want())
            failed = await until(database, lambda found: found.failed_at == time.moment)
            assert failed.due_at == time.moment + timedelta(minutes=15)
        errand.error = None
        await database.write(want())
        done = await until(database, lambda found: found.figures is not None)
    events = await database.read(lambda tx: tx.events.recent(None, 10))
    assert [(each.type, each.details) for each in events] == [(EventType.ERROR, "The disk is full.")]
    assert (done.error, done.last_error, done.failed_at) == (None, "The disk is full.", time.moment)


async def test_what_died_in_the_middle_is_begun_anew(database: Database, now: datetime) -> None:
    """A duty that began and never ended is still due."""
    await database.write(lambda tx: tx.duties.ensure("purge", now))
    await database.write(lambda tx: tx.duties.begin("purge", "dead", now))
    async with serving(Upkeep(database, Time(now), [Errand()], "a", SOON)):
        done = await until(database, lambda found: found.ended_at is not None)
    assert (done.server, done.figures) == ("a", {"n": 1})


async def test_what_was_wanted_and_died_is_begun_anew(database: Database, now: datetime) -> None:
    """Also when it would not be due for long, and with what was asked for."""
    await database.write(lambda tx: tx.duties.ensure("purge", now + timedelta(days=1)))
    await database.write(want(runbook_id="r"))
    await database.write(lambda tx: tx.duties.begin("purge", "dead", now))
    errand = Errand()
    async with serving(Upkeep(database, Time(now), [errand], "a", SOON)):
        await until(database, lambda found: found.ended_at is not None and found.wanted is None)
    assert errand.runs == [{"by": "me", "runbook_id": "r"}]


async def test_what_is_asked_for_during_a_run_is_a_run_of_its_own(database: Database, now: datetime) -> None:
    """It begins when the other one has ended."""
    errand = Errand()
    errand.gate = anyio.Event()
    async with serving(Upkeep(database, Time(now), [errand], "a", SOON)):
        await until(database, lambda found: True)
        await database.write(want(at="1"))
        await until(database, lambda found: found.started_at is not None)
        await database.write(want(at="2"))
        errand.gate.set()
        await until(database, lambda found: found.figures == {"n": 2})
    assert [each["at"] for each in errand.runs] == ["1", "2"]
