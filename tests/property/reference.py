"""A second interpreter of runbooks, written from the specification alone: slow, recursive where it can be, obvious.

It knows nothing of signals, commands and journals. Whatever has to be run lies on one plain list; branches are taken
from it one after the other, because what a run gives does not depend on how its branches overlap (spec 3.6).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from orchestrion.model.condition import AllOf, AnyOf, Condition, Not, Operator, Predicate, Status, StatusIs
from orchestrion.model.expression import Call, Constant, Expression, GroupReference, Subscription
from orchestrion.model.job import Outcome
from orchestrion.model.runbook import JUNCTION, RETURN_DATA, Activity, Flatten, FlattenFormat, Link, Runbook
from orchestrion.model.template import parse
from orchestrion.model.values import Record, Value, to_number, to_text

Published: TypeAlias = tuple[Status, Sequence[Record], str]  # status, records, error of one attempt
Behaviour: TypeAlias = Callable[[str, Value, int, int], Published]  # activity, value, loop attempt, retry


@dataclass(frozen=True, eq=False)
class Step:
    """One record that an activity published, with everything that can be read of it."""

    activity: str
    status: Status
    record: Record


@dataclass(frozen=True)
class Item:
    """What travels along links: the records of the activities it came through, oldest first (spec 3.6)."""

    lineage: tuple[Step, ...] = ()

    def step(self, activity: str) -> Step | None:
        """The newest record of `activity` in this item's own history."""
        return next((step for step in reversed(self.lineage) if step.activity == activity), None)

    def until(self, activity: str) -> Item:
        """The item as it was when it left `activity`."""
        places = [place for place, step in enumerate(self.lineage) if step.activity == activity]
        return Item(self.lineage[: places[-1] + 1])


@dataclass(frozen=True)
class Execution:
    """One run of an activity for one item: which item of the batch, which attempt and retry, with which input."""

    ordinal: int
    attempt: int
    retry: int
    value: Value


@dataclass
class Run:
    """What a run did; `batches` holds the executions of each batch, in order.

    `fired` are the junctions that passed something on, `unhandled` the names of activities with a failure that no link
    took, `merged` the activities from a junction on that got items of several branches: their order is open (3.6).
    """

    outcome: Outcome = Outcome.SUCCESS
    batches: list[tuple[str, tuple[Execution, ...]]] = field(default_factory=list)
    returned: list[Record] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    merged: set[str] = field(default_factory=set)
    fired: list[str] = field(default_factory=list)
    unhandled: set[str] = field(default_factory=set)


@dataclass
class Work:
    """One batch on its way to an activity."""

    activity: str
    items: list[Item]


def interpret(runbook: Runbook, behave: Behaviour) -> Run:
    """Everything one run of `runbook` does when its executions behave as `behave` says."""
    interpreter = _Interpreter(runbook, behave)
    (start,) = set(runbook.activities) - {link.target for link in runbook.links}
    interpreter.pending.append(Work(start, [Item()]))
    while interpreter.pending:
        interpreter.advance()
    return interpreter.ended()


