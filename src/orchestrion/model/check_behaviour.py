"""Authoring checks of what an author set on an activity and what conditions read (spec 2.3, 3.4, durability.md 6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from orchestrion.model.activity_type import ActivityKind, ActivityType
from orchestrion.model.branches import last_common
from orchestrion.model.check_inputs import publishes
from orchestrion.model.condition import (
    WITH_PATTERN,
    WITHOUT_VALUE,
    AllOf,
    AnyOf,
    Condition,
    Not,
    Predicate,
    compiled_pattern,
)
from orchestrion.model.errors import TemplateError
from orchestrion.model.expression import Subscription
from orchestrion.model.finding import Finding, Place, Severity
from orchestrion.model.graph import Edges
from orchestrion.model.inputs import texts_in
from orchestrion.model.runbook import (
    GROUP_TYPES,
    INVOKE_RUNBOOK,
    JUNCTION,
    Activity,
    EffectClass,
    InDoubtAnswer,
    Runbook,
    start_activities,
)
from orchestrion.model.template import parse
from orchestrion.model.upstream import Upstream

Types = Mapping[str, ActivityType]


def behaviour_findings(runbook: Runbook, types: Types) -> Iterator[Finding]:
    """Settings that an activity cannot keep to."""
    for activity in runbook.activities.values():
        kind = types.get(activity.type)
        if kind is None:
            continue
        classes = {kind.effect.default, *kind.effect.by_value.values()}
        if activity.behaviour.effect is EffectClass.VERIFIABLE and EffectClass.VERIFIABLE not in classes:
            message = f"'{activity.name}' is set to be verifiable, but '{kind.name}' has no probe that could verify it."
            fix = "Choose another effect class; without a probe `once` asks a person."
            yield _found(Severity.ERROR, "effect-without-probe", activity, "behaviour.effect", message, fix)
        for name in _ignored(activity, kind):
            message = f"'{activity.name}': {name.rpartition('.')[2]} has no effect on '{kind.name}'."
            yield _found(Severity.WARNING, "no-effect", activity, name, message, "Take it away.")


def _ignored(activity: Activity, kind: ActivityType) -> Iterator[str]:
    """The settings that count for nothing: what is not run needs no time limit, and a monitor is not run again."""
    behaviour = activity.behaviour
    if kind.kind is ActivityKind.ACTIVITY:
        return
    given = {
        "behaviour.timeout_seconds": behaviour.timeout_seconds,
        "behaviour.report_after_seconds": behaviour.report_after_seconds,
        "behaviour.effect": behaviour.effect,
        "behaviour.in_doubt": behaviour.in_doubt is not InDoubtAnswer.ASK,
        "behaviour.retry": behaviour.retry.attempts > 1 and activity.type not in (INVOKE_RUNBOOK, *GROUP_TYPES),
        "looping": activity.looping if kind.kind is ActivityKind.MONITOR or activity.type == JUNCTION else None,
    }
    yield from (name for name, value in given.items() if value)


def condition_findings(runbook: Runbook, types: Types, before: Upstream) -> Iterator[Finding]:
    """What links, loops and retries compare: items that are published, and values that can be computed."""
    for index, link in enumerate(runbook.links):
        source = runbook.activities.get(link.source)
        if source is not None:
            readable = before.of(source.id) | {source.id}
            for severity, problem, fix in _conditions(source, types, readable, (*link.include, *link.exclude)):
                message = f"The link from '{source.name}' to '{link.target}': {problem}"
                yield Finding(severity, "condition", message, fix, Place(link=index))
    for activity in runbook.activities.values():
        readable = before.of(activity.id) | {activity.id}
        looping = activity.looping
        own = {
            "looping": (*looping.exit, *looping.do_not_exit) if looping else (),
            "behaviour.retry.when": activity.behaviour.retry.when,
        }
        for name, conditions in own.items():
            for severity, problem, fix in _conditions(activity, types, readable, conditions):
                message = f"'{activity.name}', {name}: {problem}"
                yield _found(severity, "condition", activity, name, message, fix)


_Problem: TypeAlias = tuple[Severity, str, str]  # how grave, what, and the fix


def _conditions(
    source: Activity, types: Types, readable: set[str], conditions: Iterable[Condition]
) -> Iterator[_Problem]:
    kind = types.get(source.type)
    for each in _predicates(conditions):
        if kind is not None and not publishes(source, kind, each.item):
            problem = f"'{source.name}' does not publish '{each.item}', which is empty here."
            yield Severity.WARNING, problem, "Choose an item that it publishes."
        if each.operator in WITH_PATTERN and "{{" not in each.value:
            yield from _pattern(each)
        for text in () if each.operator in WITHOUT_VALUE else (each.value, each.upper):
            yield from _value(text, readable)


def _pattern(found: Predicate) -> Iterator[_Problem]:
    try:
        compiled_pattern(found.value, found.case_sensitive)
    except ValueError as error:
        yield Severity.ERROR, f"{error}.", "Correct the pattern."


def _value(text: str, readable: set[str]) -> Iterator[_Problem]:
    try:
        template = parse(text)
    except TemplateError as error:
        yield Severity.ERROR, f"the value '{text}' is no template: {error}.", 'Write {{ activity_id["Item name"] }}.'
        return
    for each in template.expressions():
        if isinstance(each, Subscription) and each.activity not in readable:
            problem = f"it reads '{each.activity}', which does not run before."
            yield Severity.ERROR, problem, "Compare with something that does."


def _predicates(conditions: Iterable[Condition]) -> Iterator[Predicate]:
    for each in conditions:
        match each:
            case Predicate():
                yield each
            case AllOf(inner) | AnyOf(inner):
                yield from _predicates(inner)
            case Not(negated):
                yield from _predicates((negated,))
            case _:
                pass


def emptiness_findings(runbook: Runbook, edges: Edges) -> Iterator[Finding]:
    """Subscriptions that are empty on some ways, which authors may want or may overlook (spec 4.3 [R])."""
    starts = [each.id for group in ("", *runbook.activities) for each in start_activities(runbook, group)]
    common: dict[str, str] = {}
    for start in starts:
        common |= last_common(start, edges)
    for activity in runbook.activities.values():
        certain = _on_every_way(activity.id, common)
        for place, text in texts_in(activity.inputs):
            for each in _subscriptions(text):
                source = runbook.activities.get(each.activity)
                if source is None or source.group != activity.group or source.id in certain:
                    continue
                message = f"'{activity.name}', input '{place}' may be empty: '{source.name}' is not on every way here."
                fix = "Nothing, if that is meant; else link it so that it always runs before."
                place_of = Place(activity=activity.id, property=place, position=each.position)
                yield Finding(Severity.INFO, "may-be-empty", message, fix, place_of)


def _on_every_way(activity: str, common: Mapping[str, str]) -> set[str]:
    found = {activity}
    while activity in common and common[activity] not in found:
        activity = common[activity]
        found.add(activity)
    return found


def _subscriptions(text: str) -> list[Subscription]:
    try:
        return [each for each in parse(text).expressions() if isinstance(each, Subscription)]
    except TemplateError:
        return []


def _found(severity: Severity, code: str, activity: Activity, place: str, message: str, fix: str) -> Finding:
    return Finding(severity, code, message, fix, Place(activity=activity.id, property=place))
