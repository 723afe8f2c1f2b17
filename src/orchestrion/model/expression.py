"""What stands inside `{{ }}` as a tree, and its evaluation (spec 4.4, 4.6).

A `position` is where a node begins in its text, from 0; expressions that differ in this alone are equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias, overload

from orchestrion.model.functions import FUNCTIONS, call
from orchestrion.model.functions_core import ExpressionError, MissingValueError, Surroundings
from orchestrion.model.operators import apply, inverted, negated
from orchestrion.model.values import Value


@dataclass(frozen=True, slots=True)
class Constant:
    """A value written out."""

    value: Value


@dataclass(frozen=True, slots=True)
class Subscription:
    """A published data item of an earlier activity."""

    activity: str
    item: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class VariableReference:
    """A variable by its path: folder names and name, joined by `/`."""

    path: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class CounterReference:
    """The value of a counter, by its path."""

    path: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class GroupReference:
    """The computer of a computer group that this execution runs for, by the group's path."""

    path: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A data manipulation function applied to arguments."""

    function: str
    arguments: tuple[Expression, ...]
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Inversion:
    """`not` before a boolean."""

    operand: Expression
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Negation:
    """Minus before a number."""

    operand: Expression
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Operation:
    """Operands joined from left to right by operators of one level, one fewer than operands.

    A chain such as `a & b & c` is one node, so that no number of links makes the tree deep. `positions` are those of
    the operators.
    """

    operators: tuple[str, ...]
    operands: tuple[Expression, ...]
    positions: tuple[int, ...] = field(compare=False)


Reference: TypeAlias = Subscription | VariableReference | CounterReference | GroupReference
Expression: TypeAlias = Constant | Reference | Call | Inversion | Negation | Operation
Resolve: TypeAlias = Callable[[Reference], Value]  # raises LookupError for what has no value


def parts_of(expression: Expression) -> tuple[Expression, ...]:
    """The operands or arguments directly inside an expression."""
    match expression:
        case Call(arguments=parts) | Operation(operands=parts):
            return parts
        case Inversion(operand) | Negation(operand):
            return (operand,)
        case _:
            return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and everything inside it, in reading order."""
    yield expression
    for part in parts_of(expression):
        yield from walk(part)


def evaluate(expression: Expression, resolve: Resolve, around: Surroundings) -> Value:
    """The value of an expression; `and`, `or`, If and Coalesce evaluate only what they need.

    Raises ExpressionError (a ValueError) for values that do not fit, and MissingValueError (a LookupError) for a
    reference without a value; both know the position.
    """
    match expression:
        case Constant(value):
            return value
        case Operation():
            return _operation(expression, resolve, around)
        case Subscription() | VariableReference() | CounterReference() | GroupReference():
            return _reference(expression, resolve)
    try:
        match expression:
            case Call(function, arguments):
                return call(function, _given(function, arguments, resolve, around), around)
            case Inversion(operand):
                return inverted(evaluate(operand, resolve, around))
            case Negation(operand):
                return negated(evaluate(operand, resolve, around))
    except ExpressionError:
        raise
    except ValueError as error:
        raise ExpressionError(str(error), expression.position) from None


def _reference(reference: Reference, resolve: Resolve) -> Value:
    try:
        return resolve(reference)
    except LookupError as error:
        raise MissingValueError(str(error.args[0]), reference.position) from None


def _operation(operation: Operation, resolve: Resolve, around: Surroundings) -> Value:
    value = evaluate(operation.operands[0], resolve, around)
    steps = zip(operation.operators, operation.operands[1:], operation.positions, strict=True)
    for operator, operand, position in steps:
        try:
            value = apply(operator, value, partial(evaluate, operand, resolve, around))
        except ExpressionError:
            raise
        except ValueError as error:
            raise ExpressionError(str(error), position) from None
    return value


_Slice: TypeAlias = "slice[int | None, int | None, int | None]"


class _Lazy(Sequence[Value]):
    """Arguments that are evaluated when they are read."""

    def __init__(self, evaluations: Sequence[Callable[[], Value]]) -> None:
        self._evaluations = evaluations

    def __len__(self) -> int:
        return len(self._evaluations)

    @overload
    def __getitem__(self, index: int) -> Value: ...
    @overload
    def __getitem__(self, index: _Slice) -> Sequence[Value]: ...
    def __getitem__(self, index: int | _Slice) -> Value | Sequence[Value]:
        return self._evaluations[index]() if isinstance(index, int) else _Lazy(self._evaluations[index])


def _given(name: str, arguments: Sequence[Expression], resolve: Resolve, around: Surroundings) -> Sequence[Value]:
    function = FUNCTIONS.get(name)
    lazy = _Lazy([partial(evaluate, each, resolve, around) for each in arguments])
    return lazy if function is None or function.lazy else tuple(lazy)
