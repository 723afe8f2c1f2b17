"""Which activities of an ended run can lend their results to another one (durability.md 10)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from orchestrion.model.codec import write_runbook
from orchestrion.model.graph import reachable, successors
from orchestrion.model.runbook import CONTROL_TYPES, INVOKE_RUNBOOK, Runbook
from orchestrion.model.values import Json

_LOOKS_ONLY = ("position", "description", "color", "width")


def fingerprints(runbook: Runbook) -> dict[str, str]:
    """Per activity id a hash of its own definition and of everything upstream of it, links included.

    Two versions in which it is equal bring the same records to the activity; where a node only stands on the canvas and
    how a link is drawn do not count.
    """
    document = write_runbook(runbook)
    activities = _mapping(document["activities"])
    incoming: dict[str, list[Mapping[str, Json]]] = {each: [] for each in activities}
    links = document["links"]
    for link in links if isinstance(links, list) else []:
        incoming[str(_mapping(link)["to"])].append(_mapping(link))
    found: dict[str, str] = {}

    def fingerprint(activity_id: str) -> str:
        parts: list[Json] = [activity_id, _meaning(_mapping(activities[activity_id]))]
        parts += [[_meaning(link), found[str(link["from"])]] for link in incoming[activity_id]]
        group = runbook.activities[activity_id].group
        if group:
            parts.append(found[group])
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    for activity_id in _order(runbook):
        found[activity_id] = fingerprint(activity_id)
    return found


def _order(runbook: Runbook) -> list[str]:
    """The ids, each behind what leads to it and behind the group around it."""
    before: dict[str, list[str]] = {each: [] for each in runbook.activities}
    for link in runbook.links:
        before[link.target].append(link.source)
    for activity in runbook.activities.values():
        if activity.group:
            before[activity.id].append(activity.group)
    ordered: dict[str, None] = {}
    for each in runbook.activities:
        pending = [each]
        while pending:
            missing = [one for one in before[pending[-1]] if one not in ordered]
            if missing:
                pending += missing
            else:
                ordered[pending.pop()] = None
    return list(ordered)


def reusable(old: Runbook, new: Runbook, begin_at: frozenset[str]) -> frozenset[str]:
    """The activities whose recorded results a rerun from `begin_at` takes over, as far as they ended at all.

    Not those, nor anything behind or inside them, nor what has changed upstream; and not what the engine answers
    itself, which costs nothing.
    """
    again = behind(new, begin_at)
    before, now = fingerprints(old), fingerprints(new)
    return frozenset(
        each
        for each, activity in new.activities.items()
        if each not in again
        and before.get(each) == now[each]
        and (activity.type not in CONTROL_TYPES or activity.type == INVOKE_RUNBOOK)
    )


def behind(runbook: Runbook, begin_at: frozenset[str]) -> set[str]:
    """`begin_at` and all that can follow: over links, into the body of a group, and out of it behind the group."""
    links = [(link.source, link.target) for link in runbook.links]
    inward = [(each.group, each.id) for each in runbook.activities.values() if each.group]
    edges = successors(runbook.activities, links + inward)
    found: set[str] = set()
    pending = list(begin_at)
    while pending:
        each = pending.pop()
        if each in found or each not in runbook.activities:
            continue
        found |= {each} | reachable(edges, each)
        group = runbook.activities[each].group
        pending += [target for source, target in links if source == group]
    return found


def _meaning(document: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in document.items() if name not in _LOOKS_ONLY}


def _mapping(value: Json) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        raise TypeError("a runbook document has a mapping here")
    return value
