"""Filters on files."""

import operator
import pwd
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import PurePath

from orchestrion.packs.files.snapshot import FileState
from orchestrion.sdk import ActivityFailed, ActivityInputs, ValueType, convert, field
from orchestrion.sdk.wildcards import matches_wildcards

_NANOSECONDS = 1_000_000_000


class Criterion(StrEnum):
    """What of a file a filter looks at."""

    FILE_NAME = "File name"
    EXTENSION = "Extension"
    SIZE = "Size"
    MODIFIED = "Modified"
    ACCESSED = "Accessed"
    OWNER = "Owner"


class Relation(StrEnum):
    """How it stands to the value."""

    EQUALS = "equals"
    DOES_NOT_EQUAL = "does not equal"
    CONTAINS = "contains"
    DOES_NOT_CONTAIN = "does not contain"
    STARTS_WITH = "starts with"
    ENDS_WITH = "ends with"
    MATCHES_PATTERN = "matches pattern"
    DOES_NOT_MATCH_PATTERN = "does not match pattern"
    IS_LESS_THAN = "is less than"
    IS_MORE_THAN = "is more than"
    IS_BEFORE = "is before"
    IS_AFTER = "is after"


class FileFilter(ActivityInputs):
    """One condition on files."""

    name: Criterion = field("Name")
    relation: Relation = field(
        "Relation", help="Patterns take * and ?. Less and more are for sizes, before and after for times."
    )
    value: str = field("Value", help="A text, a size in bytes, or a moment such as 2026-11-22T10:00:00.")


_ON_TEXTS: Mapping[Relation, Callable[[str, str], bool]] = {
    Relation.EQUALS: operator.eq,
    Relation.DOES_NOT_EQUAL: operator.ne,
    Relation.CONTAINS: operator.contains,
    Relation.DOES_NOT_CONTAIN: lambda text, part: part not in text,
    Relation.STARTS_WITH: str.startswith,
    Relation.ENDS_WITH: str.endswith,
    Relation.MATCHES_PATTERN: matches_wildcards,
    Relation.DOES_NOT_MATCH_PATTERN: lambda text, pattern: not matches_wildcards(text, pattern),
}
_ON_SIZES: Mapping[Relation, Callable[[float, float], bool]] = {
    Relation.EQUALS: operator.eq,
    Relation.DOES_NOT_EQUAL: operator.ne,
    Relation.IS_LESS_THAN: operator.lt,
    Relation.IS_MORE_THAN: operator.gt,
}
_ON_TIMES: Mapping[Relation, Callable[[float, float], bool]] = {
    Relation.IS_BEFORE: operator.lt,
    Relation.IS_AFTER: operator.gt,
}
_TEXT_OF: Mapping[Criterion, Callable[[str, FileState], str]] = {
    Criterion.FILE_NAME: lambda path, _state: PurePath(path).name,
    Criterion.EXTENSION: lambda path, _state: PurePath(path).suffix.removeprefix("."),
    Criterion.OWNER: lambda _path, state: _owner(state),
}
Test = Callable[[str, FileState], bool]


def filter_of(rows: Iterable[FileFilter]) -> Test:
    """The test that a file (path, state) passes when all filters match; case does not matter.

    Raises ActivityFailed for a filter that makes no sense.
    """
    tests = [_test(row) for row in rows]
    return lambda path, state: all(test(path, state) for test in tests)


def _test(row: FileFilter) -> Test:
    match row.name:
        case Criterion.SIZE:
            return _test_of_size(row)
        case Criterion.MODIFIED | Criterion.ACCESSED:
            return _test_of_time(row)
        case _:
            return _test_of_text(row)


def _test_of_text(row: FileFilter) -> Test:
    compare, text_of = _relation(row, _ON_TEXTS), _TEXT_OF[row.name]
    value = row.value.removeprefix(".") if row.name is Criterion.EXTENSION else row.value
    wanted = value.casefold()
    return lambda path, state: compare(text_of(path, state).casefold(), wanted)


def _test_of_size(row: FileFilter) -> Test:
    compare, wanted = _relation(row, _ON_SIZES), float(_value(row, ValueType.NUMBER))
    return lambda _path, state: compare(state.size, wanted)


def _test_of_time(row: FileFilter) -> Test:
    compare = _relation(row, _ON_TIMES)
    wanted = datetime.fromisoformat(_value(row, ValueType.DATE_TIME)).timestamp() * _NANOSECONDS
    is_modified = row.name is Criterion.MODIFIED
    return lambda _path, state: compare(state.modified if is_modified else state.accessed, wanted)


def _value(row: FileFilter, kind: ValueType) -> str:
    try:
        return str(convert(row.value, kind))
    except ValueError as error:
        raise ActivityFailed(f"Filters: {row.name}: {error}.") from None


def _relation(row: FileFilter, possible: Mapping[Relation, Callable[..., bool]]) -> Callable[..., bool]:
    found = possible.get(row.relation)
    if found is None:
        raise ActivityFailed(f"Filters: {row.name} has the relations {', '.join(possible)}.")
    return found


def _owner(state: FileState) -> str:
    try:
        return pwd.getpwuid(state.owner).pw_name
    except KeyError:
        return str(state.owner)
