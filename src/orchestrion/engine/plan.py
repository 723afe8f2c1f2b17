"""Compiling a runbook once per version: indexes the engine needs at every step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from orchestrion.engine.binding import Bound, Fixed, compile_input
from orchestrion.engine.branches import last_common
from orchestrion.model import common_items
from orchestrion.model.activity_type import ActivityType, FieldKind
from orchestrion.model.check import check
from orchestrion.model.condition import AllOf, AnyOf, Condition, Not, Predicate
from orchestrion.model.errors import InvalidError
from orchestrion.model.finding import Severity
from orchestrion.model.inputs import texts_in
from orchestrion.model.runbook import JUNCTION, Activity, Link, Runbook, start_activities
from orchestrion.model.template import Subscription, VariableReference, parse

RETURN_DATA_FROM = "return_data_from"  # the input of a junction: an activity id, or empty for none


@dataclass(frozen=True, slots=True)
class PlannedActivity:
    """An activity with what follows from the graph.

    `reads` are the items of it that something later reads; `junctions` the nearest junctions that wait for it. A
    junction returns data from `selected`, and `last_common` is the last activity that all ways to it pass.
    """

    activity: Activity
    inputs: Mapping[str, Bound]
    links: tuple[Link, ...]
    reads: frozenset[str]
    common_reads: frozenset[str]
    junctions: tuple[str, ...]
    selected: str = ""
    last_common: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled runbook version, shared by all its instances; `variables` are the paths of those it uses."""

    runbook: Runbook
    start: str
    activities: Mapping[str, PlannedActivity] = field(repr=False)
    variables: frozenset[str] = frozenset()


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
    references = _References(runbook)
    start = start_activities(runbook)[0].id
    junctions = _NearestJunctions(runbook, outgoing)
    common = last_common(
        start, {each: tuple(link.target for link in outgoing.get(each, ())) for each in runbook.activities}
    )
    planned = {
        activity.id: PlannedActivity(
            activity=activity,
            inputs=_inputs(activity, types[activity.type], runbook),
            links=tuple(outgoing[activity.id]),
            reads=frozenset(references.items[activity.id] - common_items.NAMES),
            common_reads=frozenset(references.items[activity.id] & common_items.NAMES),
            junctions=junctions.of(activity.id),
            selected=_selected(activity),
            last_common=common.get(activity.id, ""),
        )
        for activity in runbook.activities.values()
    }
    return Plan(runbook, start, planned, frozenset(references.variables))


def _inputs(activity: Activity, kind: ActivityType, runbook: Runbook) -> Mapping[str, Bound]:
    verbatim = {each.name for each in kind.inputs if each.kind is FieldKind.CODE}
    bound = {name: compile_input(value, verbatim=name in verbatim) for name, value in activity.inputs.items()}
    chosen = runbook.activities.get(_selected(activity))
    if chosen is not None:
        bound[RETURN_DATA_FROM] = Fixed(chosen.name)  # it publishes the name of the chosen activity (spec 3.8)
    return bound


def _selected(activity: Activity) -> str:
    """The id of the activity whose data a junction republishes; empty for none, and for what is no junction."""
    selected = activity.inputs.get(RETURN_DATA_FROM) if activity.type == JUNCTION else None
    return selected if isinstance(selected, str) else ""


class _References:
    """What the inputs and conditions of a runbook read: `items` by activity id, and `variables` by path."""

    def __init__(self, runbook: Runbook) -> None:
        self.items: dict[str, set[str]] = defaultdict(set)
        self.variables: set[str] = set()
        for activity in runbook.activities.values():
            for _, text in texts_in(activity.inputs):
                self._note_text(text)
            if activity.looping:
                self._note_conditions(activity.id, (*activity.looping.exit, *activity.looping.do_not_exit))
        for link in runbook.links:
            self._note_conditions(link.source, (*link.include, *link.exclude))

    def _note_text(self, text: str) -> None:
        if "{{" not in text:
            return
        try:
            template = parse(text)
        except InvalidError:
            return  # a code input, which is not a template
        for each in template.expressions():
            if isinstance(each, Subscription):
                self.items[each.activity].add(each.item)
            elif isinstance(each, VariableReference):
                self.variables.add(each.path)

    def _note_conditions(self, source: str, conditions: Iterable[Condition]) -> None:
        for condition in conditions:
            match condition:
                case Predicate(item=item, value=value, upper=upper):
                    self.items[source].add(item)
                    self._note_text(value)
                    self._note_text(upper)
                case AllOf(inner) | AnyOf(inner):
                    self._note_conditions(source, inner)
                case Not(negated):
                    self._note_conditions(source, (negated,))
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
