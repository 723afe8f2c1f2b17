"""Counters as people make and change them."""

from __future__ import annotations

import pytest

from orchestrion.model.counters import CounterOperation
from orchestrion.model.errors import ConflictError, InvalidError, NotFoundError
from orchestrion.ports.transaction import Database
from orchestrion.services.counters import CounterChange, Counters, ValueChange
from tests.unit.services.world import ANNA, Clock, audited

pytestmark = pytest.mark.anyio


@pytest.fixture
def counters(database: Database, clock: Clock) -> Counters:
    """Counters over the database."""
    return Counters(database, clock)


async def test_a_counter_is_created_changed_and_deleted(counters: Counters, database: Database) -> None:
    """It begins at its default; what is not given stays; every change is audited."""
    new = await counters.create(ANNA, {"path": "Mail/Tries", "default_value": 2, "maximum": 5})
    assert (new.value, new.minimum, new.maximum) == (2, None, 5)
    changed = await counters.change(ANNA, new.id, {"maximum": None, "description": "Of sending"})
    assert (changed.path, changed.maximum, changed.description) == ("Mail/Tries", None, "Of sending")
    assert await counters.all(ANNA) == [changed] == [await counters.counter(ANNA, new.id)]
    await counters.remove(ANNA, new.id)
    with pytest.raises(NotFoundError):
        await counters.counter(ANNA, new.id)
    assert [action for _, action in await audited(database)] == ["created", "changed", "deleted"]


@pytest.mark.parametrize(
    ("change", "value"),
    [
        (ValueChange(CounterOperation.INCREMENT, 2), 5),
        (ValueChange(CounterOperation.DECREMENT, 2), 1),
        (ValueChange(CounterOperation.SET, 9), 9),
        (ValueChange(CounterOperation.RESET), 3),
        (ValueChange(CounterOperation.COMPARE_AND_SET, 7, expected=3), 7),
    ],
)
async def test_a_value_is_changed(counters: Counters, database: Database, change: ValueChange, value: float) -> None:
    """By five operations, each with its entry in the audit."""
    new = await counters.create(ANNA, {"path": "Tries", "default_value": 3})
    assert (await counters.change_value(ANNA, new.id, change)).value == value
    [entry] = await database.read(lambda stores: stores.audit.recent(None, 1))
    assert entry.details == {"operation": change.operation.value, "value": value}


async def test_an_unexpected_value_is_a_conflict(counters: Counters, database: Database) -> None:
    """Nothing is changed, and nothing is in the audit."""
    new = await counters.create(ANNA, {"path": "Lock"})
    with pytest.raises(ConflictError, match="'Lock' is not 1"):
        await counters.change_value(ANNA, new.id, ValueChange(CounterOperation.COMPARE_AND_SET, 2, expected=1))
    assert (await counters.counter(ANNA, new.id)).value == 0
    assert len(await audited(database)) == 1


@pytest.mark.parametrize(
    "change",
    [
        ValueChange(CounterOperation.INCREMENT),
        ValueChange(CounterOperation.SET, float("nan")),
        ValueChange(CounterOperation.COMPARE_AND_SET, 1),
    ],
)
async def test_an_operation_needs_its_numbers(counters: Counters, change: ValueChange) -> None:
    """The error names the operation and what it lacks."""
    new = await counters.create(ANNA, {"path": "Tries"})
    with pytest.raises(InvalidError, match=f"'{change.operation.value}' needs a number as '(amount|expected)'"):
        await counters.change_value(ANNA, new.id, change)


@pytest.mark.parametrize(
    ("new", "problem"),
    [
        ({"path": ""}, "name of a counter"),
        ({}, "name of a counter"),
        ({"path": "a", "minimum": 2, "maximum": 1}, "minimum .* greater"),
        ({"path": "a", "minimum": 1}, "cannot be 0: its minimum is 1"),
        ({"path": "a", "default_value": 5, "maximum": 4}, "cannot be 5: its maximum is 4"),
        ({"path": "a", "default_value": 2e15}, "lies between"),
        ({"path": "a", "minimum": float("nan")}, "lies between"),
    ],
)
async def test_what_cannot_be_a_counter_is_refused(counters: Counters, new: CounterChange, problem: str) -> None:
    """The error says what is wrong."""
    with pytest.raises(InvalidError, match=problem):
        await counters.create(ANNA, new)
