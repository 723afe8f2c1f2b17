"""The published JSON Schema of the runbook document, for editors and for whoever writes runbooks by program.

It says what `model/codec.py` can read; what a runbook must be to run is said by the authoring checks.
"""

from __future__ import annotations

import json
from enum import StrEnum

from orchestrion.model.assignment import HIGHEST_PRIORITY, LOWEST_PRIORITY, Policy
from orchestrion.model.codec import FORMAT
from orchestrion.model.condition import COMPLETION_STATUSES, Operator
from orchestrion.model.ids import ACTIVITY_ID, RESERVED_ACTIVITY_IDS, TYPE_ID
from orchestrion.model.runbook import (
    DEFAULT_LOOP_CAP,
    EffectClass,
    FlattenFormat,
    Flood,
    InDoubtAnswer,
    Recovery,
)
from orchestrion.model.values import Json, ValueType

Schema = dict[str, Json]


def runbook_schema() -> Schema:
    """The JSON Schema (draft 2020-12) of a runbook document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:orchestrion:runbook:1",
        "title": "Orchestrion runbook",
        **_object(
            "A runbook: activities joined by links, with settings.",
            {
                "orchestrion": {"const": FORMAT, "description": "The format of this document."},
                "name": {
                    **_text("The runbook's name, which is also the last part of its path."),
                    "minLength": 1,
                    "maxLength": 200,
                    "pattern": r"^[^/]*[^/\s][^/]*$",
                },
                "description": _text("What the runbook is for."),
                "settings": {"$ref": "#/$defs/settings"},
                "returned_data": _list("The items that Return Data fills.", {"$ref": "#/$defs/returned_item"}),
                "activities": _activities(),
                "links": _list("What follows what.", {"$ref": "#/$defs/link"}),
            },
            required=("orchestrion", "name"),
        ),
        "$defs": _definitions(),
    }


def schema_text() -> str:
    """The schema as the file that is published with the documentation."""
    return json.dumps(runbook_schema(), indent=2) + "\n"


def _activities() -> Schema:
    reserved = "|".join(sorted(RESERVED_ACTIVITY_IDS))
    return {
        "type": "object",
        "description": "The activities by id. An id never changes when the activity's name does.",
        "propertyNames": {"pattern": f"^(?!(?:{reserved})$){ACTIVITY_ID.pattern}$"},
        "additionalProperties": {"$ref": "#/$defs/activity"},
    }


def _definitions() -> Schema:
    return {
        "settings": _settings(),
        "returned_item": _object(
            "One item of the runbook's returned data.",
            {
                "name": _text("The item's name."),
                "type": _choice("The item's type.", ValueType, ValueType.TEXT),
                "description": _text("What it means."),
            },
            required=("name",),
        ),
        "activity": _activity(),
        "behaviour": _behaviour(),
        "looping": _looping(),
        "link": _link(),
        "condition": _condition(),
        "conditions": _list("Conditions, one of which must hold; none hold always.", {"$ref": "#/$defs/condition"}),
        "value": _value(),
    }


def _settings() -> Schema:
    return _object(
        "The runbook's properties. Zero seconds mean: off.",
        {
            "max_simultaneous_jobs": _count("How many jobs of the runbook run at once.", 1),
            "max_monitor_instances": _count("How many instances a monitor's job runs at once.", 1),
            "max_waiting_triggers": _count("From so many waiting triggers on a monitor is flooded.", 1, default=10_000),
            "when_flooded": _choice("What a flooded monitor does: wait, or drop what comes.", Flood, Flood.PAUSE),
            "quarantine_after_failures": _count(
                "After so many failed instances in a row a monitor's job starts no more; 0: never.", 0, default=10
            ),
            "timeout_seconds": _seconds("After so long an instance is stopped and fails."),
            "report_after_seconds": _seconds("After so long a running instance raises an event."),
            "report_failure": _flag("Whether a failed instance raises an event.", default=False),
            "servers": _list(
                "Names of the runbook servers that may run it, or their tags as `tag:zone=dmz`; none mean: the global "
                "list, or all.",
                {"type": "string"},
            ),
            "assignment": _choice("How the servers share its jobs; left out: as everywhere.", Policy),
            "priority": {
                **_count("Whose jobs come first, between all runbooks: higher ones.", LOWEST_PRIORITY, default=0),
                "maximum": HIGHEST_PRIORITY,
            },
            "recovery": _choice("What happens to an instance whose runbook server died.", Recovery, Recovery.RESUME),
            "start_monitor_on_check_in": _flag("Whether a check-in starts the monitor.", default=False),
            "on_error": _text("The id of the activity that begins the error path."),
            "schedule": _text("The path of the schedule that says when it may start; empty: at any time."),
            "fresh_variables": _flag("Whether inputs read variables when their activity starts.", default=False),
        },
    )


def _activity() -> Schema:
    return _object(
        "One activity.",
        {
            "type": {**_text("The activity type, pack.activity."), "pattern": f"^{TYPE_ID.pattern}$"},
            "name": _text("The name that people see; the id when it is left out."),
            "description": _text("What it does here."),
            "position": {
                "type": "array",
                "description": "Where it stands on the canvas, x and y.",
                "items": {"type": "number", "exclusiveMinimum": -1_000_000, "exclusiveMaximum": 1_000_000},
                "maxItems": 2,
            },
            "enabled": _flag("Whether it runs; a disabled one is passed over.", default=True),
            "group": _text("The id of the For Each or While activity whose body it is part of."),
            "inputs": {
                "type": "object",
                "description": "The inputs by name. A text may hold templates in {{ }}.",
                "additionalProperties": {"$ref": "#/$defs/value"},
            },
            "behaviour": {"$ref": "#/$defs/behaviour"},
            "looping": {"$ref": "#/$defs/looping"},
        },
        required=("type",),
    )


def _behaviour() -> Schema:
    flatten: Schema = {
        "format": _choice("How records are joined.", FlattenFormat, FlattenFormat.SEPARATOR),
        "separator": _text("What stands between the values; for the format separator only."),
    }
    retry: Schema = {
        "attempts": _count("How often it is run in all.", 1),
        "delay_seconds": _seconds("How long to wait before the next attempt."),
        "backoff": {**_number("What the delay is multiplied by after each attempt.", 1), "default": 1},
        "when": {"$ref": "#/$defs/conditions"},
    }
    return _object(
        "How the activity runs. Zero seconds mean: off.",
        {
            "flatten": _object("Joins the records of one execution into one.", flatten),
            "report_after_seconds": _seconds("After so long a running execution raises an event."),
            "report_failure": _flag("Whether a failed execution raises an event.", default=False),
            "timeout_seconds": _seconds("After so long an execution fails."),
            "retry": _object("Runs a failed execution again.", retry),
            "effect": _choice("What repeating it would do, where the type's own answer is not right.", EffectClass),
            "in_doubt": _choice("The answer when a crash hid its outcome.", InDoubtAnswer, InDoubtAnswer.ASK),
            "parallel": _count("How many records it works on at once.", 1),
        },
    )


def _looping() -> Schema:
    return _object(
        "Repeats the activity until it may exit.",
        {
            "delay_seconds": _seconds("How long to wait between attempts."),
            "exit": _conditions("When to exit; without it, after a success."),
            "do_not_exit": _conditions("When to go on although it could exit."),
            "max_attempts": {
                **_count("After so many attempts it fails; 0 is no limit.", 0),
                "default": DEFAULT_LOOP_CAP,
            },
            "max_seconds": _seconds("After so long it fails."),
        },
    )


def _link() -> Schema:
    return _object(
        "A link: which records go from one activity to another.",
        {
            "from": _text("The id of the activity that it leaves."),
            "to": _text("The id of the activity that it leads to."),
            "name": _text("The name that people see."),
            "include": _conditions("Which records pass; without it those of successes; an empty list passes all."),
            "exclude": _conditions("Which records do not pass, whatever `include` says."),
            "delay_seconds": _seconds("How long a record waits on the link."),
            "enabled": _flag("Whether records pass at all.", default=True),
            "color": _text("Its colour on the canvas."),
            "width": {**_count("Its width on the canvas; 0 is the usual one.", 0), "default": 0},
        },
        required=("from", "to"),
    )


def _condition() -> Schema:
    status: Schema = {"enum": [each.value for each in COMPLETION_STATUSES]}
    operand: Schema = {
        "type": ["string", "number", "boolean"],
        "description": "What to compare with; may hold templates.",
    }
    predicate: Schema = {
        "item": _text("The published item of the activity that the link leaves."),
        "operator": _choice("How to compare.", Operator),
        "value": operand,
        "upper": {**operand, "description": "The upper end of 'is between'."},
        "case_sensitive": _flag("Whether upper and lower case differ.", default=False),
    }
    statuses: Schema = {"oneOf": [status, {"type": "array", "items": status, "minItems": 1}]}
    group: Schema = {"type": "array", "items": {"$ref": "#/$defs/condition"}}
    return {
        "description": "Something that holds for a record or does not.",
        "oneOf": [
            _object("How the activity ended.", {"status": statuses}, required=("status",)),
            _object("All of these hold.", {"all": group}, required=("all",)),
            _object("At least one of these holds.", {"any": group}, required=("any",)),
            _object("This does not hold.", {"not": {"$ref": "#/$defs/condition"}}, required=("not",)),
            _object("A comparison with a published item.", predicate, required=("item", "operator")),
        ],
    }


def _value() -> Schema:
    inner: Schema = {"$ref": "#/$defs/value"}
    return {
        "description": "A text, a number, true or false, nothing, or a list or mapping of these.",
        "type": ["string", "number", "boolean", "null", "array", "object"],
        "items": inner,
        "additionalProperties": inner,
    }


def _object(description: str, properties: Schema, required: tuple[str, ...] = ()) -> Schema:
    found: Schema = {"type": "object", "description": description, "properties": properties}
    if required:
        found["required"] = list(required)
    return {**found, "additionalProperties": False}


def _conditions(description: str) -> Schema:
    return {"$ref": "#/$defs/conditions", "description": description}


def _list(description: str, items: Schema) -> Schema:
    return {"type": "array", "description": description, "items": items}


def _text(description: str) -> Schema:
    return {"type": "string", "description": description}


def _number(description: str, minimum: int) -> Schema:
    return {"type": "number", "description": description, "minimum": minimum}


def _seconds(description: str) -> Schema:
    return {**_number(description, 0), "default": 0}


def _count(description: str, minimum: int, default: int | None = None) -> Schema:
    """A whole number; its default is the minimum unless another one is given."""
    given = minimum if default is None else default
    return {"type": "integer", "description": description, "minimum": minimum, "default": given}


def _flag(description: str, *, default: bool) -> Schema:
    return {"type": "boolean", "description": description, "default": default}


def _choice(description: str, kind: type[StrEnum], default: StrEnum | None = None) -> Schema:
    found: Schema = {"enum": [member.value for member in kind], "description": description}
    return found if default is None else {**found, "default": default.value}
