"""Where an instance stands according to its journal: the first step of every takeover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from orchestrion.engine.conductor import Conductor
from orchestrion.engine.plan import Plan
from orchestrion.engine.replay import replay
from orchestrion.engine.signals import Signal
from orchestrion.model.runbook import EffectClass
from orchestrion.model.values import Json
from orchestrion.ports.journal import ExecutionRow, SignalRow
from orchestrion.runbookserver import codec


@dataclass(frozen=True, slots=True)
class Intent:
    """What was journaled before an execution whose outcome may be hidden."""

    execution_id: str
    effect: EffectClass
    at: datetime
    inputs: dict[str, Json]
    evidence: dict[str, Json] | None


@dataclass(frozen=True, slots=True)
class Recovered:
    """The conductor as it was, the intents of open executions by key, and where the journal ends."""

    conductor: Conductor
    sequence: int
    at: datetime
    stop_reason: str = ""
    intents: dict[str, Intent] = field(default_factory=dict)


def recover(plan: Plan, journal: Sequence[ExecutionRow | SignalRow]) -> Recovered:
    """Replays `journal`, which has at least one row. Raises DivergenceError when it does not fit the plan."""
    signals: list[tuple[Signal, int | None]] = []
    intents: dict[str, Intent] = {}
    stop_reason = ""
    for row in journal:
        signal = codec.read_signal(row)
        if signal is not None:
            signals.append((signal, row.digest))
        if isinstance(row, SignalRow):
            _note_intent(intents, row)
            stop_reason = str(row.payload.get("reason", "")) if row.kind == codec.STOP else stop_reason
    last = journal[-1]
    sequence, at = (
        (last.execution.sequence, last.execution.ended_at)
        if isinstance(last, ExecutionRow)
        else (last.sequence, last.at)
    )
    return Recovered(replay(plan, signals), sequence, at, stop_reason, intents)


def _note_intent(intents: dict[str, Intent], row: SignalRow) -> None:
    """The newest intent of each key counts, unless an operator has said since that it runs again."""
    key = str(row.payload.get("key", ""))
    if row.kind == codec.INTENT:
        inputs, evidence = row.payload.get("inputs"), row.payload.get("evidence")
        intents[key] = Intent(
            execution_id=str(row.payload["id"]),
            effect=EffectClass(str(row.payload["effect"])),
            at=row.at,
            inputs=dict(inputs) if isinstance(inputs, dict) else {},
            evidence=dict(evidence) if isinstance(evidence, dict) else None,
        )
    elif row.kind == codec.REPEAT:
        intents.pop(key, None)
