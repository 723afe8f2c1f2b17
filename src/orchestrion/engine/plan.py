"""Compiling a runbook once per version: indexes the engine needs at every step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrion.engine.binding import Bound, compile_input
from orchestrion.model import common_items
from orchestrion.model.activity_type import ActivityType, FieldKind
from orchestrion.model.check import check
from orchestrion.model.condition import AllOf, AnyOf, Condition, Not, Predicate
from orchestrion.model.errors import InvalidError
from orchestrion.model.finding import Severity
from orchestrion.model.inputs import texts_in
from orchestrion.model.runbook import JUNCTION, Activity, Link, Runbook, start_activities
from orchestrion.model.template import Subscription, parse


@dataclass(frozen=True, slots=True)
class PlannedActivity:
    """An activity with what follows from the graph.

    `reads` are the items of it that something later reads; `junctions` the nearest junctions that wait for it.
    """

    activity: Activity
    inputs: Mapping[str, Bound]
    links: tuple[Link, ...]
    reads: frozenset[str]
    common_reads: frozenset[str]
    junctions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled runbook version, shared by all its instances."""

    runbook: Runbook
    start: str
    activities: Mapping[str, PlannedActivity] = field(repr=False)


def compile_plan(runbook: Runbook, types: Mapping[str, ActivityType]) -> Plan:
    """The plan of a checked runbook. Raises InvalidError with the findings that a check-in would refuse."""
    problems = [
        str(each) for each in check(runbook, types) if each.severity is Severity.ERROR and each.code != "not-available"
    ]
    if problems:
        raise InvalidError(f"The runbook '{runbook.name}' cannot run: {problems[0]}", problems)
    outgoing: dict[str, list[Link]] = defaultdict(list)
    for link in runbook.links:
        if link.enabled and runbook.activities[link.source].enabled:
            outgoing[link.source].append(link)
    reads = _reads(runbook)
    junctions = _NearestJunctions(runbook, outgoing)
    planned = {
        activity.id: PlannedActivity(
            activity=activity,
            inputs=_inputs(activity, types[activity.type]),
            links=tuple(outgoing[activity.id]),
            reads=frozenset(reads[activity.id] - common_items.NAMES),
            common_reads=frozenset(reads[activity.id] & common_items.NAMES),
            junctions=junctions.of(activity.id),
        )
        for activity in runbook.activities.values()
    }
    return Plan(runbook, start_activities(runbook)[0].id, planned)


def _inputs(activity: Activity, kind: ActivityType) -> Mapping[str, Bound]:
    verbatim = {each.name for each in kind.inputs if each.kind is FieldKind.CODE}
    return {name: compile_input(value, verbatim=name in verbatim) for name, value in activity.inputs.items()}


def _reads(runbook: Runbook) -> dict[str, set[str]]:
    """Mapping from activity id to the items of it that any input or condition reads."""
    found: dict[str, set[str]] = defaultdict(set)
    for activity in runbook.activities.values():
        for _, text in texts_in(activity.inputs):
            _note_subscriptions(found, text)
        if activity.looping:
            for condition in (*activity.looping.exit, *activity.looping.do_not_exit):
                _note_condition(found, activity.id, condition)
    for link in runbook.links:
        for condition in (*link.include, *link.exclude):
            _note_condition(found, link.source, condition)
    return found


def _note_subscriptions(found: dict[str, set[str]], text: str) -> None:
    if "{{" not in text:
        return
    try:
        template = parse(text)
    except InvalidError:
        return  # a code input, which is not a template
    for each in template.expressions():
        if isinstance(each, Subscription):
            found[each.activity].add(each.item)


def _note_condition(found: dict[str, set[str]], source: str, condition: Condition) -> None:
    match condition:
        case Predicate(item=item, value=value, upper=upper):
            found[source].add(item)
            _note_subscriptions(found, value)
            _note_subscriptions(found, upper)
        case AllOf(conditions) | AnyOf(conditions):
            for each in conditions:
                _note_condition(found, source, each)
        case Not(inner):
            _note_condition(found, source, inner)
        case _:
            pass


class _NearestJunctions:
    """For each activity the junctions it can reach without passing through another junction.

    A junction waits for live batches only in its own region; the junctions before it hand on their own waiting, so a
    step costs as many counters as it has nearest junctions, not as many as lie downstream.
    """

    def __init__(self, runbook: Runbook, outgoing: Mapping[str, list[Link]]) -> None:
        self._runbook = runbook
        self._outgoing = outgoing
        self._found: dict[str, tuple[str, ...]] = {}

    def of(self, activity: str) -> tuple[str, ...]:
        """The nearest junctions, in link order; iterative, because a chain may be thousands of activities long."""
        pending = [activity]
        while pending:
            each = pending[-1]
            targets = [link.target for link in self._outgoing.get(each, ())]
            missing = [target for target in targets if not self._is_junction(target) and target not in self._found]
            if missing:
                pending.extend(missing)
                continue
            nearest: dict[str, None] = {}
            for target in targets:
                nearest.update(dict.fromkeys([target] if self._is_junction(target) else self._found[target]))
            self._found[each] = tuple(nearest)
            pending.pop()
        return self._found[activity]

    def _is_junction(self, activity: str) -> bool:
        return self._runbook.activities[activity].type == JUNCTION
