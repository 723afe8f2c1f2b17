"""Activity types <-> the JSON texts in which runbook servers announce them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic_core import from_json, to_json

from orchestrion.model.activity_type import (
    ActivityKind,
    ActivityType,
    DynamicItems,
    EffectTable,
    Field,
    FieldKind,
    Limit,
    PublishedItem,
    Shown,
)
from orchestrion.model.runbook import EffectClass
from orchestrion.model.values import ValueType

Object = Mapping[str, Any]


def type_text(kind: ActivityType) -> str:
    """The stored form of an activity type."""
    return to_json(kind).decode()


@lru_cache(maxsize=4096)
def type_of(text: str) -> ActivityType:
    """The activity type of a stored text; every request for the catalogue reads the same few texts."""
    data: Object = from_json(text)
    return ActivityType(
        id=data["id"],
        pack=data["pack"],
        name=data["name"],
        category=data["category"],
        kind=ActivityKind(data["kind"]),
        summary=data["summary"],
        effect=_effect(data["effect"]),
        guarantee=data["guarantee"],
        inputs=_fields(data["inputs"]),
        published=tuple(_published(item) for item in data["published"]),
        dynamic_items=DynamicItems(**data["dynamic_items"]) if data["dynamic_items"] else None,
        icon=data["icon"],
        simulates=data["simulates"],
        limits=tuple(Limit(**{**limit, "values": tuple(limit["values"])}) for limit in data["limits"]),
    )


def _effect(data: Object) -> EffectTable:
    by_value = {value: EffectClass(effect) for value, effect in data["by_value"].items()}
    return EffectTable(EffectClass(data["default"]), data["input"], by_value)


def _fields(items: list[Object]) -> tuple[Field, ...]:
    return tuple(_field(item) for item in items)


def _field(data: Object) -> Field:
    shown = data["shown_when"]
    return Field(
        name=data["name"],
        label=data["label"],
        kind=FieldKind(data["kind"]),
        required=data["required"],
        default=data["default"],
        choices=tuple(data["choices"]),
        help=data["help"],
        tab=data["tab"],
        language=data["language"],
        columns=_fields(data["columns"]),
        shown_when=Shown(shown["input"], tuple(shown["values"])) if shown else None,
    )


def _published(data: Object) -> PublishedItem:
    return PublishedItem(data["name"], ValueType(data["type"]), data["description"], data["many"])
