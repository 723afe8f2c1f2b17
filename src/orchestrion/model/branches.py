"""Where branches part: the last activity that every way to another one passes (spec OQ-17)."""

from __future__ import annotations

from orchestrion.model.graph import Edges, reversed_edges, topological_order


def last_common(start: str, edges: Edges) -> dict[str, str]:
    """For each activity that can be reached from `start`, the last one before it on every way to it.

    `edges` must be free of cycles. The start itself and what cannot be reached have no entry.
    """
    backward = reversed_edges(edges)
    found: dict[str, str] = {}
    depth = {start: 0}
    for activity in topological_order(edges)[0]:
        sources = [source for source in backward[activity] if source in depth]
        if activity == start or not sources:
            continue
        common = sources[0]
        for source in sources[1:]:
            common = _meeting(common, source, found, depth)
        found[activity] = common
        depth[activity] = depth[common] + 1
    return found


def _meeting(one: str, other: str, found: dict[str, str], depth: dict[str, int]) -> str:
    """Where two ways back to the start meet, each going from last common activity to last common activity."""
    while one != other:
        if depth[one] >= depth[other]:
            one = found[one]
        else:
            other = found[other]
    return one
