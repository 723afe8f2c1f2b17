"""What is wrong with an expression whatever the run brings: calls that cannot be, constants that do not fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrion.model.expression import (
    Call,
    CounterReference,
    Expression,
    GroupReference,
    Operation,
    Reference,
    Subscription,
    VariableReference,
    evaluate,
    parts_of,
    walk,
)
from orchestrion.model.functions import FUNCTIONS, misuse, suggestion
from orchestrion.model.functions_core import ExpressionError, Surroundings
from orchestrion.model.values import Value


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake; `position` counts from 0. One that is not certain counts only on one way through the expression."""

    code: str
    reason: str
    fix: str
    position: int
    is_certain: bool = True


def expression_mistakes(expression: Expression) -> Iterator[Mistake]:
    """Calls of functions that are not there or take other arguments, and constant parts that never have a value."""
    calls = [mistake for each in walk(expression) if isinstance(each, Call) and (mistake := _call(each))]
    yield from calls
    if not calls:
        yield from _constants(expression, is_certain=True)


def _call(call: Call) -> Mistake | None:
    if call.function not in FUNCTIONS:
        reason = f"there is no function '{call.function}'"
        fix = suggestion(call.function)
        return Mistake("unknown-function", reason, f"{fix[0].upper()}{fix[1:]}.", call.position)
    reason = misuse(call.function, len(call.arguments)) or ""
    return Mistake("wrong-arguments", reason, "Give it as many as it takes.", call.position) if reason else None


def _constants(expression: Expression, *, is_certain: bool) -> Iterator[Mistake]:
    """The mistake of each largest part that depends on no run; inside one nothing is looked for again."""
    if _is_constant(expression):
        try:
            evaluate(expression, _unresolved, Surroundings())
        except ExpressionError as error:
            fix = "Correct the value, or subscribe to one."
            yield Mistake("never-computes", error.reason, fix, error.position, is_certain)
        return
    needed = _always_evaluated(expression)
    for index, part in enumerate(parts_of(expression)):
        yield from _constants(part, is_certain=is_certain and index < needed)


def _is_constant(expression: Expression) -> bool:
    return all(_is_pure(each) for each in walk(expression))


def _is_pure(node: Expression) -> bool:
    match node:
        case Subscription() | VariableReference() | CounterReference() | GroupReference():
            return False
        case Call(function):
            return not FUNCTIONS[function].impure
        case _:
            return True


def _always_evaluated(expression: Expression) -> int:
    """How many of the parts count on every way."""
    match expression:
        case Call(function) if FUNCTIONS[function].lazy:
            return 1
        case Operation(("and" | "or", *_)):
            return 1
        case _:
            return len(parts_of(expression))


def _unresolved(reference: Reference) -> Value:
    raise LookupError(f"{reference} depends on the run")