class _Interpreter:
    def __init__(self, runbook: Runbook, behave: Behaviour) -> None:
        self.runbook = runbook
        self.behave = behave
        self.pending: list[Work] = []
        self.run = Run()

    def advance(self) -> None:
        """Runs one batch, or fires one junction that nothing can reach any more."""
        for index, work in enumerate(self.pending):
            if self.runbook.activities[work.activity].type != JUNCTION:
                return self.execute(self.pending.pop(index))
        waiting = list(dict.fromkeys(work.activity for work in self.pending))
        junction = next(each for each in waiting if not self.can_still_be_reached(each, waiting))
        arrived = [work for work in self.pending if work.activity == junction]
        self.pending = [work for work in self.pending if work.activity != junction]
        return self.fire(junction, [work.items for work in arrived])

    def can_still_be_reached(self, junction: str, waiting: Iterable[str]) -> bool:
        return any(len(path) > 1 and path[-1] == junction for each in waiting for path in self.paths(each))

    def paths(self, activity: str) -> list[list[str]]:
        """Every way on from `activity`, each prefix of it counted as a way."""
        found = [[activity]]
        for link in self.links(activity):
            found += [[activity, *path] for path in self.paths(link.target)]
        return found

    def links(self, activity: str) -> list[Link]:
        """The links that can pass something: enabled, between enabled activities (3.1, OQ-26)."""
        enabled = self.runbook.activities[activity].enabled
        return [link for link in self.runbook.links if enabled and link.enabled and link.source == activity]

    def execute(self, work: Work) -> None:
        """The reference model of spec 3.6."""
        activity = self.runbook.activities[work.activity]
        if not activity.enabled:
            return
        out: list[Item] = []
        ran: list[Execution] = []
        for ordinal, item in enumerate(work.items):
            value = bound(activity, item)
            status, records, _ = self.executed(activity, ordinal, value, ran)
            self.run.statuses.append(status)
            out += [Item((*item.lineage, Step(activity.id, status, record))) for record in records]
        self.run.batches.append((activity.id, tuple(ran)))
        self.follow(activity, out)

    def follow(self, activity: Activity, out: list[Item]) -> None:
        passed = [(link, [item for item in out if passes(link, item)]) for link in self.links(activity.id)]
        self.pending += [Work(link.target, items) for link, items in passed if items]
        taken = [item for _, items in passed for item in items]
        failed = [item for item in out if item.lineage[-1].status is Status.FAILED]
        if any(item not in taken for item in failed):
            self.run.unhandled.add(activity.name)  # a path that ended at a failure (OQ-13)

    def executed(self, activity: Activity, ordinal: int, value: Value, ran: list[Execution]) -> Published:
        """One item through an activity: loop attempts with retries in each (3.9, durability 1), then flatten (4.5)."""
        looping, attempt = activity.looping, 0
        while True:
            attempt += 1
            status, records, error = self.attempted(activity, ordinal, attempt, value, ran)
            items = [with_common(activity, status, error, attempt, record) for record in records]
            if looping is None or exits(looping.exit, looping.do_not_exit, activity.id, status, items):
                break
            if attempt == looping.max_attempts:
                status, error = Status.FAILED, f"The loop did not exit within {attempt} attempts."
                break
        flat = [flattened(records, activity.behaviour.flatten)] if activity.behaviour.flatten else records
        return status, [with_common(activity, status, error, attempt, record) for record in flat], error

    def attempted(
        self, activity: Activity, ordinal: int, attempt: int, value: Value, ran: list[Execution]
    ) -> Published:
        retry = 0
        while True:
            ran.append(Execution(ordinal, attempt, retry, value))
            published = self.published(activity, value, attempt, retry)
            retry += 1
            if published[0] is not Status.FAILED or retry >= activity.behaviour.retry.attempts:
                return published

    def published(self, activity: Activity, value: Value, attempt: int, retry: int) -> Published:
        if activity.type == RETURN_DATA:
            self.run.returned.append({"r": to_text(value)})  # a text, as the runbook declares
            return Status.SUCCESS, [{"r": to_text(value)}], ""
        if activity.type == JUNCTION:
            selected = self.runbook.activities.get(str(activity.inputs["return_data_from"]))
            return Status.SUCCESS, [{"Selected branch": selected.name if selected else ""}], ""
        return self.behave(activity.id, value, attempt, retry)

    def fire(self, junction: str, arrived: list[list[Item]]) -> None:
        """Goes on after a junction: with the items of the selected activity, or once (3.8, OQ-16, OQ-17)."""
        activity = self.runbook.activities[junction]
        if not activity.enabled:
            return
        selected = str(activity.inputs["return_data_from"])
        if selected:
            items = distinct(selected, [item for batch in arrived for item in batch])
            if len([batch for batch in arrived if distinct(selected, batch)]) > 1:
                self.run.merged |= {each for path in self.paths(junction) for each in path}
        else:
            items = [self.common(junction, [item for batch in arrived for item in batch])]
        if items:
            self.run.fired.append(junction)
            self.execute(Work(junction, items))

    def common(self, junction: str, items: list[Item]) -> Item:
        """What is left with no selection: the path to the last activity common to all branches, if it is one item."""
        (start,) = set(self.runbook.activities) - {link.target for link in self.runbook.links}
        ways = [path[:-1] for path in self.paths(start) if path[-1] == junction]
        last = [each for each in ways[0] if all(each in way for way in ways)][-1]
        (step, *others) = {item.step(last) for item in items}
        return items[0].until(last) if step and not others else Item()

    def ended(self) -> Run:
        """The run with its outcome rolled up (OQ-13)."""
        outcome = Outcome.WARNING if set(self.run.statuses) - {Status.SUCCESS} else Outcome.SUCCESS
        return replace(self.run, outcome=Outcome.FAILED if self.run.unhandled else outcome)


def distinct(activity: str, items: Iterable[Item]) -> list[Item]:
    """The items of `activity` that `items` came from, each once, as they left it."""
    steps = dict.fromkeys(item.step(activity) for item in items)
    return [next(item for item in items if item.step(activity) is step).until(activity) for step in steps if step]


