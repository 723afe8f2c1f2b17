"""What the ordered reference interpreter keeps in mind, and the rules that need nothing but their arguments."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from orchestrion.model.condition import Status
from orchestrion.model.job import Outcome
from orchestrion.model.runbook import Activity, Flatten, Link
from orchestrion.model.values import Json, Record, Value, to_text
from tests.property.group_runbooks import Place
from tests.property.reference import Item, Step, flattened


@dataclass(eq=False)
class Round:
    """What runs and ends together: the instance (`loop` is None), or one round of a group; `entry` is what began it."""

    number: int = 0
    entry: Item = field(default_factory=Item)
    loop: Loop | None = None
    batches: list[Batch] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    arrived: dict[str, list[tuple[str, list[Item]]]] = field(default_factory=dict)
    fired: set[str] = field(default_factory=set)
    problem: Item | None = None
    error: str = ""
    collected: list[Item] = field(default_factory=list)

    @property
    def place(self) -> Place:
        """The rounds around what runs here, from the outermost."""
        if self.loop is None:
            return ()
        asked = self.loop.asked
        return (*asked.batch.round.place, (asked.ordinal, asked.member, self.number))

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way, and no junction waits."""
        return not (self.batches or self.waits or set(self.arrived) - self.fired)


@dataclass(eq=False)
class Batch:
    """The items that one link activation brought to an activity, and what they gave so far."""

    activity: Activity
    round: Round
    items: list[Item]
    problem: str = ""
    waiting: list[int] = field(default_factory=list)
    given: dict[int, list[Item]] = field(default_factory=dict)
    computers: list[str] = field(default_factory=list)
    waiting_computers: list[int] = field(default_factory=list)
    given_on: dict[int, list[Item]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Run:
    """One execution; `last` is what the last round of a While returned, `closing` what a group has to publish."""

    batch: Batch
    ordinal: int
    item: Item
    member: int = 0
    attempt: int = 1
    retry: int = 0
    closing: Loop | None = None
    last: tuple[Item, ...] = ()

    @property
    def computer(self) -> str:
        """The computer it runs on; empty when it is none of a group."""
        return self.batch.computers[self.member] if self.batch.computers else ""


@dataclass(frozen=True, eq=False)
class Computers:
    """The question which computers a group has."""

    batch: Batch
    ordinal: int


@dataclass(frozen=True, eq=False)
class Wait:
    """A delay: of a link with items, of an execution, or of a junction that waits no longer."""

    due: datetime
    round: Round
    link: Link | None = None
    items: tuple[Item, ...] = ()
    run: Run | None = None
    junction: str = ""


@dataclass(frozen=True)
class End:
    """How the instance ended."""

    outcome: Outcome
    returned: tuple[Record, ...]
    error: str


@dataclass(eq=False)
class Loop:
    """The rounds of a group that one execution `asked` for."""

    asked: Run
    entries: list[Item]
    begun: int = 0
    failed: int = 0
    error: str = ""
    given: dict[int, list[Item]] = field(default_factory=dict)

    @property
    def returned(self) -> tuple[Item, ...]:
        """What the activity gave whose data the group returns, round by round."""
        return tuple(item for number in sorted(self.given) for item in self.given[number])


Opened: TypeAlias = Run | Computers | Wait | End


def list_of(given: Json, separator: str) -> list[Value]:
    """The items of a For Each: a list item by item; a JSON list as it is; a text split, by default into lines."""
    if isinstance(given, (list, tuple)):
        return [item for each in given for item in list_of(each, separator)]
    assert given is None or isinstance(given, (str, int, float))
    text = to_text(given)
    if text == "":
        return []
    if text[0] == "[":
        try:
            return list(json.loads(text))
        except ValueError:
            return list(_split(text, separator))
    return list(_split(text, separator)) if isinstance(given, str) else [given]


def _split(text: str, separator: str) -> list[str]:
    return text.split(separator) if separator else text.splitlines()


def chosen(junction: Activity) -> list[str]:
    """The activities whose data goes on from a junction."""
    given = junction.inputs.get("return_data_from", [])
    assert isinstance(given, list)
    return [str(each) for each in given]


def selected(junction: Activity, arrived: Sequence[Item], is_old: Callable[[Step], bool]) -> list[Item]:
    """The records of the chosen activities that something came from, each once, as they left (OQ-16).

    Old ones are of the round before and have not arrived in this one.
    """
    found: dict[Step, Item] = {}
    for item in arrived:
        for name in chosen(junction):
            step = item.step(name)
            if step is not None and not is_old(step):
                found.setdefault(step, item.until(name))
    return list(found.values())


def until_common(arrived: Sequence[Item], last: str) -> Item:
    """The path to the last common activity, if all came through the same record of it; else nothing (OQ-17)."""
    (step, *others) = {item.step(last) for item in arrived}
    return arrived[0].until(last) if step and not others else Item()


def merged(arrived: Sequence[Item], last: str, is_old: Callable[[Step], bool]) -> Item:
    """One path through everything that arrived; of an activity with several records the joined ones.

    Of each path the newest record of an activity counts; one of the round before only when there is no other.
    """
    common = until_common(arrived, last)
    steps: dict[str, dict[Step, None]] = {}
    for item in arrived:
        for step in item.lineage:
            if step not in common.lineage and step is item.step(step.activity):
                steps.setdefault(step.activity, {})[step] = None
    several = [[step for step in each if not is_old(step)] or list(each) for each in steps.values()]
    return Item((*common.lineage, *map(_one, several)))


def _one(steps: Sequence[Step]) -> Step:
    if len(steps) == 1:
        return steps[0]
    statuses = {step.status for step in steps}
    worst = next(each for each in (Status.FAILED, Status.WARNING, Status.SUCCESS) if each in statuses)
    return Step(steps[0].activity, worst, flattened([step.record for step in steps], Flatten()))
