"""Signals <-> journal rows: the journal's format, version 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from orchestrion.engine.conductor import Conductor
from orchestrion.engine.signals import (
    ActivityEnded,
    DelayElapsed,
    GroupExpanded,
    InstanceStarted,
    RunFacts,
    Signal,
    StopRequested,
    parse_key,
)
from orchestrion.engine.snapshot import write_snapshot
from orchestrion.model.values import Json, Record
from orchestrion.ports.journal import Claimed, ExecutionRow, SignalRow

STARTED, DELAY, STOP, INTENT, REPEAT = "started", "delay", "stop", "intent", "repeat"
GROUP, CONTROL = "group", "control"
#: What a takeover has to know besides the state of the conductor, so that a snapshot keeps it.
KEPT = frozenset({STOP, INTENT, REPEAT, CONTROL})


def trigger_of(claimed: Claimed) -> Record | None:
    """What the monitor at the starting point published: for real, or as the options of a test have it."""
    if claimed.test is None:
        return claimed.trigger
    given = claimed.test.get("trigger")
    return None if given is None else _record(given)


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
    """The signal a journal row records; None for rows the conductor does not see (intents, repeats, control).

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
        case "group":
            return GroupExpanded(row.at, parse_key(str(row.payload["key"])), _texts(row.payload.get("members")))
        case "intent" | "repeat" | "control":
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


def snapshot_state(conductor: Conductor, kept: Sequence[SignalRow], at: datetime) -> dict[str, Json]:
    """What a snapshot stores; `kept` are the rows before it that still count, `at` is when the last row was made."""
    rows: list[Json] = [[each.sequence, each.kind, each.at.isoformat(), each.payload] for each in kept]
    return {"conductor": write_snapshot(conductor), "kept": rows, "at": at.isoformat()}


def kept_rows(state: Mapping[str, Json]) -> list[SignalRow]:
    """The rows that `snapshot_state` was given; raises ValueError when they are something else."""
    match state.get("kept"):
        case [*rows]:
            return [_kept_row(row) for row in rows]
        case _:
            raise ValueError("a snapshot without its rows")


def _kept_row(row: Json) -> SignalRow:
    match row:
        case [int(sequence), str(kind), str(at), Mapping() as payload]:
            return SignalRow(sequence, kind, datetime.fromisoformat(at), payload)
        case _:
            raise ValueError("a snapshot with a row of another form")


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, (list, tuple)) else ()


def _record(value: Json) -> Record:
    if not isinstance(value, Mapping):
        return {}
    return {name: each for name, each in value.items() if each is None or isinstance(each, (str, int, float, bool))}
