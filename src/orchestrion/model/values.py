"""Values on the data bus: text, number, boolean or nothing. A date and time travels as ISO 8601 text (spec 4.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeAlias

Value: TypeAlias = str | int | float | bool | None
Record: TypeAlias = Mapping[str, Value]  # item name -> value, the items that travel together
Json: TypeAlias = "Value | Sequence[Json] | Mapping[str, Json]"


class ValueType(StrEnum):
    """The declared type of a published item or a parameter (spec 4.1)."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE_TIME = "date-time"


def to_text(value: Value) -> str:
    """The text a value becomes inside other text: nothing is empty, booleans are `true` and `false`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004 - beyond 15 digits a float is not exact
        return str(int(value))
    return str(value)


def to_number(value: Value) -> int | float:
    """The number a value stands for. Raises ValueError, naming the value, when it stands for none."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float)):
        return value
    text = to_text(value).strip()
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"'{text}' is not a number") from None
    if number != number or number in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN is the only value unequal to itself
        raise ValueError(f"'{text}' is not a finite number")
    return number


def to_boolean(value: Value) -> bool:
    """The truth a value stands for: booleans, and the texts true/false, yes/no, 1/0. Raises ValueError for others."""
    if isinstance(value, bool):
        return value
    text = to_text(value).strip().lower()
    if text in {"true", "yes", "1"}:
        return True
    if text in {"false", "no", "0"}:
        return False
    raise ValueError(f"'{text}' is neither true nor false")


def to_instant(value: Value) -> datetime:
    """The moment an ISO 8601 text names, as aware UTC; a text without offset counts as UTC. Raises ValueError."""
    text = to_text(value).strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{text}' is not an ISO 8601 date and time") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def convert(value: Value, wanted: ValueType) -> Value:
    """`value` as the wanted type; nothing stays nothing. Raises ValueError, naming the value, when it cannot be."""
    if value is None:
        return None
    match wanted:
        case ValueType.TEXT:
            return to_text(value)
        case ValueType.NUMBER:
            return to_number(value)
        case ValueType.BOOLEAN:
            return to_boolean(value)
        case ValueType.DATE_TIME:
            return to_instant(value).isoformat()
