"""Conditions <-> their stored form, part of the runbook document (`codec.py`)."""

from __future__ import annotations

from orchestrion.model.condition import (
    COMPLETION_STATUSES,
    AllOf,
    AnyOf,
    Condition,
    Not,
    Operator,
    Predicate,
    Status,
    StatusIs,
)
from orchestrion.model.errors import DocumentError
from orchestrion.model.reading import ObjectReader, choice_of, items_of
from orchestrion.model.values import Json, to_text

MAX_DEPTH = 10  # groups inside groups; deeper is a mistake, and a bound keeps recursion harmless


def read_conditions(reader: ObjectReader, name: str, default: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """The conditions listed in the field `name`; `default` when the field is absent. Raises DocumentError."""
    value = reader.take(name)
    if value is None:
        return default
    return _read_all(reader.at(name), value, 0)


def write_conditions(conditions: tuple[object, ...]) -> list[Json]:
    """The stored form of `conditions`, in order."""
    return [_write(condition) for condition in conditions]


def _read_all(place: str, value: Json, depth: int) -> tuple[Condition, ...]:
    if depth > MAX_DEPTH:
        raise DocumentError(place, f"conditions are nested deeper than {MAX_DEPTH}")
    return tuple(_read(f"{place}[{index}]", item, depth) for index, item in enumerate(items_of(place, value)))


def _read(place: str, value: Json, depth: int) -> Condition:
    reader = ObjectReader(place, value)
    condition = _read_kind(reader, depth)
    reader.finish()
    return condition


def _read_kind(reader: ObjectReader, depth: int) -> Condition:
    if (statuses := reader.take("status")) is not None:
        return StatusIs(frozenset(_read_statuses(reader.at("status"), statuses)))
    if (all_of := reader.take("all")) is not None:
        return AllOf(_read_all(reader.at("all"), all_of, depth + 1))
    if (any_of := reader.take("any")) is not None:
        return AnyOf(_read_all(reader.at("any"), any_of, depth + 1))
    if (negated := reader.take("not")) is not None:
        return Not(_read_all(reader.at("not"), [negated], depth + 1)[0])
    return Predicate(
        item=reader.text("item"),
        operator=choice_of(reader.at("operator"), reader.text("operator"), Operator),
        value=_operand(reader, "value"),
        upper=_operand(reader, "upper"),
        case_sensitive=reader.boolean("case_sensitive", False),
    )


def _operand(reader: ObjectReader, name: str) -> str:
    value = reader.take(name)
    if value is None or isinstance(value, (str, int, float)):
        return to_text(value)
    raise DocumentError(reader.at(name), "expected a text or a number")


def _read_statuses(place: str, value: Json) -> list[Status]:
    listed = [value] if isinstance(value, str) else items_of(place, value)
    statuses = [choice_of(place, to_text(each) if isinstance(each, str) else "", Status) for each in listed]
    if not statuses or any(status not in COMPLETION_STATUSES for status in statuses):
        raise DocumentError(place, "expected one or more of success, warning, failed")
    return statuses


def _write(condition: object) -> Json:
    match condition:
        case StatusIs(statuses):
            return {"status": [status.value for status in COMPLETION_STATUSES if status in statuses]}
        case AllOf(conditions):
            return {"all": write_conditions(conditions)}
        case AnyOf(conditions):
            return {"any": write_conditions(conditions)}
        case Not(inner):
            return {"not": _write(inner)}
        case Predicate():
            return _write_predicate(condition)
        case _:
            raise TypeError(f"not a condition: {condition!r}")


def _write_predicate(predicate: Predicate) -> Json:
    found: dict[str, Json] = {"item": predicate.item, "operator": predicate.operator.value}
    if predicate.value:
        found["value"] = predicate.value
    if predicate.upper:
        found["upper"] = predicate.upper
    if predicate.case_sensitive:
        found["case_sensitive"] = True
    return found
