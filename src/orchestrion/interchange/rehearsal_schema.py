"""The published JSON Schema of rehearsal files, for editors and for whoever writes them by program."""

from __future__ import annotations

import json

from orchestrion.model.job import Outcome
from orchestrion.model.values import Json

FORMAT = "rehearsal/1"
Schema = dict[str, Json]

_VALUE: Schema = {"type": ["string", "number", "boolean", "null"]}
_IDS: Schema = {"type": "array", "items": {"type": "string"}}


def rehearsal_schema_text() -> str:
    """The schema as the file that is published with the documentation."""
    return json.dumps(rehearsal_schema(), indent=2) + "\n"


def rehearsal_schema() -> Schema:
    """The JSON Schema (draft 2020-12) of a rehearsal file."""
    properties: Schema = {
        "orchestrion": {"const": FORMAT, "description": "The format of this document."},
        "runbook": _text("The runbook's file, relative to this one; without it this file's name without .test."),
        "cases": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/case"}},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:orchestrion:rehearsal:1",
        "title": "Orchestrion rehearsal",
        **_object("Runs of a runbook against canned results.", properties, "orchestrion", "cases"),
        "$defs": {
            "record": _mapping("Items and their values.", _VALUE),
            "records": {"type": "array", "items": {"$ref": "#/$defs/record"}},
            "rows": {"oneOf": [_mapping("One row.", {}), {"type": "array", "items": {"type": "object"}}]},
            "result": _result(),
            "case": _case(),
            "expect": _expect(),
        },
    }


def _case() -> Schema:
    result: Schema = {"$ref": "#/$defs/result"}
    results: Schema = {"oneOf": [result, {"type": "array", "minItems": 1, "items": result}]}
    properties: Schema = {
        "name": _text("What the case shows; no two of a file have the same."),
        "parameters": _mapping("Values by parameter.", _VALUE),
        "variables": _mapping("Values by the variable's path.", _VALUE),
        "trigger": {"$ref": "#/$defs/record", "description": "What the monitor published."},
        "computer_groups": _mapping("Names of computers by the group's path.", _IDS),
        "now": _text("The moment the run begins, in ISO 8601."),
        "results": _mapping("By activity id: a result, or a list for successive executions.", results),
        "compute": {**_IDS, "description": "Pure activities that are run for real; without it all of them."},
        "stop_after": _text("The id of an activity after whose end the run is asked to stop."),
        "expect": {"$ref": "#/$defs/expect"},
    }
    return _object("One run and what is expected of it.", properties, "name", "expect")


def _result() -> Schema:
    properties: Schema = {
        "status": {"enum": ["success", "warning", "failed"], "default": "success"},
        "records": {"$ref": "#/$defs/records", "description": "What it publishes; without it one empty record."},
        "error": _text("Why it failed or warned."),
        "takes_seconds": {"type": "number", "minimum": 0, "default": 0, "description": "Of virtual time."},
    }
    return _object("How an execution ends.", properties)


def _expect() -> Schema:
    rows: Schema = {"$ref": "#/$defs/rows"}
    properties: Schema = {
        "outcome": {"enum": [each.value for each in Outcome]},
        "path": {**_IDS, "description": "Every execution by its activity's id, in the order they ended."},
        "path_contains": {**_IDS, "description": "Ids that occur in this order, others between them."},
        "never": {**_IDS, "description": "Activities that do not run."},
        "runs": _mapping("How often activities run.", {"type": "integer", "minimum": 0}),
        "inputs": _mapping("Named inputs of the last execution, or in a list of each.", rows),
        "data": _mapping("Named items of the last record, or in a list of each record.", rows),
        "returned": {"$ref": "#/$defs/records", "description": "All that the runbook returns."},
        "error": _text("What must occur in the run's error."),
        "duration_seconds": {"type": "number", "description": "Of virtual time, at most."},
    }
    return {**_object("What the run must show.", properties), "minProperties": 1}


def _object(description: str, properties: Schema, *required: str) -> Schema:
    found: Schema = {"type": "object", "description": description, "properties": properties}
    if required:
        found["required"] = list(required)
    return {**found, "additionalProperties": False}


def _mapping(description: str, values: Schema) -> Schema:
    return {"type": "object", "description": description, "additionalProperties": values}


def _text(description: str) -> Schema:
    return {"type": "string", "description": description}
