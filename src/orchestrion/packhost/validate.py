"""What `orchestrion pack check` asks of every activity type, ours included."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from orchestrion.model.activity_type import ActivityKind, ActivityType, Field, FieldKind
from orchestrion.model.ids import TYPE_ID
from orchestrion.model.runbook import EffectClass
from orchestrion.ports.packs import InstalledType

_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]*")
_DANGERS_IN_SVG = re.compile(r"<script|\bon\w+\s*=|javascript:|<foreignObject|\bhref\s*=\s*[\"'](?!#)", re.IGNORECASE)


def problems_of(installed: InstalledType) -> Iterator[str]:
    """What keeps the type from being usable, each as a line that names the type and the way out."""
    for problem in (*_type(installed.type), *_functions(installed), *_fields(installed.type)):
        yield f"{installed.type.id}: {problem}"


def _type(kind: ActivityType) -> Iterator[str]:
    if TYPE_ID.fullmatch(kind.id) is None:
        yield "the id must be <pack>.<activity> in small letters, digits and hyphens"
    if not kind.summary:
        yield "it has no summary; give its function a docstring"
    if not kind.icon.startswith("<svg"):
        yield f"it has no icon; put icons/{kind.id.partition('.')[2]}.svg beside the manifest"
    elif _DANGERS_IN_SVG.search(kind.icon):
        yield "its icon holds more than shapes; take scripts, handlers and links out"
    names = [item.name for item in kind.published]
    yield from (f"the published item '{name}' is declared twice" for name in sorted(_doubles(names)))


def _functions(installed: InstalledType) -> Iterator[str]:
    definition, table = installed.definition, installed.type.effect
    classes = {table.default, *table.by_value.values()}
    has_probe = definition.prepare_func is not None and definition.verify_func is not None
    is_control = installed.type.kind is ActivityKind.CONTROL  # the server itself knows whether these took place
    if EffectClass.VERIFIABLE in classes and not has_probe and not is_control:
        yield "its effect is `verifiable`, so it needs both a `prepare` and a `verify` function"
    if table.input and table.input not in {each.name for each in installed.type.inputs}:
        yield f"its effect depends on the input '{table.input}', which it does not have"
    if installed.type.kind is ActivityKind.MONITOR and not installed.type.guarantee:
        yield "a monitor must say what happens to events while nobody watches"


def _fields(kind: ActivityType) -> Iterator[str]:
    names = {each.name for each in kind.inputs}
    yield from (f"the input '{name}' is declared twice" for name in sorted(_doubles([f.name for f in kind.inputs])))
    for each in kind.inputs:
        yield from _field(each, names)
    if kind.dynamic_items is not None and kind.dynamic_items.input not in names:
        yield f"its published data comes from the input '{kind.dynamic_items.input}', which it does not have"


def _field(each: Field, names: set[str]) -> Iterator[str]:
    if _FIELD_NAME.fullmatch(each.name) is None:
        yield f"the input '{each.name}' must be named in small letters, digits and underscores"
    if not each.label:
        yield f"the input '{each.name}' has no label"
    if each.kind is not FieldKind.LIST and (each.kind is FieldKind.CHOICE) != bool(each.choices):
        yield f"the input '{each.name}' must have choices exactly when it is a choice (a list may have them)"
    if (each.kind is FieldKind.TABLE) != bool(each.columns):
        yield f"the input '{each.name}' must have columns exactly when it is a table"
    if each.shown_when is not None and each.shown_when.input not in names:
        yield f"the input '{each.name}' is shown for values of '{each.shown_when.input}', which there is not"
    for column in each.columns:
        if column.kind is FieldKind.TABLE:
            yield f"the column '{column.name}' of '{each.name}' is itself a table"


def _doubles(names: Sequence[str]) -> set[str]:
    return {name for name in names if names.count(name) > 1}
