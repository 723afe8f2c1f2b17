"""Signals <-> journal rows: the journal's format, version 1."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from orchestrion.engine.signals import (
    ActivityEnded,
    DelayElapsed,
    InstanceStarted,
    RunFacts,
    Signal,
    StopRequested,
    parse_key,
)
from orchestrion.model.values import Json, Record
from orchestrion.ports.journal import ExecutionRow, SignalRow

STARTED, DELAY, STOP, INTENT, REPEAT = "started", "delay", "stop", "intent", "repeat"


def started_payload(signal: InstanceStarted) -> dict[str, Json]:
    """The payload of the row that begins a journal."""
    facts = signal.facts
    return {
        "parameters": dict(signal.parameters),
        "variables": dict(signal.variables),
        "trigger": None if signal.trigger is None else dict(signal.trigger),
        "facts": {
            "runbook_id": facts.runbook_id,
            "runbook_path": facts.runbook_path,
            "job_id": facts.job_id,
            "instance_id": facts.instance_id,
            "starter": facts.starter,
        },
    }


def read_signal(row: ExecutionRow | SignalRow) -> Signal | None:
    """The signal a journal row records; None for rows the conductor does not see (intents, repeats).

    Raises ValueError for a kind this release does not know: the instance belongs to a newer one.
    """
    if isinstance(row, ExecutionRow):
        return _ended(row)
    match row.kind:
        case "started":
            return _started(row)
        case "delay":
            return DelayElapsed(row.at, str(row.payload["timer"]))
        case "stop":
            return StopRequested(row.at)
        case "intent" | "repeat":
            return None
        case _:
            raise ValueError(f"the journal has an entry of the kind '{row.kind}', which this release does not know")


def _ended(row: ExecutionRow) -> ActivityEnded:
    each = row.execution
    return ActivityEnded(
        at=each.ended_at,
        key=parse_key(each.key),
        status=each.status,
        records=each.records,
        error=each.error,
        started=each.started_at,
        server=each.server,
        process_id=each.process_id,
        offset=timedelta(seconds=row.offset_seconds),
    )


def _started(row: SignalRow) -> InstanceStarted:
    trigger, facts = row.payload.get("trigger"), row.payload.get("facts")
    return InstanceStarted(
        at=row.at,
        parameters=_record(row.payload.get("parameters")),
        variables=_record(row.payload.get("variables")),
        trigger=None if trigger is None else _record(trigger),
        facts=RunFacts(**{name: str(value) for name, value in facts.items()})
        if isinstance(facts, Mapping)
        else RunFacts(),
    )


def _record(value: Json) -> Record:
    if not isinstance(value, Mapping):
        return {}
    return {name: each for name, each in value.items() if each is None or isinstance(each, (str, int, float, bool))}
