"""Authoring checks of links and their conditions (spec 3.1-3.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from orchestrion.model.activity_type import ActivityKind, ActivityType
from orchestrion.model.condition import COMPLETION_STATUSES, Condition, Status, StatusIs
from orchestrion.model.finding import Finding, Place, Severity
from orchestrion.model.runbook import Activity, Link, Runbook

Types = Mapping[str, ActivityType]


def link_findings(runbook: Runbook, types: Types) -> Iterator[Finding]:
    """Findings on links: ends that do not exist, loops to oneself, doubles; failures that no link takes."""
    seen: dict[tuple[str, str], int] = {}
    for index, link in enumerate(runbook.links):
        yield from _ends(runbook, index, link)
        first = seen.setdefault((link.source, link.target), index)
        if first != index and link == runbook.links[first]:
            yield _finding(
                Severity.ERROR, "double-link", index, f"{_named(link)} repeats link {first + 1}.", "Delete one of them."
            )
    for activity in runbook.activities.values():
        yield from _unhandled_failure(runbook, activity, types)


def _ends(runbook: Runbook, index: int, link: Link) -> Iterator[Finding]:
    for end in (link.source, link.target):
        if end not in runbook.activities:
            message = f"{_named(link)} names the activity '{end}', which the runbook does not have."
            yield _finding(
                Severity.ERROR, "dangling-link", index, message, "Correct the activity id or delete the link."
            )
    if link.source == link.target:
        message = f"{_named(link)} leads from an activity to itself."
        yield _finding(Severity.ERROR, "self-link", index, message, "Use the activity's Looping settings to repeat it.")


def _unhandled_failure(runbook: Runbook, activity: Activity, types: Types) -> Iterator[Finding]:
    """A path that ends silently when the activity fails (spec 3.3 [R]); monitors and controls do not fail that way."""
    kind = types.get(activity.type)
    links = [link for link in runbook.links if link.source == activity.id and link.enabled]
    if kind is None or kind.kind is not ActivityKind.ACTIVITY or not links:
        return
    if not any(_may_take(link, Status.FAILED) for link in links):
        yield Finding(
            Severity.INFO,
            "failure-not-handled",
            f"When '{activity.name}' fails, no link continues and the path ends there.",
            "Add a link that includes the status failed if something should happen then.",
            Place(activity=activity.id),
        )


def _may_take(link: Link, status: Status) -> bool:
    return not link.include or any(_may_hold(condition, status) for condition in link.include)


def _may_hold(condition: Condition, status: Status) -> bool:
    if isinstance(condition, StatusIs):
        return status in condition.statuses and status in COMPLETION_STATUSES
    return True


def _named(link: Link) -> str:
    return (
        f"The link '{link.name}' from '{link.source}' to '{link.target}'"
        if link.name
        else f"The link from '{link.source}' to '{link.target}'"
    )


def _finding(severity: Severity, code: str, index: int, message: str, fix: str) -> Finding:
    return Finding(severity, code, message, fix, Place(link=index))
