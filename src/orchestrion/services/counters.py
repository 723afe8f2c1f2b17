"""Counters: numbers that runbooks and people change, none of the changes lost (spec 6.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from math import isfinite
from typing import TypedDict

from uuid_utils import uuid7

from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.counters import Counter, CounterOperation, check_counter
from orchestrion.model.errors import ConflictError, InvalidError
from orchestrion.model.values import Json, to_text
from orchestrion.ports.clock import Clock
from orchestrion.ports.resources import CounterStore
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.audit import Subject, audit_entry
from orchestrion.services.names import checked_path


class CounterChange(TypedDict, total=False):
    """What to change of a counter; what is left out stays. A bound that is None is taken away."""

    path: str
    default_value: float
    minimum: float | None
    maximum: float | None
    description: str


@dataclass(frozen=True, slots=True)
class ValueChange:
    """What to do to a value; `amount` counts for all but reset, `expected` for compare-and-set alone."""

    operation: CounterOperation
    amount: float | None = None
    expected: float | None = None


class Counters:
    """Counters. All methods raise RefusedError when the actor lacks the right."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def all(self, actor: Actor) -> list[Counter]:
        """Every counter by path."""
        demand(actor, Right.VIEW)
        return await self._database.read(lambda stores: stores.counters.all())

    async def counter(self, actor: Actor, counter_id: str) -> Counter:
        """One counter; raises NotFoundError."""
        demand(actor, Right.VIEW)
        return await self._database.read(lambda stores: stores.counters.get(counter_id))

    async def create(self, actor: Actor, new: CounterChange) -> Counter:
        """A new counter that stands at its default value.

        Raises InvalidError for the path or bounds that do not fit, ConflictError when another has the path.
        """
        demand(actor, Right.MANAGE_RESOURCES, new.get("path", ""))
        counter = _changed(Counter(str(uuid7()), ""), {**new, "path": new.get("path", "")})
        counter = replace(counter, value=counter.default_value)
        return await self._database.write(lambda stores: self._save(stores, actor, counter, "created"))

    async def change(self, actor: Actor, counter_id: str, change: CounterChange) -> Counter:
        """Changes everything but the value; raises as `create`, and InvalidError for bounds without the value."""
        demand(actor, Right.MANAGE_RESOURCES)

        def work(stores: Transaction) -> Counter:
            return self._save(stores, actor, _changed(stores.counters.get(counter_id), change), "changed")

        return await self._database.write(work)

    async def change_value(self, actor: Actor, counter_id: str, change: ValueChange) -> Counter:
        """Changes the value at once.

        Raises NotFoundError, InvalidError beyond the bounds, and ConflictError when the value is not as expected.
        """
        demand(actor, Right.MANAGE_RESOURCES)
        _check_change(change)

        def work(stores: Transaction) -> Counter:
            now = self._clock.now()
            path = stores.counters.get(counter_id).path
            operate(stores.counters, path, change, now)
            changed = stores.counters.get(counter_id)
            details: dict[str, Json] = {"operation": change.operation.value, "value": changed.value}
            self._note(stores, actor, changed, "changed", details)
            return changed

        return await self._database.write(work)

    async def remove(self, actor: Actor, counter_id: str) -> None:
        """Deletes a counter; raises NotFoundError."""
        demand(actor, Right.MANAGE_RESOURCES)

        def work(stores: Transaction) -> None:
            found = stores.counters.get(counter_id)
            stores.counters.remove(counter_id)
            self._note(stores, actor, found, "deleted", {"value": found.value})

        await self._database.write(work)

    def _save(self, stores: Transaction, actor: Actor, counter: Counter, action: str) -> Counter:
        stores.counters.save(counter, self._clock.now())
        bounds = {"default_value": counter.default_value, "minimum": counter.minimum, "maximum": counter.maximum}
        self._note(stores, actor, counter, action, bounds)
        return stores.counters.get(counter.id)

    def _note(
        self, stores: Transaction, actor: Actor, counter: Counter, action: str, details: Mapping[str, Json]
    ) -> None:
        subject = Subject("counter", counter.id, counter.path)
        stores.audit.add(audit_entry(actor, self._clock.now(), action, subject, details))


def operate(store: CounterStore, path: str, change: ValueChange, now: datetime) -> float:
    """Does to the counter at `path` what `change` says and gives the new value; raises as CounterStore's operations.

    ConflictError says that the value was not the expected one.
    """
    amount, expected = change.amount or 0.0, change.expected or 0.0
    match change.operation:
        case CounterOperation.INCREMENT:
            return store.add(path, amount, now)
        case CounterOperation.DECREMENT:
            return store.add(path, -amount, now)
        case CounterOperation.SET:
            return store.put(path, amount, now)
        case CounterOperation.RESET:
            return store.reset(path, now)
        case CounterOperation.COMPARE_AND_SET:
            if not store.compare_and_set(path, expected, amount, now):
                raise ConflictError(f"The counter '{path}' is not {to_text(expected)}; nothing was changed.")
            return amount


def _changed(old: Counter, change: CounterChange) -> Counter:
    counter = replace(old, **change)
    if "path" in change:
        counter = replace(counter, path=checked_path("counter", change["path"]))
    check_counter(counter)
    return counter


def _check_change(change: ValueChange) -> None:
    """Returns when the operation has the numbers it needs; raises InvalidError otherwise."""
    wanted = {"amount": change.amount} if change.operation is not CounterOperation.RESET else {}
    if change.operation is CounterOperation.COMPARE_AND_SET:
        wanted["expected"] = change.expected
    for name, number in wanted.items():
        if number is None or not isfinite(number):
            raise InvalidError(f"The operation '{change.operation.value}' needs a number as '{name}'.")
