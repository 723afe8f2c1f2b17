"""What a data manipulation function is, and how functions read their arguments (spec 4.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import TypeAlias

from orchestrion.model.values import Value, to_number, to_text

MANY = 10_000  # arguments; a bound for functions that take any number
MAX_EXACT = 10**15  # beyond 15 digits a float is not exact
UTC_OFFSET = timedelta()
MAX_RESULT = 10_000_000  # characters of a text that a function makes: a few replacements must not fill the memory


class ExpressionError(ValueError):
    """An expression that cannot be computed; `position` counts characters of its text from 0."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(f"{reason} (at character {position + 1})")
        self.reason = reason
        self.position = position


class MissingValueError(LookupError):
    """A reference that has no value here; `position` counts characters of its text from 0."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(f"{reason} (at character {position + 1})")
        self.reason = reason
        self.position = position


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What impure functions take from outside, so that a replay gives the same.

    `now` is an aware moment, `offset` the difference of the server's local time from UTC, `seed` names the execution,
    and `numbers` counts the ids made from it.
    """

    now: datetime | None = None
    seed: str = ""
    offset: timedelta = UTC_OFFSET
    numbers: Iterator[int] = field(default_factory=count, compare=False)


Given: TypeAlias = Sequence[Value]  # the arguments, as many as declared; of a lazy function computed when first read
Body: TypeAlias = Callable[[Given, Surroundings], Value]


@dataclass(frozen=True, slots=True)
class Function:
    """One function: how many arguments it takes, and what it gives. `body` raises ValueError for wrong values.

    A lazy function reads only the arguments it needs. An impure one depends on more than its arguments.
    """

    body: Body
    least: int
    most: int
    lazy: bool = False
    impure: bool = False


_Plain: TypeAlias = Callable[[Value], Value] | Callable[[Value, Value], Value] | Callable[[Value, Value, Value], Value]


def plain(body: _Plain, least: int, most: int | None = None) -> Function:
    """A function of its arguments alone, which `body` takes one by one; without `most` exactly `least` of them."""
    return Function(lambda given, _: body(*given), least, least if most is None else most)


def number_of(value: Value) -> Decimal:
    """The exact number a value stands for. Raises ValueError when it stands for none, or for no finite one."""
    number = Decimal(str(to_number(value)))
    if not number.is_finite():
        raise ValueError(f"'{value}' is not a finite number")
    return number


def number_from(number: Decimal) -> int | float:
    """The shortest exact form, up to 15 significant digits (OQ-6). Raises ValueError beyond the largest number."""
    if number == number.to_integral_value() and abs(number) < MAX_EXACT:
        return int(number)
    shortest = float(f"{number:.15g}")
    if shortest in (float("inf"), float("-inf")):
        raise ValueError("the result is too large")
    return shortest


def whole(value: Value, what: str) -> int:
    """A whole number from 0. Raises ValueError, naming `what` it is for, for any other value."""
    number = number_of(value)
    if not 0 <= number < MAX_EXACT or number != number.to_integral_value():
        raise ValueError(f"{what} must be a whole number from 0, is {to_text(value)}")
    return int(number)


def bounded(length: int) -> None:
    """Raises ValueError when a text of `length` characters is more than a function may make."""
    if length > MAX_RESULT:
        raise ValueError(f"the result is longer than {MAX_RESULT} characters")
