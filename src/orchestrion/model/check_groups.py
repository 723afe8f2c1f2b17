"""Authoring checks of what the engine itself interprets: groups, junctions and the error path (spec 3.8, 3.9)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrion.model.errors import TemplateError
from orchestrion.model.expression import GroupReference
from orchestrion.model.finding import Finding, Place, Severity
from orchestrion.model.graph import Edges, reachable
from orchestrion.model.inputs import texts_in
from orchestrion.model.runbook import (
    GROUP_TYPES,
    INITIALIZE_DATA,
    JUNCTION,
    Activity,
    Runbook,
    start_activities,
)
from orchestrion.model.template import parse
from orchestrion.model.upstream import Upstream
from orchestrion.model.values import Json, to_number

_MODES = ("all", "any", "count")
_DEEPEST = 8  # groups inside groups; the path of each round stands in every key of its executions
#: Inputs that decide how the engine goes on, and therefore cannot depend on data.
_CONSTANT = ("return_data_from", "mode", "branches", "timeout_seconds", "merge")


def group_findings(runbook: Runbook, edges: Edges) -> Iterator[Finding]:
    """Findings on groups and what belongs to them."""
    for activity in runbook.activities.values():
        if activity.group:
            yield from _membership(runbook, activity)
        if activity.type in GROUP_TYPES:
            yield from _body(runbook, activity)
            yield from _returned(runbook, activity)
        yield from _computer_groups(activity)
    for index, link in enumerate(runbook.links):
        ends = [runbook.activities.get(each) for each in (link.source, link.target)]
        source, target = ends
        if source is not None and target is not None and source.group != target.group:
            yield Finding(
                Severity.ERROR,
                "link-across-groups",
                f"The link from '{source.name}' to '{target.name}' leads into or out of a group.",
                "Link activities of the same group, and the For Each or While itself to what is outside of it.",
                Place(link=index),
            )
    yield from _error_path(runbook, edges)


def _membership(runbook: Runbook, activity: Activity) -> Iterator[Finding]:
    group = runbook.activities.get(activity.group)
    if group is None or group.type not in GROUP_TYPES:
        message = f"'{activity.name}' belongs to '{activity.group}', which is no For Each or While of this runbook."
        yield _error("unknown-group", activity, "group", message, "Choose a group, or take the activity out of it.")
    elif _depth(runbook, activity) > _DEEPEST:
        message = f"'{activity.name}' lies in a group that contains itself, or deeper than {_DEEPEST} groups."
        yield _error("group-nesting", activity, "group", message, "Take one of the groups out of the others.")
    if activity.type == INITIALIZE_DATA:
        message = f"'{activity.name}' can only be the starting point of the runbook, not part of a group."
        yield _error("starting-point-in-the-middle", activity, "group", message, "Take it out of the group.")


def _depth(runbook: Runbook, activity: Activity) -> int:
    depth, each = 0, activity
    while each.group in runbook.activities and depth <= _DEEPEST:
        depth, each = depth + 1, runbook.activities[each.group]
    return depth


def _body(runbook: Runbook, group: Activity) -> Iterator[Finding]:
    starts = start_activities(runbook, group.id)
    if not any(each.group == group.id for each in runbook.activities.values()):
        message = f"'{group.name}' has no activities inside."
        yield _error("empty-group", group, "type", message, "Put the activities that it is to repeat into it.")
    elif len(starts) != 1:
        names = ", ".join(f"'{each.name}'" for each in starts) or "none"
        message = f"'{group.name}' must have one activity to begin its rounds with; found: {names}."
        yield _error("group-starting-point", group, "type", message, "Link all others of the group behind one of them.")
    for name, given in (("looping", group.looping), ("behaviour.flatten", group.behaviour.flatten)):
        if given is not None:
            message = f"'{group.name}' is a group; it cannot have {name.rsplit('.', maxsplit=1)[-1]} of its own."
            yield _error("group-setting", group, name, message, "Set it on an activity inside, or use a While.")


def _computer_groups(activity: Activity) -> Iterator[Finding]:
    """An activity runs once per member of one computer group; of two it would be unclear for which pairs."""
    named: dict[str, str] = {}
    for place, text in texts_in(activity.inputs):
        named |= dict.fromkeys(_groups_in(text), place)
    if len(named) > 1:
        names = ", ".join(f"'{each}'" for each in named)
        message = f"'{activity.name}' names several computer groups: {names}. It can run for the members of one."
        fix = "Name one of them, or make a group that holds them all."
        yield _error("several-computer-groups", activity, list(named.values())[-1], message, fix)


def _groups_in(text: str) -> list[str]:
    try:
        return [each.path for each in parse(text).expressions() if isinstance(each, GroupReference)]
    except TemplateError:
        return []  # found by the check of inputs


def _returned(runbook: Runbook, group: Activity) -> Iterator[Finding]:
    returned = group.inputs.get("return_data_from")
    if not returned:
        return
    inside = [each.id for each in runbook.activities.values() if each.group == group.id]
    if returned not in inside:
        message = f"'{group.name}' returns data from '{returned}', which is not one of its activities."
        yield _error("returns-unknown", group, "return_data_from", message, f"Choose one of: {_listed(inside)}.")


def junction_findings(runbook: Runbook, upstream: Upstream) -> Iterator[Finding]:
    """Findings on junctions."""
    for activity in runbook.activities.values():
        if activity.type in GROUP_TYPES or activity.type == JUNCTION:
            yield from _constants(activity)
        if activity.type == JUNCTION:
            yield from _junction(runbook, activity, upstream)


def _constants(activity: Activity) -> Iterator[Finding]:
    for name in _CONSTANT:
        value = activity.inputs.get(name)
        texts = value if isinstance(value, (list, tuple)) else (value,)
        if any(isinstance(each, str) and "{{" in each for each in texts):
            message = f"'{name}' of '{activity.name}' decides how the runbook goes on and cannot be subscribed."
            yield _error("not-constant", activity, name, message, "Choose a fixed value.")


def _junction(runbook: Runbook, activity: Activity, upstream: Upstream) -> Iterator[Finding]:
    before = upstream.of(activity.id)
    for selected in _several(activity.inputs.get("return_data_from")):
        if selected not in before:
            message = f"'{activity.name}' returns data from '{selected}', which does not run before it."
            yield _error(
                "returns-unknown", activity, "return_data_from", message, f"Choose one of: {_listed(sorted(before))}."
            )
    mode = activity.inputs.get("mode") or "all"
    if mode not in _MODES:
        message = f"'{activity.name}' has the mode '{mode}'."
        yield _error("wrong-choice", activity, "mode", message, f"Choose one of: {', '.join(_MODES)}.")
    sources = {link.source for link in runbook.links if link.target == activity.id}
    if mode == "count" and not 1 <= _count(activity.inputs.get("branches")) <= len(sources):
        message = f"'{activity.name}' has {len(sources)} incoming branches and cannot wait for that many."
        yield _error("junction-branches", activity, "branches", message, f"Give a number from 1 to {len(sources)}.")


def _error_path(runbook: Runbook, edges: Edges) -> Iterator[Finding]:
    entry = runbook.settings.on_error
    if not entry:
        return
    place = Place(property="settings.on_error")
    activity = runbook.activities.get(entry)
    if activity is None or activity.group:
        message = f"The error path begins with '{entry}', which is no activity outside of groups."
        yield Finding(Severity.ERROR, "error-path", message, "Choose an activity without incoming links.", place)
        return
    if any(link.target == entry for link in runbook.links):
        message = f"The error path begins with '{activity.name}', but a link leads to it."
        yield Finding(Severity.ERROR, "error-path", message, "Remove the links that lead to it.", place)
    on_path = {entry} | reachable(edges, entry)
    for start in start_activities(runbook):
        for shared in sorted(on_path & ({start.id} | reachable(edges, start.id))):
            message = f"'{runbook.activities[shared].name}' lies both on the error path and on the runbook's own way."
            fix = "Use a copy of it on the error path."
            yield Finding(Severity.ERROR, "error-path", message, fix, Place(activity=shared))


def _several(value: Json) -> Sequence[str]:
    if isinstance(value, str):
        return (value,) if value else ()
    return [str(each) for each in value if each] if isinstance(value, (list, tuple)) else ()


def _count(value: Json) -> float:
    try:
        return to_number(value if isinstance(value, (str, int, float)) else 0)
    except ValueError:
        return 0


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def _error(code: str, activity: Activity, place: str, message: str, fix: str) -> Finding:
    return Finding(Severity.ERROR, code, message, fix, Place(activity=activity.id, property=place))
