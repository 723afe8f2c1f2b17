"""Compiling a runbook once per version: indexes the engine needs at every step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from orchestrion.engine.binding import Bound, Fixed, compile_input
from orchestrion.engine.junction import JunctionRule
from orchestrion.model import common_items
from orchestrion.model.activity_type import ActivityType, FieldKind
from orchestrion.model.branches import last_common
from orchestrion.model.check import check
from orchestrion.model.condition import AllOf, AnyOf, Condition, Not, Predicate
from orchestrion.model.errors import InvalidError
from orchestrion.model.expression import CounterReference, GroupReference, Subscription, VariableReference
from orchestrion.model.finding import Severity
from orchestrion.model.inputs import texts_in
from orchestrion.model.runbook import GROUP_TYPES, JUNCTION, Activity, Link, Runbook, start_activities
from orchestrion.model.template import parse
from orchestrion.model.values import Json, to_number

#: Errors of a check-in that do not keep an earlier version from running: a condition that cannot be decided is false,
#: and an activity that cannot run here fails by itself.
_HARMLESS = ("condition", "not-available")
RETURN_DATA_FROM = "return_data_from"  # of junctions and groups: the ids of activities, or empty for none


@dataclass(frozen=True, slots=True)
class PlannedActivity:
    """An activity with what follows from the graph.

    `reads` are the items of it that something later reads; `junctions` the nearest junctions that wait for it. A group
    begins its rounds with the activity `body` and returns the data of `returns`. `computer_group` is the path of the
    computer group on whose members it runs.
    """

    activity: Activity
    inputs: Mapping[str, Bound]
    links: tuple[Link, ...]
    reads: frozenset[str]
    common_reads: frozenset[str]
    junctions: tuple[str, ...]
    junction: JunctionRule | None = None
    body: str = ""
    returns: str = ""
    computer_group: str = ""
    reads_counters: bool = False

    @property
    def is_group(self) -> bool:
        """Whether it is a For Each or a While."""
        return self.activity.type in GROUP_TYPES


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled runbook version, shared by all its instances.

    `variables` are the paths of those it uses, `boards` the junctions of each group (empty: of no group) with the
    junctions each can reach without passing another.
    """

    runbook: Runbook
    start: str
    activities: Mapping[str, PlannedActivity] = field(repr=False)
    variables: frozenset[str] = frozenset()
    boards: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)


def compile_plan(runbook: Runbook, types: Mapping[str, ActivityType]) -> Plan:
    """The plan of a checked runbook. Raises InvalidError with the findings that a check-in would refuse."""
    errors = [each for each in check(runbook, types) if each.severity is Severity.ERROR]
    problems = [str(each) for each in errors if each.code not in _HARMLESS]
    if problems:
        raise InvalidError(f"The runbook '{runbook.name}' cannot run: {problems[0]}", problems)
    compiler = _Compiler(runbook, types)
    planned = {activity.id: compiler.planned(activity) for activity in runbook.activities.values()}
    boards: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for each in planned.values():
        if each.junction is not None:
            boards[each.activity.group][each.activity.id] = each.junctions
    start = start_activities(runbook)[0].id
    return Plan(runbook, start, planned, frozenset(compiler.references.variables), boards)


