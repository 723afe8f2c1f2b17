"""Declaring inputs and published data: pydantic models whose fields know how the designer shows them."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, SecretStr, model_validator
from pydantic import Field as PydanticField
from pydantic.config import JsonDict, JsonValue
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined, to_jsonable_python

from orchestrion.model.activity_type import Field, FieldKind, PublishedItem, Shown
from orchestrion.model.values import Json, Record, ValueType, to_text

Secret = SecretStr
"""An input that is sealed at rest, opened only for the run, and never shown: read it with `.get_secret_value()`."""


class ActivityInputs(BaseModel):
    """Base of an activity's inputs, and of the rows of its tables. Values arrive with subscriptions filled in.

    A number or boolean that a subscription brings to a text becomes text as it does inside other text, and nothing
    (no value, or an empty one where a text makes no sense) leaves the default.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, arbitrary_types_allowed=False)

    @model_validator(mode="before")
    @classmethod
    def _fit(cls, values: object) -> object:
        if not isinstance(values, Mapping):
            return values
        known, found = _places(cls), {}
        for name, value in values.items():
            place = known.get(name, _ANY)
            if value is not None and (value != "" or place.is_text):
                found[name] = value if place.is_text and isinstance(value, str) else place.fit(value)
        return found


class PublishedModel(BaseModel):
    """Base of an activity's published data; extra attributes are items that the author of the runbook named."""

    model_config = ConfigDict(
        extra="allow", populate_by_name=True, ser_json_timedelta="float", ser_json_inf_nan="constants"
    )

    def record(self) -> Record:
        """The items by their published names; dates as ISO 8601 text."""
        found: Record = self.model_dump(mode="json", by_alias=True)
        for value in found.values():
            if value is not None and not isinstance(value, (str, int, float, bool)):
                raise TypeError(f"a published item is a text, number, boolean or date-time, not {type(value).__name__}")
        return found


def field(  # type: ignore[explicit-any]  # noqa: PLR0913 - one thing each that the author may say about an input
    label: str,
    *,
    default: object = PydanticUndefined,
    kind: FieldKind
    | Literal["text", "multiline", "path", "code", "computer", "secret", "activity", "runbook"]
    | None = None,
    help: str = "",  # noqa: A002 - the word authors know
    tab: str = "Details",
    language: str = "",
    shown_when: tuple[str, Sequence[str]] | None = None,
) -> Any:  # stands for a value of the annotated type, as pydantic's own Field does
    """One input: its label, default (none = required), and how the designer edits it (guessed from the type).

    `shown_when=("mode", ["At"])` says that it counts only when the input `mode` has one of these values.
    """
    extra: JsonDict = {"tab": tab, "language": language, "help": help}
    if kind is not None:
        extra["kind"] = FieldKind(kind).value
    if shown_when is not None:
        extra["shown_when"] = [shown_when[0], list(shown_when[1])]
    return PydanticField(default, title=label, json_schema_extra={"orchestrion": extra})


def item(name: str, *, default: object = None, description: str = "", many: bool = False) -> Any:  # type: ignore[explicit-any]  # as above
    """One published item: its name on the data bus; `many` when each record has its own value."""
    extra: JsonDict = {"many": many}
    return PydanticField(
        default, title=name, alias=name, description=description, json_schema_extra={"orchestrion": extra}
    )


def input_fields(model: type[BaseModel]) -> tuple[Field, ...]:
    """What the catalogue says about the fields of an inputs model, in declared order."""
    return tuple(_field(name, info) for name, info in model.model_fields.items())


def published_items(model: type[PublishedModel]) -> tuple[PublishedItem, ...]:
    """What the catalogue says about a published model, in declared order."""
    return tuple(
        PublishedItem(
            name=info.alias or name,
            type=_value_type(_bare(info.annotation)),
            description=info.description or "",
            many=bool(_extra(info).get("many")),
        )
        for name, info in model.model_fields.items()
    )


def _extra(info: FieldInfo) -> JsonDict:
    extra = info.json_schema_extra
    found = extra.get("orchestrion") if isinstance(extra, dict) else None
    return found if isinstance(found, dict) else {}