def passes(link: Link, item: Item) -> bool:
    """Exclude beats Include; an empty Include passes (3.2)."""
    if any(holds(condition, item) for condition in link.exclude):
        return False
    return any(holds(condition, item) for condition in link.include) if link.include else True


def exits(
    leave: Sequence[Condition], stay: Sequence[Condition], activity: str, status: Status, records: Sequence[Record]
) -> bool:
    """Do Not Exit overrides Exit; each is true if it holds for any record of the attempt (3.9, OQ-5)."""
    items = [Item((Step(activity, status, record),)) for record in records]
    if any(holds(condition, item) for condition in stay for item in items):
        return False
    return any(holds(condition, item) for condition in leave for item in items)


def holds(condition: Condition, item: Item) -> bool:
    """The conditions that generated runbooks use; the left side is an item of the newest record (3.2)."""
    newest = item.lineage[-1]
    match condition:
        case StatusIs(statuses):
            return newest.status in statuses
        case AllOf(conditions):
            return [each for each in conditions if not holds(each, item)] == []
        case AnyOf(conditions):
            return [each for each in conditions if holds(each, item)] != []
        case Not(inner):
            return not holds(inner, item)
        case Predicate():
            return _compares(condition.operator, newest.record.get(condition.item), text_of(condition.value, item))


def _compares(operator: Operator, left: Value, right: Value) -> bool:
    """Text without regard to case; numbers as numbers, and what is no number compares false (3.4)."""
    if operator is Operator.CONTAINS:
        return to_text(right).lower() in to_text(left).lower()
    try:
        numbers = to_number(left), to_number(right)
    except ValueError:
        return operator is Operator.EQUALS and to_text(left).lower() == to_text(right).lower()
    return {
        Operator.EQUALS: numbers[0] == numbers[1],
        Operator.IS_LESS_THAN: numbers[0] < numbers[1],
        Operator.IS_GREATER_THAN: numbers[0] > numbers[1],
    }[operator]


def bound(activity: Activity, item: Item, computer: str = "") -> Value:
    """The one input that generated activities have, resolved along the item's own lineage (4.3)."""
    if activity.type == RETURN_DATA:
        values = activity.inputs["values"]
        return text_of(str(values["r"]), item, computer) if isinstance(values, Mapping) else None
    text = activity.inputs.get("value")
    return None if text is None else text_of(str(text), item, computer)


def text_of(template: str, item: Item, computer: str = "") -> Value:
    """A template of literals and references, on one computer of a group; what lies on another path is empty (4.3)."""
    values = [_value_of(part, item, computer) for part in parse(template).segments]
    return values[0] if len(values) == 1 else "".join(to_text(value) for value in values)


def _value_of(part: Expression, item: Item, computer: str) -> Value:
    """The expressions that generated runbooks use."""
    match part:
        case Constant(value):
            return value
        case Subscription(activity, name):
            step = item.step(activity)
            value = step.record.get(name) if step else None
            return "" if value is None else value
        case GroupReference(path):
            if not computer:
                raise LookupError(path)
            return computer
        case Call("Coalesce", arguments):  # asks no further than it must
            values = (_value_of(each, item, computer) for each in arguments)
            return next((each for each in values if each not in ("", None)), "")
    raise AssertionError(f"no generated runbook says {part}")


def with_common(activity: Activity, status: Status, error: str, attempts: int, record: Record) -> Record:
    """A record with the common items that generated runbooks read, repeated on each record (3.7, 4.2)."""
    return {
        **record,
        "Activity name": activity.name,
        "Activity status": status.value,
        "Loop: Number of attempts": attempts,
        "Error summary text": error,
    }


def flattened(records: Sequence[Record], flatten: Flatten) -> Record:
    """The records of one execution as one, each item joined by itself (4.5)."""
    names = list(dict.fromkeys(name for record in records for name in record))
    return {name: _joined([record.get(name) for record in records], flatten) for name in names}


def _joined(values: Sequence[Value], flatten: Flatten) -> str:
    match flatten.format:
        case FlattenFormat.LINES:
            return "\n".join(to_text(value) for value in values)
        case FlattenFormat.SEPARATOR:
            return flatten.separator.join(to_text(value) for value in values)
        case FlattenFormat.JSON:
            return json.dumps(values, ensure_ascii=False)
        case FlattenFormat.CSV:
            return ",".join(_quoted(to_text(value)) for value in values)


def _quoted(text: str) -> str:
    """A field by RFC 4180, section 2, rules 6 and 7."""
    return '"{}"'.format(text.replace('"', '""')) if set(text) & {",", '"', "\r", "\n"} else text
