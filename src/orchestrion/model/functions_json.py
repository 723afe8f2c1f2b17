"""Functions of lists and structures, which travel as JSON text (spec 4.6)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite

from orchestrion.model.functions_core import Function, bounded, plain, whole
from orchestrion.model.values import Json, Value, to_text

_STEP = re.compile(
    r"""\.(?P<name>[\w-]+) | \[(?P<index>-?[0-9]{1,9})\] | (?P<all>\.\*|\[\*\])
      | \[(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')\]""",
    re.VERBOSE,
)


def _refused(constant: str) -> Json:
    raise ValueError(f"{constant} is no JSON")


def _read(text: Value) -> Json:
    try:
        found: Json = json.loads(to_text(text), parse_constant=_refused)
    except (ValueError, RecursionError):
        raise ValueError("the text is not JSON") from None
    return found


def _array(text: Value) -> Sequence[Json]:
    found = _read(text)
    if isinstance(found, list):
        return found
    raise ValueError("the text is not a JSON array")


def _written(value: Json) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None


def _value(found: Json) -> Value:
    """A scalar as it is, anything else as JSON text."""
    if isinstance(found, float) and not isfinite(found):
        raise ValueError("the number is too large")
    return found if found is None or isinstance(found, (str, int, float)) else _written(found)


def _split(text: Value, delimiter: Value) -> Value:
    if to_text(delimiter) == "":
        raise ValueError("the delimiter must not be empty")
    parts = to_text(text).split(to_text(delimiter))
    return _written(parts if to_text(text) else [])


def _join(array: Value, delimiter: Value) -> Value:
    parts, between = [to_text(_value(item)) for item in _array(array)], to_text(delimiter)
    bounded(sum(map(len, parts)) + len(parts) * len(between))
    return between.join(parts)


def _item(array: Value, position: Value) -> Value:
    items, index = _array(array), whole(position, "the position")
    if index == 0:
        raise ValueError("positions count from 1")
    return _value(items[index - 1]) if index <= len(items) else ""


def _path(text: Value, path: Value) -> Value:
    """What lies at `path`: nothing is an empty text, one hit its value, several an array."""
    hits = [_read(text)]
    for step in _steps(to_text(path)):
        hits = [below for hit in hits for below in _below(hit, step)]
    if len(hits) > 1:
        return _written(hits)
    return _value(hits[0]) if hits else ""


def _steps(path: str) -> Iterator[re.Match[str]]:
    position = 1
    while path.startswith("$") and position < len(path):
        found = _STEP.match(path, position)
        if found is None:
            break
        yield found
        position = found.end()
    if not path.startswith("$") or position < len(path):
        raise ValueError(f"'{path}' is no path; write it like $.a.b[0].c or $.a[*].b")


def _below(value: Json, step: re.Match[str]) -> Sequence[Json]:
    if isinstance(value, Mapping):
        if step["all"]:
            return list(value.values())
        names: list[str] = [each for each in step.group("name", "double", "single") if each is not None]
        return [value[name] for name in names if name in value]
    if isinstance(value, list):
        index = int(step["index"] or 0)
        if step["all"]:
            return value
        return [value[index]] if step["index"] and -len(value) <= index < len(value) else []
    return []


FUNCTIONS: dict[str, Function] = {
    "Split": plain(_split, 2),
    "Join": plain(_join, 2),
    "Item": plain(_item, 2),
    "JsonPath": plain(_path, 2),
}
