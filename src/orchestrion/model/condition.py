"""Conditions on links and loops: what they compare, and their pure evaluation (spec 3.2-3.4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias

from orchestrion.model.functions_patterns import guarded_pattern
from orchestrion.model.values import Value, to_boolean, to_instant, to_number, to_text


class Status(StrEnum):
    """How one execution of an activity ended, or that it is still open."""

    RUNNING = "running"
    SUCCESS = "success"
    WARNING = "warning"
    FAILED = "failed"
    CANCELED = "canceled"
    IN_DOUBT = "in-doubt"


#: What a status condition may name (spec 3.3).
COMPLETION_STATUSES = (Status.SUCCESS, Status.WARNING, Status.FAILED)


class Operator(StrEnum):
    """How a condition compares an item with its value (spec 3.4; the ones from CONTAINS_PATTERN on are ours)."""

    CONTAINS = "contains"
    DOES_NOT_CONTAIN = "does not contain"
    STARTS_WITH = "starts with"
    ENDS_WITH = "ends with"
    MATCHES_PATTERN = "matches pattern"
    DOES_NOT_MATCH_PATTERN = "does not match pattern"
    EQUALS = "equals"
    DOES_NOT_EQUAL = "does not equal"
    IS_LESS_THAN = "is less than"
    IS_GREATER_THAN = "is greater than"
    IS_LESS_THAN_OR_EQUAL_TO = "is less than or equal to"
    IS_GREATER_THAN_OR_EQUAL_TO = "is greater than or equal to"
    IS_BETWEEN = "is between"
    IS_BEFORE = "is before"
    IS_AFTER = "is after"
    IS_ON_OR_BEFORE = "is on or before"
    IS_ON_OR_AFTER = "is on or after"
    CONTAINS_PATTERN = "contains pattern"
    IS_EMPTY = "is empty"
    IS_NOT_EMPTY = "is not empty"
    IS_ONE_OF = "is one of"


WITH_PATTERN = frozenset({Operator.MATCHES_PATTERN, Operator.DOES_NOT_MATCH_PATTERN, Operator.CONTAINS_PATTERN})
WITHOUT_VALUE = frozenset({Operator.IS_EMPTY, Operator.IS_NOT_EMPTY})


@dataclass(frozen=True, slots=True)
class StatusIs:
    """True when the source activity's status is one of `statuses`."""

    statuses: frozenset[Status]