class _Compiler:
    """What all activities of one runbook are planned with."""

    def __init__(self, runbook: Runbook, types: Mapping[str, ActivityType]) -> None:
        self._runbook = runbook
        self._types = types
        self._outgoing: dict[str, list[Link]] = defaultdict(list)
        for link in runbook.links:
            if link.enabled and runbook.activities[link.source].enabled:
                self._outgoing[link.source].append(link)
        self.references = _References(runbook)
        self._nearest = _NearestJunctions(runbook, self._outgoing)
        self._common = self._last_common()

    def planned(self, activity: Activity) -> PlannedActivity:
        """One activity's part of the plan."""
        items = self.references.items[activity.id]
        bodies = start_activities(self._runbook, activity.id) if activity.type in GROUP_TYPES else []
        returns = _returns(activity)
        return PlannedActivity(
            activity=activity,
            inputs=self._inputs(activity),
            links=tuple(self._outgoing[activity.id]),
            reads=frozenset(items - common_items.NAMES),
            common_reads=frozenset(items & common_items.NAMES),
            junctions=self._nearest.of(activity.id),
            junction=self._junction(activity),
            body=bodies[0].id if bodies else "",
            returns=returns[0] if bodies and returns else "",
            computer_group=next(iter(self.references.computer_groups[activity.id]), ""),
            reads_counters=activity.id in self.references.counters,
        )

    def _last_common(self) -> dict[str, str]:
        edges = {each: tuple(link.target for link in self._outgoing.get(each, ())) for each in self._runbook.activities}
        starts = [start_activities(self._runbook)[0].id, self._runbook.settings.on_error]
        starts += [each.id for group in self._runbook.activities for each in start_activities(self._runbook, group)]
        found: dict[str, str] = {}
        for start in starts:
            if start:
                found |= last_common(start, edges)
        return found

    def _inputs(self, activity: Activity) -> Mapping[str, Bound]:
        verbatim = {each.name for each in self._types[activity.type].inputs if each.kind is FieldKind.CODE}
        bound = {name: compile_input(value, verbatim=name in verbatim) for name, value in activity.inputs.items()}
        if activity.type == JUNCTION:  # it publishes the name of the chosen activity (spec 3.8)
            chosen = [self._runbook.activities[each].name for each in _returns(activity)]
            bound[RETURN_DATA_FROM] = Fixed(", ".join(chosen))
        return bound

    def _junction(self, activity: Activity) -> JunctionRule | None:
        if activity.type != JUNCTION:
            return None
        settings, mode = activity.inputs, activity.inputs.get("mode") or "all"
        needed = {"all": 0, "any": 1}.get(str(mode))
        return JunctionRule(
            selected=_returns(activity),
            last_common=self._common.get(activity.id, ""),
            needed=_number(settings.get("branches"), 1) if needed is None else needed,
            timeout_seconds=_number(settings.get("timeout_seconds"), 0),
            merges=bool(settings.get("merge")),
        )


def _number(value: Json, default: int) -> int:
    """A constant number of a checked runbook."""
    return int(to_number(value)) if isinstance(value, (int, float, str)) and value != "" else default


def _returns(activity: Activity) -> tuple[str, ...]:
    """The ids of the activities whose data a junction or group republishes; none for what is neither."""
    if activity.type != JUNCTION and activity.type not in GROUP_TYPES:
        return ()
    given = activity.inputs.get(RETURN_DATA_FROM) or ()
    return (
        (given,)
        if isinstance(given, str)
        else tuple(str(each) for each in given if each)
        if isinstance(given, (list, tuple))
        else ()
    )


class _References:
    """What the inputs and conditions of a runbook read.

    `items` by the activity that publishes them, `variables` by path, `computer_groups` by the activity that reads them,
    and `counters`, the activities that read any.
    """

    def __init__(self, runbook: Runbook) -> None:
        self.items: dict[str, set[str]] = defaultdict(set)
        self.variables: set[str] = set()
        self.computer_groups: dict[str, dict[str, None]] = defaultdict(dict)
        self.counters: set[str] = set()
        for activity in runbook.activities.values():
            for _, text in texts_in(activity.inputs):
                self._note_text(text, activity.id)
            self._note_conditions(activity.id, activity.behaviour.retry.when)
            if activity.looping:
                self._note_conditions(activity.id, (*activity.looping.exit, *activity.looping.do_not_exit))
        for link in runbook.links:
            self._note_conditions(link.source, (*link.include, *link.exclude))

    def _note_text(self, text: str, activity: str = "") -> None:
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
            elif isinstance(each, GroupReference):
                self.computer_groups[activity][each.path] = None
            elif isinstance(each, CounterReference):
                self.counters.add(activity)

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
