"""Counters: numbers for all runbooks, changed so that no change is lost (spec 6.2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestrion.model.errors import InvalidError
from orchestrion.model.values import to_text

#: No value of a counter is further from zero: beyond 15 digits a stored number is not exact.
FURTHEST = 1e15


class CounterOperation(StrEnum):
    """What may be done to a counter's value."""

    INCREMENT = "increment"
    DECREMENT = "decrement"
    SET = "set"
    RESET = "reset"
    COMPARE_AND_SET = "compare-and-set"


@dataclass(frozen=True, slots=True)
class Counter:
    """A named number; `default_value` is what it begins with and is reset to, the bounds are inclusive."""

    id: str
    path: str
    value: float = 0
    default_value: float = 0
    minimum: float | None = None
    maximum: float | None = None
    description: str = ""

    @property
    def lowest(self) -> float:
        """The least value it may have."""
        return -FURTHEST if self.minimum is None else self.minimum

    @property
    def highest(self) -> float:
        """The greatest value it may have."""
        return FURTHEST if self.maximum is None else self.maximum


def check_counter(counter: Counter) -> None:
    """Returns when the bounds leave room and hold the default value; raises InvalidError that names what does not."""
    for bound in (counter.lowest, counter.highest, counter.default_value):
        if not -FURTHEST <= bound <= FURTHEST:
            raise InvalidError(f"A number of a counter lies between -{to_text(FURTHEST)} and {to_text(FURTHEST)}.")
    if counter.lowest > counter.highest:
        raise InvalidError(f"The minimum of the counter '{counter.path}' is greater than its maximum.")
    check_value(counter, counter.default_value)


def check_value(counter: Counter, value: float) -> None:
    """Returns when the counter may have this value; raises InvalidError that names the counter and the bound."""
    if not value >= counter.lowest:
        raise InvalidError(f"The counter '{counter.path}' cannot be {to_text(value)}: {_minimum(counter)}.")
    if not value <= counter.highest:
        raise InvalidError(f"The counter '{counter.path}' cannot be {to_text(value)}: {_maximum(counter)}.")


def beyond(counter: Counter, amount: float) -> InvalidError:
    """The error that says why the counter did not take `amount`.

    It tells the bound in that direction and no present value: others may have changed the counter meanwhile.
    """
    bound = _maximum(counter) if amount > 0 else _minimum(counter)
    return InvalidError(f"The counter '{counter.path}' cannot be changed by {to_text(amount)}: {bound}.")


def _minimum(counter: Counter) -> str:
    return f"its minimum is {to_text(counter.lowest)}"


def _maximum(counter: Counter) -> str:
    return f"its maximum is {to_text(counter.highest)}"
