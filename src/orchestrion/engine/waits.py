"""What an instance waits for, in terms of its runbook: for the people who look at it (spec 3.8 [R])."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from orchestrion.engine.commands import StartActivity, StartDelay
from orchestrion.engine.conductor import Conductor
from orchestrion.engine.signals import ExecutionKey


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing that is waited for.

    `kind` is `activity` (it runs, or is to run), `delay` (until `due`) or `junction` (it waits for the activities in
    `missing`, of which `arrived` have come). `activity` is the id of what waits or runs.
    """

    kind: str
    activity: str
    due: datetime | None = None
    key: ExecutionKey | None = None
    arrived: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def waits_of(conductor: Conductor) -> list[Wait]:
    """Everything that keeps the instance from ending, in the order it was asked for; nothing when it has ended."""
    if conductor.ended is not None:
        return []
    return [*_open(conductor), *_junctions(conductor)]


def _open(conductor: Conductor) -> Iterator[Wait]:
    for command in conductor.open.values():
        if isinstance(command, StartActivity):
            yield Wait("activity", command.activity, key=command.key)
        elif isinstance(command, StartDelay):
            delayed = conductor.delayed.get(command.timer)
            if delayed is None or delayed.junction:
                continue
            if delayed.key is not None:
                yield Wait("delay", conductor.batches[delayed.key.batch].planned.activity.id, command.due, delayed.key)
            elif delayed.link is not None:
                yield Wait("delay", delayed.link.target, command.due)


def _junctions(conductor: Conductor) -> Iterator[Wait]:
    for scope in conductor.scopes.values():
        live = Counter[str]()
        for batch in conductor.batches.values():
            if batch.scope is scope:
                live[batch.planned.activity.id] += 1
        for junction, arrived in scope.board.waiting():
            missing = tuple(each for each in live if _leads_to(conductor, each, junction))
            timer = conductor.open.get(f"delay:junction:{scope.path}:{junction}")
            due = timer.due if isinstance(timer, StartDelay) else None
            yield Wait("junction", junction, due, arrived=arrived, missing=missing)


def _leads_to(conductor: Conductor, activity: str, junction: str) -> bool:
    """Whether a record of `activity` can still get to `junction`, through other junctions as well."""
    pending, seen = list(conductor.plan.activities[activity].junctions), set[str]()
    while pending:
        each = pending.pop()
        if each == junction:
            return True
        if each not in seen:
            seen.add(each)
            pending.extend(conductor.plan.activities[each].junctions)
    return False
