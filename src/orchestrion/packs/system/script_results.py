"""What a script published: from its variables to records."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias

from orchestrion.sdk import ActivityInputs, Json, Value, ValueType, convert, field

Several: TypeAlias = Mapping[str, Sequence[str]]  # variable -> each value it was given, in order
_HERE = "<<"


class PublishedRow(ActivityInputs):
    """One item that the script publishes."""

    name: str = field("Name", help="The item's name in the runbook.")
    type: Literal["text", "number", "boolean", "date-time"] = field("Type", default="text")
    collection: bool = field("Collection", default=False, help="The variable holds one value for each record.")
    variable: str = field("Variable", help="The variable in the script.")


def read_assignments(text: str) -> Several:
    """The values in lines of `NAME=value`, or `NAME<<END` with lines of text up to one that is `END`.

    A name may come several times. Raises ValueError for any other line, and for a text without its end.
    """
    found: dict[str, list[str]] = {}
    lines = iter(text.replace("\r\n", "\n").split("\n"))
    for line in lines:
        name, is_value, value = line.partition("=")
        here, is_text, end = line.partition(_HERE)
        if is_text and "=" not in here:
            found.setdefault(here, []).append(_text_until(end, here, lines))
        elif is_value and name:
            found.setdefault(name, []).append(value)
        elif line:
            raise ValueError(f"'{line}' in the script's output is no assignment. Write NAME=value.")
    return found


def _text_until(end: str, name: str, lines: Iterable[str]) -> str:
    text: list[str] = []
    for line in lines:
        if line == end:
            return "\n".join(text)
        text.append(line)
    raise ValueError(f"The text of '{name}' in the script's output has no line '{end}' that ends it.")


def chosen(rows: Iterable[PublishedRow], values: Several) -> dict[str, Json]:
    """For each variable all its values when it is a collection, and the last one otherwise."""
    given = ((row, values[row.variable]) for row in rows if row.variable in values)
    return {row.variable: several if row.collection else several[-1] for row, several in given}


def records_of(rows: Sequence[PublishedRow], values: Mapping[str, Json]) -> list[dict[str, Value]]:
    """The records by item name: collections lined up by index with blanks at their ends, single values in each.

    Raises ValueError, naming the item, when a value is not of the item's type.
    """
    columns = {row.name: _column(row, values.get(row.variable)) for row in rows}
    length = max((len(columns[row.name]) for row in rows if row.collection), default=1) or 1
    return [{row.name: _cell(row, columns[row.name], index) for row in rows} for index in range(length)]


def _column(row: PublishedRow, value: Json) -> list[Value]:
    several = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else None
    if row.collection:
        return [_converted(row, each) for each in ([value] if several is None else several)]
    return [_converted(row, value if several is None else str(several))]


def _cell(row: PublishedRow, column: Sequence[Value], index: int) -> Value:
    if not row.collection:
        return column[0]
    return column[index] if index < len(column) else None


def _converted(row: PublishedRow, value: Json) -> Value:
    if value is None or (value == "" and row.type != "text"):
        return None
    try:
        return convert(value if isinstance(value, (str, int, float, bool)) else str(value), ValueType(row.type))
    except ValueError as error:
        raise ValueError(f"The script's value for '{row.name}' does not fit: {error}.") from None
