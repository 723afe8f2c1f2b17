"""Authoring checks: every static mistake of a runbook as a finding with its place and the way out (spec 2.4, 4.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from orchestrion.model.activity_type import ActivityKind, ActivityType
from orchestrion.model.check_behaviour import behaviour_findings, condition_findings, emptiness_findings
from orchestrion.model.check_groups import group_findings, junction_findings
from orchestrion.model.check_inputs import input_findings
from orchestrion.model.check_known import known_findings
from orchestrion.model.check_links import link_findings
from orchestrion.model.finding import Finding, Place, Severity
from orchestrion.model.graph import Edges, cycle, reachable, successors
from orchestrion.model.known import Known
from orchestrion.model.runbook import INITIALIZE_DATA, Activity, Runbook, start_activities
from orchestrion.model.upstream import Upstream

Types = Mapping[str, ActivityType]


@dataclass(frozen=True)
class Checked:
    """A runbook under check with what the single checks share."""

    runbook: Runbook
    types: Types
    edges: Edges
    known: Known | None = None

    @cached_property
    def upstream(self) -> Upstream:
        """Who runs before whom."""
        return Upstream(self.runbook, self.edges)


def check(runbook: Runbook, types: Types, known: Known | None = None) -> list[Finding]:
    """The findings on `runbook`, gravest first, in document order.

    `types` are the activity types of all known packs; `known` is the installation around it, which counts only where it
    is given.
    """
    links = [(link.source, link.target) for link in runbook.links]
    checked = Checked(runbook, types, successors(runbook.activities, links), known)
    found = [finding for rule in _RULES for finding in rule(checked)]
    return sorted(found, key=lambda finding: _GRAVEST_FIRST.index(finding.severity))


_GRAVEST_FIRST = (Severity.ERROR, Severity.WARNING, Severity.INFO)


def has_errors(findings: list[Finding]) -> bool:
    """Whether a check-in must be refused."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def _starting_point(checked: Checked) -> Iterator[Finding]:
    activities = checked.runbook.activities
    if not activities:
        yield Finding(
            Severity.ERROR, "no-activities", "The runbook has no activities.", "Drag an activity onto the canvas."
        )
        return
    starts = start_activities(checked.runbook)
    if len(starts) > 1:
        names = ", ".join(f"'{each.name}' ({each.id})" for each in starts)
        for each in starts:
            yield Finding(
                Severity.ERROR,
                "several-starting-points",
                f"The runbook has {len(starts)} starting points: {names}. It may have one.",
                "Link all but one of them to an earlier activity, or delete them.",
                Place(activity=each.id),
            )


def _no_cycle(checked: Checked) -> Iterator[Finding]:
    found = cycle(checked.edges)
    if found:
        names = " → ".join(found)
        yield Finding(
            Severity.ERROR,
            "cycle",
            f"Links form a cycle: {names}.",
            "Remove one of these links; to repeat an activity use its Looping settings.",
            Place(activity=found[0]),
        )


def _known_types(checked: Checked) -> Iterator[Finding]:
    for activity in checked.runbook.activities.values():
        if activity.type not in checked.types:
            yield Finding(
                Severity.ERROR,
                "unknown-type",
                f"'{activity.name}' has the activity type '{activity.type}', which no registered pack provides.",
                f"Install the pack '{activity.type.split('.')[0]}' on a runbook server, or choose another activity.",
                Place(activity=activity.id),
            )


def _monitors_start(checked: Checked) -> Iterator[Finding]:
    targets = {link.target for link in checked.runbook.links}
    for activity in checked.runbook.activities.values():
        if activity.id in targets and _starts_only(activity, checked.types):
            yield Finding(
                Severity.ERROR,
                "starting-point-in-the-middle",
                f"'{activity.name}' can only be the starting point, but a link leads to it.",
                "Remove the links that lead to it.",
                Place(activity=activity.id),
            )


def _starts_only(activity: Activity, types: Types) -> bool:
    kind = types.get(activity.type)
    return activity.type == INITIALIZE_DATA or (kind is not None and kind.kind is ActivityKind.MONITOR)


def _monitor_limits(checked: Checked) -> Iterator[Finding]:
    limit = checked.runbook.settings.max_simultaneous_jobs
    if limit == 1:
        return
    for activity in start_activities(checked.runbook):
        kind = checked.types.get(activity.type)
        if kind is not None and kind.kind is ActivityKind.MONITOR:
            yield Finding(
                Severity.ERROR,
                "monitor-concurrency",
                f"A runbook that starts with a monitor runs one job at a time, not {limit}.",
                "Set the maximum number of simultaneous jobs to 1; use the maximum of monitor instances instead.",
                Place(activity=activity.id, property="settings.max_simultaneous_jobs"),
            )


def _reachable_activities(checked: Checked) -> Iterator[Finding]:
    runbook = checked.runbook
    starts = start_activities(runbook)
    if len(starts) != 1:
        return
    found: set[str] = set()
    pending = [starts[0].id, runbook.settings.on_error]
    while pending:  # what can be reached, and the bodies of the groups among it
        new = {pending[-1]} | reachable(checked.edges, pending.pop())
        groups = [each for each in new - found if each in runbook.activities]
        found |= new
        pending += [inner.id for each in groups for inner in start_activities(runbook, each)]
    for activity in runbook.activities.values():
        if activity.id not in found:
            yield Finding(
                Severity.ERROR,
                "unreachable",
                f"'{activity.name}' cannot be reached from the starting point '{starts[0].name}'.",
                "Link it to an activity that can be reached, or delete it.",
                Place(activity=activity.id),
            )


def _links(checked: Checked) -> Iterator[Finding]:
    yield from link_findings(checked.runbook, checked.types)


def _inputs(checked: Checked) -> Iterator[Finding]:
    yield from input_findings(checked.runbook, checked.types, checked.upstream)


def _groups(checked: Checked) -> Iterator[Finding]:
    yield from group_findings(checked.runbook, checked.edges)


def _junctions(checked: Checked) -> Iterator[Finding]:
    yield from junction_findings(checked.runbook, checked.upstream)


def _conditions(checked: Checked) -> Iterator[Finding]:
    yield from condition_findings(checked.runbook, checked.types, checked.upstream)


def _behaviour(checked: Checked) -> Iterator[Finding]:
    yield from behaviour_findings(checked.runbook, checked.types)


def _emptiness(checked: Checked) -> Iterator[Finding]:
    if not cycle(checked.edges):
        yield from emptiness_findings(checked.runbook, checked.edges)


def _outside(checked: Checked) -> Iterator[Finding]:
    if checked.known is not None:
        yield from known_findings(checked.runbook, checked.types, checked.known)


_RULES: tuple[Callable[[Checked], Iterator[Finding]], ...] = (
    _starting_point,
    _no_cycle,
    _known_types,
    _monitors_start,
    _monitor_limits,
    _reachable_activities,
    _links,
    _groups,
    _junctions,
    _inputs,
    _conditions,
    _behaviour,
    _outside,
    _emptiness,
)
