"""Functions that take texts apart and change them (spec 4.6)."""

from __future__ import annotations

from orchestrion.model.functions_core import Function, bounded, plain, whole
from orchestrion.model.values import Value, to_text


def _field(text: Value, delimiter: Value, position: Value) -> Value:
    separator, index = to_text(delimiter), whole(position, "the position")
    if not separator or index == 0:
        raise ValueError("the delimiter must not be empty and positions count from 1")
    parts = to_text(text).split(separator)
    return parts[index - 1] if index <= len(parts) else ""


def _right(text: Value, length: Value) -> Value:
    count = whole(length, "the length")
    return to_text(text)[-count:] if count else ""


def _mid(text: Value, start: Value, length: Value) -> Value:
    first = whole(start, "the start")
    return to_text(text)[first : first + whole(length, "the length")]


def _replace(text: Value, old: Value, new: Value) -> Value:
    whole_text, part, instead = to_text(text), to_text(old), to_text(new)
    if part == "":
        raise ValueError("the text to replace must not be empty")
    bounded(len(whole_text) + whole_text.count(part) * (len(instead) - len(part)))
    return whole_text.replace(part, instead)


FUNCTIONS: dict[str, Function] = {
    "Upper": plain(lambda text: to_text(text).upper(), 1),
    "Lower": plain(lambda text: to_text(text).lower(), 1),
    "Field": plain(_field, 3),
    "Instr": plain(lambda text, part: to_text(text).find(to_text(part)) + 1, 2),
    "Right": plain(_right, 2),
    "Left": plain(lambda text, length: to_text(text)[: whole(length, "the length")], 2),
    "Mid": plain(_mid, 3),
    "LTrim": plain(lambda text: to_text(text).lstrip(" "), 1),
    "RTrim": plain(lambda text: to_text(text).rstrip(" "), 1),
    "Trim": plain(lambda text: to_text(text).strip(" "), 1),
    "Len": plain(lambda text: len(to_text(text)), 1),
    "Replace": plain(_replace, 3),
    "Contains": plain(lambda text, part: to_text(part) in to_text(text), 2),
    "StartsWith": plain(lambda text, part: to_text(text).startswith(to_text(part)), 2),
    "EndsWith": plain(lambda text, part: to_text(text).endswith(to_text(part)), 2),
    "IsEmpty": plain(lambda text: to_text(text) == "", 1),
    "Text": plain(to_text, 1),
}
