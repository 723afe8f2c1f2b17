"""Counters behave alike on every database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from orchestrion.model.counters import Counter
from orchestrion.model.errors import ConflictError, InvalidError, NotFoundError
from orchestrion.ports.resources import CounterStore
from orchestrion.ports.transaction import Database

pytestmark = pytest.mark.anyio
Operation = Callable[[CounterStore, datetime], object]
TRIES = Counter("00000000-0000-0000-0000-000000000001", "Mail/Tries", 2, 1, 0, 10, "Of sending")
SENT = Counter("00000000-0000-0000-0000-000000000002", "Mail/Sent")


@pytest.fixture(autouse=True)
async def saved(database: Database, now: datetime) -> None:
    """Two counters, one of them within bounds."""
    await database.write(lambda stores: stores.counters.save(TRIES, now))
    await database.write(lambda stores: stores.counters.save(SENT, now))


async def stored(database: Database, counter: Counter) -> Counter:
    """The counter as the database has it."""
    return await database.read(lambda stores: stores.counters.get(counter.id))


async def test_counters_are_kept_by_path(database: Database) -> None:
    """All fields come back; the list is by path, and a path has no case."""
    assert await database.read(lambda stores: stores.counters.all()) == [SENT, TRIES]
    assert await database.read(lambda stores: stores.counters.by_path("MAIL/tries")) == TRIES
    assert await database.read(lambda stores: stores.counters.values()) == {"Mail/Sent": 0, "Mail/Tries": 2}


async def test_a_save_leaves_the_value_alone(database: Database, now: datetime) -> None:
    """Whoever edits a counter must not undo what runbooks counted meanwhile."""
    edited = replace(TRIES, path="Post/Tries", value=9, default_value=3, minimum=None, maximum=5, description="")
    await database.write(lambda stores: stores.counters.save(edited, now))
    assert await stored(database, TRIES) == replace(edited, value=2)


async def test_bounds_must_hold_the_value(database: Database, now: datetime) -> None:
    """A counter that stands at 2 cannot get the maximum 1."""
    with pytest.raises(InvalidError, match="cannot be 2: its maximum is 1"):
        await database.write(lambda stores: stores.counters.save(replace(TRIES, maximum=1), now))
    assert await stored(database, TRIES) == TRIES


async def test_a_path_belongs_to_one_counter(database: Database, now: datetime) -> None:
    """A second counter of the same path is refused, whatever its case."""
    with pytest.raises(ConflictError, match="MAIL/TRIES"):
        await database.write(lambda stores: stores.counters.save(replace(SENT, path="MAIL/TRIES"), now))


@pytest.mark.parametrize(
    "operation",
    [
        lambda store, now: store.remove(TRIES.id),
        lambda store, now: store.by_path(TRIES.path),
        lambda store, now: store.add(TRIES.path, 1, now),
        lambda store, now: store.put(TRIES.path, 1, now),
        lambda store, now: store.reset(TRIES.path, now),
        lambda store, now: store.compare_and_set(TRIES.path, 1, 2, now),
    ],
    ids=["remove", "by_path", "add", "put", "reset", "compare_and_set"],
)
async def test_a_deleted_counter_is_gone(database: Database, now: datetime, operation: Operation) -> None:
    """Every operation names what it did not find."""
    await database.write(lambda stores: stores.counters.remove(TRIES.id))
    with pytest.raises(NotFoundError, match=rf"{TRIES.path}|{TRIES.id}"):
        await database.write(lambda stores: operation(stores.counters, now))


async def test_a_value_is_changed_set_and_reset(database: Database, now: datetime) -> None:
    """Each operation gives the new value."""
    assert await database.write(lambda stores: stores.counters.add("mail/TRIES", 3.5, now)) == 5.5
    assert await database.write(lambda stores: stores.counters.add("Mail/Tries", -5.5, now)) == 0
    assert await database.write(lambda stores: stores.counters.put("Mail/Tries", 10, now)) == 10
    assert await database.write(lambda stores: stores.counters.reset("Mail/Tries", now)) == 1


@pytest.mark.parametrize(("amount", "bound"), [(8.5, "maximum is 10"), (-2.5, "minimum is 0")])
async def test_no_change_goes_beyond_a_bound(database: Database, now: datetime, amount: float, bound: str) -> None:
    """It is refused with the counter and its bound, and changes nothing."""
    with pytest.raises(InvalidError, match=f"Mail/Tries.*{bound}"):
        await database.write(lambda stores: stores.counters.add(TRIES.path, amount, now))
    with pytest.raises(InvalidError, match=f"Mail/Tries.*{bound}"):
        await database.write(lambda stores: stores.counters.put(TRIES.path, 2 + amount, now))
    assert await stored(database, TRIES) == TRIES


@pytest.mark.parametrize("amount", [1e15 + 1, float("inf"), float("nan")])
async def test_a_counter_without_bounds_stays_exact(database: Database, now: datetime, amount: float) -> None:
    """What a stored number cannot hold exactly is refused as if it were a bound."""
    with pytest.raises(InvalidError, match="Mail/Sent"):
        await database.write(lambda stores: stores.counters.add(SENT.path, amount, now))
    with pytest.raises((InvalidError, ConflictError), match="Mail/Sent"):
        await database.write(lambda stores: stores.counters.put(SENT.path, amount, now))
    assert await stored(database, SENT) == SENT


async def test_a_value_is_set_only_where_it_is_as_expected(database: Database, now: datetime) -> None:
    """The second who expects the same finds it changed; a value beyond the bounds is refused."""

    async def swap(value: float) -> bool:
        return await database.write(lambda stores: stores.counters.compare_and_set(TRIES.path, 2, value, now))

    assert [await swap(3), await swap(4)] == [True, False]
    with pytest.raises(InvalidError, match="maximum is 10"):
        await swap(11)
    assert (await stored(database, TRIES)).value == 3


async def test_increments_at_the_same_time_lose_nothing(database: Database, now: datetime) -> None:
    """Fifty at once give fifty values, no two alike, and add up."""
    changes = (database.write(lambda stores: stores.counters.add(SENT.path, 1, now)) for _ in range(50))
    assert sorted(await asyncio.gather(*changes)) == list(range(1, 51))
    assert (await stored(database, SENT)).value == 50


async def test_a_bound_holds_against_changes_at_the_same_time(database: Database, now: datetime) -> None:
    """Of twenty who take one of eight, eight get it."""
    changes = (database.write(lambda stores: stores.counters.add(TRIES.path, 1, now)) for _ in range(20))
    done = await asyncio.gather(*changes, return_exceptions=True)
    assert sum(isinstance(each, InvalidError) for each in done) == 12
    assert (await stored(database, TRIES)).value == 10
