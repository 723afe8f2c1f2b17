"""Get Counter Value and Modify Counter, on a runbook server's own counters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from orchestrion.model.access import SYSTEM
from orchestrion.model.condition import Status
from orchestrion.packs.utilities.get_counter_value import get_counter_value
from orchestrion.packs.utilities.modify_counter import (
    Action,
    ModifyCounterInputs,
    modify_counter,
    what_it_would_be,
)
from orchestrion.runbookserver.clock import SystemClock
from orchestrion.runbookserver.context import ServerContext
from orchestrion.runbookserver.counters import RunCounters
from orchestrion.runbookserver.instance_events import EventSource
from orchestrion.runbookserver.resources import Resources
from orchestrion.runbookserver.schedules import RunSchedules
from orchestrion.sdk import ActivityFailed, CounterOperation, Record, RunContext
from orchestrion.sdk.invoke import Ended
from orchestrion.sdk.testing import RehearsalContext, run
from orchestrion.services.counters import CounterChange, Counters
from orchestrion.storage.database import SqlDatabase, open_database
from orchestrion.storage.migrate import migrate

pytestmark = pytest.mark.anyio
STEPS = (("Increment", 3), ("Decrement", 1), ("Set", 9), ("Reset", None))


@pytest.fixture
async def database(tmp_path: Path, anyio_backend: str) -> AsyncIterator[SqlDatabase]:
    """A database with the counter Mail/Tries at 2, from 0 to 9."""
    url = f"sqlite:///{tmp_path / 'orchestrion.db'}"
    await migrate(url)
    opened = open_database(url)
    new = CounterChange(path="Mail/Tries", default_value=2, minimum=0, maximum=9)
    await Counters(opened, SystemClock()).create(SYSTEM, new)
    yield opened
    await opened.close()


async def never(_event: object) -> None:
    """No event is raised here."""
    raise AssertionError


@pytest.fixture
def ctx(database: SqlDatabase) -> ServerContext:
    """What a runbook server gives an execution."""
    clock = SystemClock()
    events = EventSource("server", clock, never, "Runbook", "job")
    return ServerContext(
        key="e",
        activity_id="a",
        activity_name="A",
        instance_id="i",
        job_id="j",
        runbook_name="R",
        server="s",
        events=events,
        counters=RunCounters(database, clock),
        schedules=RunSchedules(Resources(database, clock), clock),
    )


async def modify(ctx: RunContext, action: str, value: float | None = None) -> Ended:
    return await run(modify_counter, ctx, counter="mail/tries", action=action, value=value)


async def stored(database: SqlDatabase) -> float:
    return (await database.read(lambda stores: stores.counters.by_path("Mail/Tries"))).value


async def test_the_value_is_published(ctx: ServerContext) -> None:
    """Whatever the case of the path."""
    assert (await run(get_counter_value, ctx, counter="MAIL/tries")).records == ({"Counter Value": 2},)


@pytest.mark.parametrize(
    ("action", "value", "after"), [("Increment", 3, 5), ("Decrement", 0.5, 1.5), ("Set", 7, 7), ("Reset", None, 2)]
)
async def test_a_counter_is_modified(
    ctx: ServerContext, database: SqlDatabase, action: str, value: float | None, after: float
) -> None:
    """The value after the change is published, and is the installation's."""
    assert (await modify(ctx, action, value)).records == ({"Counter Value": after},)
    assert await stored(database) == after


async def test_jobs_that_count_at_the_same_time_lose_nothing(ctx: ServerContext, database: SqlDatabase) -> None:
    """Each gets a value of its own."""
    ended = await asyncio.gather(*(modify(ctx, "Increment", 1) for _ in range(7)))
    assert sorted(each.records[0]["Counter Value"] for each in ended) == list(range(3, 10))  # type: ignore[type-var]  # numbers
    assert await stored(database) == 9


