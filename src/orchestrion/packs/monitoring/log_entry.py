"""One entry of a log, whichever it came from, and the filters on entries."""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from orchestrion.sdk import ActivityFailed, ActivityInputs, ValueType, convert, field

ERROR, WARNING, INFORMATION = "Error", "Warning", "Information"
_LAST_ERROR, _WARNING_SEVERITY = 3, 4  # severities of syslog: 0 emergency to 3 error, 4 warning, 5 notice to 7 debug
_FACILITIES = [
    "kern",
    "user",
    "mail",
    "daemon",
    "auth",
    "syslog",
    "lpr",
    "news",
    "uucp",
    "cron",
    "authpriv",
    "ftp",
    "ntp",
    "audit",
    "alert",
    "clock",
    "local0",
    "local1",
    "local2",
    "local3",
    "local4",
    "local5",
    "local6",
    "local7",
]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An entry; `cursor` is where to read on behind it, `key` tells it from every other one."""

    description: str
    source: str
    computer: str
    type: str
    moment: datetime
    cursor: str
    key: str
    category: str = ""
    event_id: int | None = None


class Property(StrEnum):
    """What of an entry a filter looks at."""

    CATEGORY = "Category"
    DESCRIPTION = "Description"
    SOURCE = "Source"
    TYPE = "Type"
    EVENT_ID = "Event ID"


class Relation(StrEnum):
    """How the property stands to the value: the first two for texts, the others for the event id."""

    CONTAINS = "Contains"
    DOES_NOT_CONTAIN = "Does not contain"
    IS_EQUAL_TO = "is equal to"
    IS_DIFFERENT_THAN = "is different than"
    IS_LOWER_THAN = "is lower than"
    IS_LOWER_THAN_OR_EQUALS = "is lower than or equals"
    IS_MORE_THAN = "is more than"
    IS_MORE_THAN_OR_EQUALS = "is more than or equals"


class MessageFilter(ActivityInputs):
    """One condition on entries."""

    property: Property = field("Property")
    relation: Relation = field("Relation", help="Texts contain or do not contain; the others are for Event ID.")
    value: str = field("Value")


_ON_NUMBERS: Mapping[Relation, Callable[[float, float], bool]] = {
    Relation.IS_EQUAL_TO: operator.eq,
    Relation.IS_DIFFERENT_THAN: operator.ne,
    Relation.IS_LOWER_THAN: operator.lt,
    Relation.IS_LOWER_THAN_OR_EQUALS: operator.le,
    Relation.IS_MORE_THAN: operator.gt,
    Relation.IS_MORE_THAN_OR_EQUALS: operator.ge,
}
_ON_TEXTS: Mapping[Relation, Callable[[str, str], bool]] = {
    Relation.CONTAINS: operator.contains,
    Relation.DOES_NOT_CONTAIN: lambda text, part: part not in text,
}


def type_of(severity: int) -> str:
    """The type of an entry of this syslog severity (0 is the gravest)."""
    if severity <= _LAST_ERROR:
        return ERROR
    return WARNING if severity == _WARNING_SEVERITY else INFORMATION


def category_of(facility: int) -> str:
    """The name of a syslog facility; empty for a number that has none."""
    return _FACILITIES[facility] if 0 <= facility < len(_FACILITIES) else ""


def filter_of(rows: Iterable[MessageFilter]) -> Callable[[LogEntry], bool]:
    """The test that an entry passes when all filters match. Raises ActivityFailed for a filter that makes no sense."""
    tests = [_test(row) for row in rows]
    return lambda entry: all(test(entry) for test in tests)


def _test(row: MessageFilter) -> Callable[[LogEntry], bool]:
    if row.property is Property.EVENT_ID:
        return _test_of_event_id(row)
    compare, wanted = _relation(row, _ON_TEXTS), row.value.casefold()
    return lambda entry: compare(_text_of(entry, row.property).casefold(), wanted)


def _test_of_event_id(row: MessageFilter) -> Callable[[LogEntry], bool]:
    compare = _relation(row, _ON_NUMBERS)
    try:
        wanted = float(str(convert(row.value, ValueType.NUMBER)))
    except ValueError as error:
        raise ActivityFailed(f"Message filters: Event ID: {error}.") from None
    without_id = row.relation is Relation.IS_DIFFERENT_THAN  # an entry without an id has none that could be equal
    return lambda entry: without_id if entry.event_id is None else compare(entry.event_id, wanted)


def _relation(row: MessageFilter, possible: Mapping[Relation, Callable[..., bool]]) -> Callable[..., bool]:
    found = possible.get(row.relation)
    if found is None:
        raise ActivityFailed(f"Message filters: {row.property} has the relations {', '.join(possible)}.")
    return found


def _text_of(entry: LogEntry, name: Property) -> str:
    match name:
        case Property.CATEGORY:
            return entry.category
        case Property.SOURCE:
            return entry.source
        case Property.TYPE:
            return entry.type
        case _:
            return entry.description
