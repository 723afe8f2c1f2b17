"""What a pack declares about an activity type: inputs, published data, effect class; for catalogue and checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from orchestrion.model.runbook import EffectClass
from orchestrion.model.values import Json, ValueType


class ActivityKind(StrEnum):
    """What starts it: a link (activity), the outside world (monitor), or the engine interprets it itself (control)."""

    ACTIVITY = "activity"
    MONITOR = "monitor"
    CONTROL = "control"


class FieldKind(StrEnum):
    """The closed set of input kinds; the designer has one component for each (architecture.md 6)."""

    TEXT = "text"
    MULTILINE = "multiline"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    SECRET = "secret"  # noqa: S105 - the name of a kind
    PATH = "path"
    CODE = "code"
    COMPUTER = "computer"
    DURATION = "duration"
    DATE_TIME = "date-time"
    LIST = "list"
    TABLE = "table"
    MAPPING = "mapping"
    ACTIVITY = "activity"  # the id of an activity of the same runbook
    RUNBOOK = "runbook"  # the id or the path of a runbook


@dataclass(frozen=True, slots=True)
class Shown:
    """A field that only counts when another input has one of these values."""

    input: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One input of an activity type; `columns` for tables only, `choices` for choices only."""

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    default: Json = None
    choices: tuple[str, ...] = ()
    help: str = ""
    tab: str = "Details"
    language: str = ""
    columns: tuple[Field, ...] = ()
    shown_when: Shown | None = None


@dataclass(frozen=True, slots=True)
class PublishedItem:
    """One item an activity type publishes; `many` when each record of an execution has its own value."""

    name: str
    type: ValueType = ValueType.TEXT
    description: str = ""
    many: bool = False


@dataclass(frozen=True, slots=True)
class DynamicItems:
    """Items named by the author in the rows of a table input, e.g. the parameters of Initialize Data."""

    input: str
    name_column: str = "name"
    type_column: str = "type"


@dataclass(frozen=True, slots=True)
class EffectTable:
    """The effect class of a type; where it depends on an input, `by_value` says how (durability.md 6)."""

    default: EffectClass
    input: str = ""
    by_value: Mapping[str, EffectClass] = field(default_factory=dict)

    def of(self, inputs: Mapping[str, Json]) -> EffectClass:
        """The class for these inputs."""
        value = inputs.get(self.input) if self.input else None
        return self.by_value.get(str(value), self.default)


@dataclass(frozen=True, slots=True)
class Limit:
    """Why a runbook server cannot run the type: always, or only when `input` has one of `values`."""

    reason: str
    input: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActivityType:
    """What catalogue, designer and authoring checks know about one type of activity."""

    id: str
    pack: str
    name: str
    category: str
    kind: ActivityKind = ActivityKind.ACTIVITY
    summary: str = ""
    effect: EffectTable = EffectTable(EffectClass.ONCE)
    guarantee: str = ""
    inputs: tuple[Field, ...] = ()
    published: tuple[PublishedItem, ...] = ()
    dynamic_items: DynamicItems | None = None
    icon: str = ""
    simulates: bool = False
    limits: tuple[Limit, ...] = ()
