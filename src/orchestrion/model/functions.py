"""Data manipulation functions of inputs (spec 4.6): names are case-sensitive, results as documented."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, DivisionByZero, InvalidOperation
from typing import TypeAlias

from orchestrion.model.values import Value, to_boolean, to_number, to_text

Body: TypeAlias = Callable[[tuple[Value, ...]], Value]  # takes the arguments, as many as declared
_MANY = 10_000  # arguments; a bound for functions that take any number


@dataclass(frozen=True, slots=True)
class Function:
    """One function: how many arguments it takes, and what it gives. `body` raises ValueError for wrong values."""

    body: Body
    least: int
    most: int


def call(name: str, arguments: list[Value]) -> Value:
    """The result of the function `name`. Raises ValueError, naming the function and the mistake."""
    function = FUNCTIONS.get(name)
    if function is None:
        raise ValueError(f"there is no function '{name}'; names are case-sensitive")
    if not function.least <= len(arguments) <= function.most:
        raise ValueError(f"{name} takes {_counted(function)}, found {len(arguments)}")
    try:
        return function.body(tuple(arguments))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _counted(function: Function) -> str:
    if function.least == function.most:
        return f"{function.least} argument{'s' if function.least != 1 else ''}"
    return f"{function.least} to {function.most if function.most < _MANY else 'any number of'} arguments"


def _whole(value: Value, what: str) -> int:
    number = to_number(value)
    if number != int(number) or number < 0:
        raise ValueError(f"{what} must be a whole number from 0, is {to_text(value)}")
    return int(number)


def _decimal(value: Value) -> Decimal:
    return Decimal(str(to_number(value)))


def _plain(number: Decimal) -> int | float:
    """The shortest exact form, up to 15 significant digits (OQ-6)."""
    if number == number.to_integral_value() and abs(number) < 10**15:
        return int(number)
    return float(f"{number:.15g}")


def _rounded(number: Decimal, precision: tuple[Value, ...]) -> Value:
    """Rounded and padded to the asked number of decimals, which makes it a text; without precision a number."""
    if not precision:
        return _plain(number)
    places = _whole(precision[0], "the precision")
    if places > 15:  # noqa: PLR2004 - a float holds 15 significant digits
        raise ValueError("the precision is at most 15")
    try:
        return str(number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))
    except InvalidOperation:
        raise ValueError("the result is too large for this precision") from None


def _field(text: Value, delimiter: Value, position: Value) -> Value:
    separator, index = to_text(delimiter), _whole(position, "the position")
    if not separator or index == 0:
        raise ValueError("the delimiter must not be empty and positions count from 1")
    parts = to_text(text).split(separator)
    return parts[index - 1] if index <= len(parts) else ""


def _product(values: tuple[Value, ...]) -> Value:
    result = Decimal(1)
    for value in values:
        result *= _decimal(value)
    return _plain(result)


def _quotient(left: Value, right: Value, precision: tuple[Value, ...]) -> Value:
    try:
        return _rounded(_decimal(left) / _decimal(right), precision)
    except (DivisionByZero, InvalidOperation):
        raise ValueError("division by zero") from None


def _right(text: Value, length: Value) -> Value:
    count = _whole(length, "the length")
    return to_text(text)[-count:] if count else ""


def _mid(text: Value, start: Value, length: Value) -> Value:
    first = _whole(start, "the start")
    return to_text(text)[first : first + _whole(length, "the length")]


def _replace(text: Value, old: Value, new: Value) -> Value:
    if to_text(old) == "":
        raise ValueError("the text to replace must not be empty")
    return to_text(text).replace(to_text(old), to_text(new))


def _coalesce(values: tuple[Value, ...]) -> Value:
    return next((value for value in values if to_text(value) != ""), "")


FUNCTIONS: dict[str, Function] = {
    "Upper": Function(lambda given: to_text(given[0]).upper(), 1, 1),
    "Lower": Function(lambda given: to_text(given[0]).lower(), 1, 1),
    "Field": Function(lambda given: _field(given[0], given[1], given[2]), 3, 3),
    "Sum": Function(lambda given: _plain(sum((_decimal(value) for value in given), Decimal(0))), 1, _MANY),
    "Diff": Function(lambda given: _rounded(_decimal(given[0]) - _decimal(given[1]), given[2:]), 2, 3),
    "Mult": Function(_product, 1, _MANY),
    "Div": Function(lambda given: _quotient(given[0], given[1], given[2:]), 2, 3),
    "Instr": Function(lambda given: to_text(given[0]).find(to_text(given[1])) + 1, 2, 2),
    "Right": Function(lambda given: _right(given[0], given[1]), 2, 2),
    "Left": Function(lambda given: to_text(given[0])[: _whole(given[1], "the length")], 2, 2),
    "Mid": Function(lambda given: _mid(given[0], given[1], given[2]), 3, 3),
    "LTrim": Function(lambda given: to_text(given[0]).lstrip(" "), 1, 1),
    "RTrim": Function(lambda given: to_text(given[0]).rstrip(" "), 1, 1),
    "Trim": Function(lambda given: to_text(given[0]).strip(" "), 1, 1),
    "Len": Function(lambda given: len(to_text(given[0])), 1, 1),
    "Replace": Function(lambda given: _replace(given[0], given[1], given[2]), 3, 3),
    "If": Function(lambda given: given[1] if to_boolean(given[0]) else given[2], 3, 3),
    "Coalesce": Function(_coalesce, 1, _MANY),
}
