"""The operators of expressions: how tightly they bind, and what they give. Types are strict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import DivisionByZero, InvalidOperation, Overflow
from typing import TypeAlias

from orchestrion.model.functions_core import bounded, number_from, number_of
from orchestrion.model.values import Value, to_boolean, to_number, to_text

#: How tightly each operator between two operands binds; those of one level are taken from left to right.
LEVELS: Mapping[str, int] = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), 4),
    "&": 5,
    **dict.fromkeys(("+", "-"), 6),
    **dict.fromkeys(("*", "/", "%"), 7),
}
LOOSEST, NOT, COMPARISON, NEGATION = 1, 3, 4, 8  # `not` and unary minus stand before their one operand

Operand: TypeAlias = Callable[[], Value]  # computes the right operand, where it is needed


def apply(operator: str, left: Value, right: Operand) -> Value:
    """The value of `left operator right`. Raises ValueError, naming the operator and the value it does not take."""
    if operator in {"or", "and"}:
        decided = _truth(operator, left)
        return decided if decided is (operator == "or") else _truth(operator, right())
    return _BINARY[operator](operator, left, right())


def negated(value: Value) -> Value:
    """The number with the other sign. Raises ValueError for what is no number."""
    return number_from(-number_of(_numeric("-", value)))


def inverted(value: Value) -> bool:
    """The other truth. Raises ValueError for what is neither true nor false."""
    return not _truth("not", value)


def _truth(operator: str, value: Value) -> bool:
    try:
        return to_boolean(value)
    except ValueError:
        raise ValueError(f"'{operator}' takes true or false, found {_shown(value)}") from None


def _numeric(operator: str, value: Value) -> Value:
    if not isinstance(value, bool) and _is_number(value):
        return value
    raise ValueError(f"'{operator}' takes numbers, found {_shown(value)}")


def _is_number(value: Value) -> bool:
    try:
        to_number(value)
    except ValueError:
        return False
    return True


def _shown(value: Value) -> str:
    if isinstance(value, str):
        return f"'{value[:40]}…'" if len(value) > 40 else f"'{value}'"  # noqa: PLR2004 - enough to know it again
    return "nothing" if value is None else to_text(value)


def _arithmetic(operator: str, left: Value, right: Value) -> Value:
    first, second = number_of(_numeric(operator, left)), number_of(_numeric(operator, right))
    try:
        match operator:
            case "+":
                return number_from(first + second)
            case "-":
                return number_from(first - second)
            case "*":
                return number_from(first * second)
            case "/":
                return number_from(first / second)
            case _:
                return number_from(first % second)
    except (DivisionByZero, InvalidOperation):
        reason = "divides by zero" if not second else "takes smaller numbers"
        raise ValueError(f"'{operator}' {reason}") from None
    except Overflow:
        raise ValueError(f"'{operator}': the result is too large") from None


def _joined(_: str, left: Value, right: Value) -> Value:
    first, second = to_text(left), to_text(right)
    bounded(len(first) + len(second))
    return first + second


def _equality(operator: str, left: Value, right: Value) -> Value:
    return _equal(left, right) is (operator == "==")


def _equal(left: Value, right: Value) -> bool:
    """As numbers or booleans when one is and the other can be, else as texts that differ by case."""
    try:
        if isinstance(left, bool) or isinstance(right, bool):
            return to_boolean(left) is to_boolean(right)
        if isinstance(left, (int, float)) or isinstance(right, (int, float)):
            return to_number(left) == to_number(right)
    except ValueError:
        pass
    return to_text(left) == to_text(right)


def _order(operator: str, left: Value, right: Value) -> Value:
    test = _ORDERS[operator]
    if isinstance(left, str) and isinstance(right, str):
        return test((left > right) - (left < right))
    for value in (left, right):
        if isinstance(value, bool) or not _is_number(value):
            raise ValueError(f"'{operator}' takes two numbers or two texts, found {_shown(left)} and {_shown(right)}")
    first, second = to_number(left), to_number(right)
    return test((first > second) - (first < second))


_ORDERS: Mapping[str, Callable[[int], bool]] = {
    "<": lambda sign: sign < 0,
    "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
}
_BINARY: Mapping[str, Callable[[str, Value, Value], Value]] = {
    **dict.fromkeys(("==", "!="), _equality),
    **dict.fromkeys(_ORDERS, _order),
    **dict.fromkeys(("+", "-", "*", "/", "%"), _arithmetic),
    "&": _joined,
}
