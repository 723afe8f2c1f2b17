"""All that the author of an integration pack imports."""

from orchestrion.model.activity_type import ActivityKind, DynamicItems, EffectTable, FieldKind, Limit
from orchestrion.model.counters import CounterOperation
from orchestrion.model.resources import EventType
from orchestrion.model.runbook import EffectClass
from orchestrion.model.values import Json, Record, Value, ValueType, convert, to_text
from orchestrion.sdk.computers import is_this_computer
from orchestrion.sdk.context import RunContext
from orchestrion.sdk.declare import Definition, Guarantee, Mode, activity, monitor
from orchestrion.sdk.fields import ActivityInputs, PublishedModel, Secret, field, item
from orchestrion.sdk.manifest import PackManifest
from orchestrion.sdk.outcome import (
    ActivityFailed,
    ActivityWarning,
    Done,
    Evidence,
    NotDone,
    Trigger,
    Unknown,
    Verdict,
)
from orchestrion.sdk.programs import (
    ProgramEnded,
    ProgramRequest,
    RunningProgram,
    open_program,
    run_program,
    start_detached,
)

__all__ = [
    "ActivityFailed",
    "ActivityInputs",
    "ActivityKind",
    "ActivityWarning",
    "CounterOperation",
    "Definition",
    "Done",
    "DynamicItems",
    "EffectClass",
    "EffectTable",
    "EventType",
    "Evidence",
    "FieldKind",
    "Guarantee",
    "Json",
    "Limit",
    "Mode",
    "NotDone",
    "PackManifest",
    "ProgramEnded",
    "ProgramRequest",
    "PublishedModel",
    "Record",
    "RunContext",
    "RunningProgram",
    "Secret",
    "Trigger",
    "Unknown",
    "Value",
    "ValueType",
    "Verdict",
    "activity",
    "convert",
    "field",
    "is_this_computer",
    "item",
    "monitor",
    "open_program",
    "run_program",
    "start_detached",
    "to_text",
]