def _field(name: str, info: FieldInfo) -> Field:
    extra, annotation = _extra(info), _bare(info.annotation)
    return Field(
        name=name,
        label=info.title or name,
        kind=FieldKind(str(extra["kind"])) if "kind" in extra else _kind(annotation),
        required=info.is_required(),
        default=None if info.is_required() else _json(info.get_default(call_default_factory=True)),
        choices=_choices(annotation),
        help=str(extra.get("help", "")),
        tab=str(extra.get("tab", "Details")),
        language=str(extra.get("language", "")),
        columns=_columns(annotation),
        shown_when=_shown(extra.get("shown_when")),
    )


def _shown(value: JsonValue) -> Shown | None:
    match value:
        case [str(name), [*values]]:
            return Shown(name, tuple(str(each) for each in values))
        case _:
            return None


def _bare(annotation: object) -> object:
    """The annotation without `| None`."""
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [each for each in get_args(annotation) if each is not type(None)]
        return inner[0] if len(inner) == 1 else annotation
    return annotation


_TEXTS: tuple[object, ...] = (str, SecretStr, Path)


@dataclass(frozen=True, slots=True)
class _Place:
    """How a value gets into one field: as near to the annotated type as the data bus leaves it."""

    fit: Callable[[object], object]
    is_text: bool  # an empty text is a value there, and a text needs no fitting


@cache
def _places(model: type[ActivityInputs]) -> Mapping[str, _Place]:
    """The places of a model's fields; it is asked for every execution, and annotations are slow to look through."""
    bare = {name: _bare(info.annotation) for name, info in model.model_fields.items()}
    return {name: _Place(_fitting(annotation), annotation in _TEXTS) for name, annotation in bare.items()}


def _fitting(annotation: object) -> Callable[[object], object]:
    """What brings a value near to the annotated type; pydantic judges the rest."""
    origin = get_origin(annotation)
    if origin in (list, tuple):
        return partial(_fit_items, _fitting(_bare(get_args(annotation)[0])))
    if origin is dict:
        return partial(_fit_values, _fitting(_bare(get_args(annotation)[1])))
    return _as_text if annotation in _TEXTS or _choices(annotation) else _as_it_is


def _fit_items(fit: Callable[[object], object], value: object) -> object:
    return [fit(each) for each in (value if isinstance(value, (list, tuple)) else (value,))]


def _fit_values(fit: Callable[[object], object], value: object) -> object:
    return {name: fit(each) for name, each in value.items()} if isinstance(value, Mapping) else value


def _as_text(value: object) -> object:
    return to_text(value) if isinstance(value, (int, float)) else value


def _as_it_is(value: object) -> object:
    return value


_ANY = _Place(_as_it_is, is_text=True)


def _row_model(annotation: object) -> type[BaseModel] | None:
    if get_origin(annotation) in (list, tuple):
        inner = get_args(annotation)[0]
        return inner if isinstance(inner, type) and issubclass(inner, BaseModel) else None
    return None


def _columns(annotation: object) -> tuple[Field, ...]:
    row = _row_model(annotation)
    return input_fields(row) if row else ()


def _choices(annotation: object) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return tuple(str(each) for each in get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(str(member.value) for member in annotation)
    if get_origin(annotation) in (list, tuple):
        return _choices(get_args(annotation)[0])
    return ()


_KINDS: dict[object, FieldKind] = {
    str: FieldKind.TEXT,
    int: FieldKind.NUMBER,
    float: FieldKind.NUMBER,
    bool: FieldKind.BOOLEAN,
    SecretStr: FieldKind.SECRET,
    Path: FieldKind.PATH,
    timedelta: FieldKind.DURATION,
    datetime: FieldKind.DATE_TIME,
}


def _kind(annotation: object) -> FieldKind:
    origin = get_origin(annotation)
    if origin in (list, tuple):
        return FieldKind.TABLE if _row_model(annotation) else FieldKind.LIST
    if origin is dict:
        return FieldKind.MAPPING
    if origin is Literal or (isinstance(annotation, type) and issubclass(annotation, Enum)):
        return FieldKind.CHOICE
    return _KINDS.get(annotation, FieldKind.TEXT)


def _value_type(annotation: object) -> ValueType:
    if annotation is bool:
        return ValueType.BOOLEAN
    if annotation in (int, float):
        return ValueType.NUMBER
    return ValueType.DATE_TIME if annotation is datetime else ValueType.TEXT


def _json(value: object) -> Json:
    found: Json = to_jsonable_python(value, timedelta_mode="float")
    return found
