"""Questions about the graph that links make of activities. Disabled links count: they can be enabled at any time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

Edges: TypeAlias = Mapping[str, tuple[str, ...]]  # activity id -> ids of the next ones, in link order


def successors(ids: Iterable[str], links: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Mapping from each id to the targets of its links, in link order; links to unknown ids are left out."""
    found: dict[str, list[str]] = {each: [] for each in ids}
    for source, target in links:
        if source in found and target in found:
            found[source].append(target)
    return {each: tuple(targets) for each, targets in found.items()}


def reversed_edges(edges: Edges) -> dict[str, tuple[str, ...]]:
    """The same graph with every edge turned round."""
    return successors(edges, ((target, source) for source, targets in edges.items() for target in targets))


def reachable(edges: Edges, start: str) -> set[str]:
    """All ids that can be reached from `start` over one or more edges."""
    found: set[str] = set()
    pending = list(edges.get(start, ()))
    while pending:
        each = pending.pop()
        if each not in found:
            found.add(each)
            pending.extend(edges.get(each, ()))
    return found


def topological_order(edges: Edges) -> tuple[list[str], list[str]]:
    """The ids in an order in which every edge points forward, and the ids left over because a cycle holds them."""
    waiting = dict.fromkeys(edges, 0)
    for targets in edges.values():
        for target in targets:
            waiting[target] += 1
    ready = [each for each, count in waiting.items() if count == 0]
    order: list[str] = []
    while ready:
        each = ready.pop(0)
        order.append(each)
        for target in edges[each]:
            waiting[target] -= 1
            if waiting[target] == 0:
                ready.append(target)
    placed = set(order)
    return order, [each for each in edges if each not in placed]


def cycle(edges: Edges) -> list[str]:
    """The ids along one cycle, its first id repeated at the end; empty when there is none."""
    _, held = topological_order(edges)
    remaining = set(held)
    backward = reversed_edges(edges)
    if not remaining:
        return []
    # Walking backwards from a held id always finds a held predecessor, so the walk must close a cycle.
    path = [held[0]]
    while True:
        previous = next(each for each in backward[path[-1]] if each in remaining)
        if previous in path:
            return [previous, *reversed(path[path.index(previous) :])]
        path.append(previous)