@pytest.mark.parametrize(
    ("action", "value", "error"),
    [
        ("Increment", 8, "The counter 'Mail/Tries' cannot be changed by 8: its maximum is 9."),
        ("Set", -1, "The counter 'Mail/Tries' cannot be -1: its minimum is 0."),
        ("Decrement", None, "Value: Decrement needs a number."),
    ],
)
async def test_a_change_that_cannot_be_fails(
    ctx: ServerContext, database: SqlDatabase, action: str, value: float | None, error: str
) -> None:
    """It says why, and the counter stays."""
    ended = await modify(ctx, action, value)
    assert (ended.status, ended.error) == (Status.FAILED, error)
    assert await stored(database) == 2


async def test_a_counter_must_exist(ctx: ServerContext) -> None:
    """Both activities name the one they did not find."""
    for definition, inputs in ((get_counter_value, {}), (modify_counter, {"action": "Reset"})):
        ended = await run(definition, ctx, counter="Nobody", **inputs)
        assert (ended.status, ended.error) == (Status.FAILED, "There is no counter 'Nobody'.")


@pytest.mark.parametrize(
    ("action", "effect"), [("Increment", "once"), ("Decrement", "once"), ("Set", "idempotent"), ("Reset", "idempotent")]
)
def test_only_steps_must_not_be_repeated(action: str, effect: str) -> None:
    """After a crash a value is set again, and a step waits for a person."""
    assert modify_counter.type.effect.of({"action": action}).value == effect


@pytest.mark.parametrize("where", ["server", "rehearsal"])
async def test_a_value_is_compared_before_it_is_set(ctx: ServerContext, where: str) -> None:
    """A server and the context for tests of packs refuse alike."""
    given: RunContext = ctx if where == "server" else RehearsalContext(counters={"Mail/Tries": 2})
    swap = CounterOperation.COMPARE_AND_SET
    assert await given.change_counter("Mail/Tries", swap, 3, expected=2) == 3
    with pytest.raises(ActivityFailed, match="'Mail/Tries' is not 2"):
        await given.change_counter("Mail/Tries", swap, 4, expected=2)


async def test_a_rehearsed_counter_counts() -> None:
    """A test of a pack gives values and looks at them afterwards."""
    ctx = RehearsalContext(counters={"mail/tries": 2})
    values = [(await modify(ctx, *step)).records[0]["Counter Value"] for step in STEPS]
    assert (values, ctx.counters) == ([5, 4, 9, 0], {"mail/tries": 0})


async def simulate(ctx: RunContext, counter: str, action: Action, value: float | None = None) -> Record:
    given = ModifyCounterInputs(counter=counter, action=action, value=value)
    return (await what_it_would_be(given, ctx)).record()


@pytest.mark.parametrize(("action", "value"), [("Increment", 3), ("Decrement", 0.5), ("Set", 7)])
async def test_a_simulation_does_not_count(
    ctx: ServerContext, database: SqlDatabase, action: Action, value: float
) -> None:
    """It publishes what the real run then publishes."""
    simulated = await simulate(ctx, "mail/tries", action, value)
    assert await stored(database) == 2
    assert (await modify(ctx, action, value)).records == (simulated,)


async def test_a_simulated_reset_is_blank(ctx: ServerContext, database: SqlDatabase) -> None:
    """Only the counter itself knows its default."""
    await modify(ctx, "Set", 7)
    assert await simulate(ctx, "mail/tries", "Reset") == {"Counter Value": None}
    assert await stored(database) == 7


async def test_a_simulation_foresees_failures(ctx: ServerContext) -> None:
    """A counter that is not there, and a number that is missing."""
    with pytest.raises(ActivityFailed, match="There is no counter 'Nobody'"):
        await simulate(ctx, "Nobody", "Reset")
    with pytest.raises(ActivityFailed, match="Decrement needs a number"):
        await simulate(ctx, "mail/tries", "Decrement")
