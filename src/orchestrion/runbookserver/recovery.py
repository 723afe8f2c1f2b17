"""Where an instance stands according to its journal: the first step of every takeover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from orchestrion.engine.conductor import Conductor
from orchestrion.engine.plan import Plan
from orchestrion.engine.replay import replay
from orchestrion.engine.signals import Signal
from orchestrion.model.errors import DivergenceError
from orchestrion.model.runbook import EffectClass
from orchestrion.model.values import Json
from orchestrion.ports.journal import ExecutionRow, SignalRow, Snapshot
from orchestrion.services import journal_codec as codec


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
    """The conductor as it was, the intents of open executions by key, and where the journal ends.

    `controls` are the control messages so far, in order; `kept` all rows that a snapshot has to keep.
    """

    conductor: Conductor
    sequence: int
    at: datetime
    stop_reason: str = ""
    intents: dict[str, Intent] = field(default_factory=dict)
    controls: tuple[Mapping[str, Json], ...] = ()
    kept: tuple[SignalRow, ...] = ()
    snapshot_at: int = 0


def recover(plan: Plan, journal: Sequence[ExecutionRow | SignalRow], snapshot: Snapshot | None = None) -> Recovered:
    """Replays `journal`, all of it or what follows the `snapshot`; one of them must say something.

    Raises DivergenceError when they do not fit the plan.
    """
    signals: list[tuple[Signal, int | None]] = []
    kept = [] if snapshot is None else codec.kept_rows(snapshot.state)
    for row in journal:
        signal = codec.read_signal(row)
        if signal is not None:
            signals.append((signal, row.digest))
        if isinstance(row, SignalRow) and row.kind in codec.KEPT:
            kept.append(row)
    intents: dict[str, Intent] = {}
    for row in kept:
        _note_intent(intents, row)
    state = None if snapshot is None else snapshot.state.get("conductor")
    conductor = replay(plan, signals, state if isinstance(state, Mapping) else None)
    sequence, at = _end_of(journal, snapshot)
    return Recovered(
        conductor=conductor,
        sequence=sequence,
        at=at,
        stop_reason=next((str(row.payload.get("reason", "")) for row in reversed(kept) if row.kind == codec.STOP), ""),
        intents=intents,
        controls=tuple(row.payload for row in kept if row.kind == codec.CONTROL),
        kept=tuple(kept),
        snapshot_at=0 if snapshot is None else snapshot.sequence,
    )


def _end_of(journal: Sequence[ExecutionRow | SignalRow], snapshot: Snapshot | None) -> tuple[int, datetime]:
    """The sequence and the moment of the last row."""
    if not journal:
        if snapshot is None:
            raise DivergenceError("there is neither a journal nor a snapshot")
        return snapshot.sequence, datetime.fromisoformat(str(snapshot.state["at"]))
    last = journal[-1]
    if isinstance(last, ExecutionRow):
        return last.execution.sequence, last.execution.ended_at
    return last.sequence, last.at


def still_kept(rows: Sequence[SignalRow], conductor: Conductor) -> list[SignalRow]:
    """The rows that a takeover still has to know: intents only of executions that are open."""
    return [
        row
        for row in rows
        if row.kind not in (codec.INTENT, codec.REPEAT) or f"activity:{row.payload.get('key')}" in conductor.open
    ]


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