@dataclass(frozen=True, slots=True)
class Predicate:
    """True when the source activity's `item` stands in relation `operator` to `value`.

    `value` and, for *is between*, `upper` are templates (see `template.py`); text ignores case unless told otherwise.
    """

    item: str
    operator: Operator
    value: str = ""
    upper: str = ""
    case_sensitive: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when every condition is true."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when at least one condition is true."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True when the condition is false."""

    condition: Condition


Condition: TypeAlias = StatusIs | Predicate | AllOf | AnyOf | Not

ON_SUCCESS: tuple[Condition, ...] = (StatusIs(frozenset({Status.SUCCESS})),)

ItemLookup: TypeAlias = Callable[[str], Value]  # item name of the source -> its value in this record
ValueOf: TypeAlias = Callable[[str], Value]  # template text -> its value for this record


def passes(include: tuple[Condition, ...], exclude: tuple[Condition, ...], holds: Callable[[Condition], bool]) -> bool:
    """Whether a record passes a filter: Exclude beats Include, an empty Include passes (spec 3.2)."""
    if any(holds(condition) for condition in exclude):
        return False
    return not include or any(holds(condition) for condition in include)


def evaluate(condition: Condition, status: Status, item: ItemLookup, value_of: ValueOf) -> bool:
    """Whether `condition` holds for one record.

    A comparison that makes no sense for the values (a number operator on a text that is no number) is false: a link
    never fails an instance.
    """
    match condition:
        case StatusIs(statuses):
            return status in statuses
        case AllOf(conditions):
            return all(evaluate(each, status, item, value_of) for each in conditions)
        case AnyOf(conditions):
            return any(evaluate(each, status, item, value_of) for each in conditions)
        case Not(inner):
            return not evaluate(inner, status, item, value_of)
        case Predicate():
            return _compare(condition, item(condition.item), value_of)


def _compare(predicate: Predicate, left: Value, value_of: ValueOf) -> bool:
    try:
        if predicate.operator is Operator.IS_BETWEEN:
            return _is_between(left, value_of(predicate.value), value_of(predicate.upper))
        return _OPERATORS[predicate.operator](left, value_of(predicate.value), predicate.case_sensitive)
    except ValueError:
        return False


Comparison: TypeAlias = Callable[[Value, Value, bool], bool]


def _folded(value: Value, case_sensitive: bool) -> str:
    text = to_text(value)
    return text if case_sensitive else text.casefold()


def _on_text(test: Callable[[str, str], bool]) -> Comparison:
    return lambda left, right, sensitive: test(_folded(left, sensitive), _folded(right, sensitive))


def _on_order(test: Callable[[float, float], bool]) -> Comparison:
    def compare(left: Value, right: Value, _sensitive: bool) -> bool:
        try:
            return test(to_number(left), to_number(right))
        except ValueError:
            return test(to_instant(left).timestamp(), to_instant(right).timestamp())

    return compare


def _on_instants(test: Callable[[float, float], bool]) -> Comparison:
    return lambda left, right, _sensitive: test(to_instant(left).timestamp(), to_instant(right).timestamp())


@lru_cache(maxsize=1024)
def compiled_pattern(pattern: str, case_sensitive: bool) -> re.Pattern[str]:
    """The compiled form of a pattern; raises ValueError when it is no regular expression."""
    try:
        return re.compile(pattern, 0 if case_sensitive else re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"'{pattern}' is not a regular expression: {error}") from None


_FLAGS = re.compile(r"\(\?([aimsu]+)\)")


def _guarded(pattern: Value, text: str, sensitive: bool, end: str) -> re.Pattern[str]:
    """The pattern, ready for a text that it cannot keep busy for ever. Raises ValueError for others."""
    written = to_text(pattern)
    compiled_pattern(written, sensitive)  # by itself, so that brackets cannot reach beyond it
    own = _FLAGS.match(written)
    flags = (own[1] if own else "") + ("" if sensitive else "i")
    body = written[own.end() :] if own else written
    return guarded_pattern(f"{f'(?{flags})' if flags else ''}(?:{body}){end}", text)


def _matches(left: Value, right: Value, sensitive: bool) -> bool:
    text = to_text(left)
    return _guarded(right, text, sensitive, r"\Z").match(text) is not None


def _does_not_match(left: Value, right: Value, sensitive: bool) -> bool:
    return not _matches(left, right, sensitive)


def _contains_pattern(left: Value, right: Value, sensitive: bool) -> bool:
    text = to_text(left)
    return _guarded(right, text, sensitive, "").search(text) is not None


def _equals(left: Value, right: Value, sensitive: bool) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return to_boolean(left) == to_boolean(right)
    if isinstance(left, (int, float)) or isinstance(right, (int, float)):
        return to_number(left) == to_number(right)
    return _folded(left, sensitive) == _folded(right, sensitive)


def _differs(left: Value, right: Value, sensitive: bool) -> bool:
    try:
        return not _equals(left, right, sensitive)
    except ValueError:
        return True


def _is_between(left: Value, lower: Value, upper: Value) -> bool:
    """Inclusive at both ends (OQ-3), for numbers and for moments."""
    try:
        return to_number(lower) <= to_number(left) <= to_number(upper)
    except ValueError:
        return to_instant(lower) <= to_instant(left) <= to_instant(upper)


def _is_one_of(left: Value, right: Value, sensitive: bool) -> bool:
    return _folded(left, sensitive) in {part.strip() for part in _folded(right, sensitive).split(";")}


_OPERATORS: dict[Operator, Comparison] = {
    Operator.CONTAINS: _on_text(lambda left, right: right in left),
    Operator.DOES_NOT_CONTAIN: _on_text(lambda left, right: right not in left),
    Operator.STARTS_WITH: _on_text(str.startswith),
    Operator.ENDS_WITH: _on_text(str.endswith),
    Operator.MATCHES_PATTERN: _matches,
    Operator.DOES_NOT_MATCH_PATTERN: _does_not_match,
    Operator.CONTAINS_PATTERN: _contains_pattern,
    Operator.EQUALS: _equals,
    Operator.DOES_NOT_EQUAL: _differs,
    Operator.IS_LESS_THAN: _on_order(lambda left, right: left < right),
    Operator.IS_GREATER_THAN: _on_order(lambda left, right: left > right),
    Operator.IS_LESS_THAN_OR_EQUAL_TO: _on_order(lambda left, right: left <= right),
    Operator.IS_GREATER_THAN_OR_EQUAL_TO: _on_order(lambda left, right: left >= right),
    Operator.IS_BEFORE: _on_instants(lambda left, right: left < right),
    Operator.IS_AFTER: _on_instants(lambda left, right: left > right),
    Operator.IS_ON_OR_BEFORE: _on_instants(lambda left, right: left <= right),
    Operator.IS_ON_OR_AFTER: _on_instants(lambda left, right: left >= right),
    Operator.IS_EMPTY: lambda left, _right, _sensitive: to_text(left) == "",
    Operator.IS_NOT_EMPTY: lambda left, _right, _sensitive: to_text(left) != "",
    Operator.IS_ONE_OF: _is_one_of,
}
