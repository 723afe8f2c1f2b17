"""When a junction fires and what goes on from it (spec 3.8, durability.md 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from orchestrion.engine.lineage import Lineage


@dataclass(slots=True)
class _Waiting:
    """One junction: how many live batches can still reach it, and what has arrived so far."""

    live: int = 0
    arrivals: list[Lineage] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    fired: bool = False


class JunctionBoard:
    """Counts, per junction, what can still deliver. A junction that waits counts as live for the next ones itself.

    `nearest` maps each junction to the junctions it can reach without passing another.
    """

    def __init__(self, nearest: Mapping[str, tuple[str, ...]]) -> None:
        self._nearest = nearest
        self._waiting = {junction: _Waiting() for junction in nearest}

    def hold(self, junctions: Iterable[str]) -> None:
        """One more live batch can reach each of `junctions`."""
        pending = list(junctions)
        while pending:
            junction = pending.pop()
            waiting = self._waiting[junction]
            waiting.live += 1
            if waiting.live == 1 and not waiting.fired:
                pending.extend(self._nearest[junction])

    def arrive(self, junction: str, source: str, lineages: Sequence[Lineage]) -> None:
        """Records of the activity `source` reached the junction; they wait there until it fires."""
        waiting = self._waiting[junction]
        if not waiting.fired:
            waiting.arrivals.extend(lineages)
            waiting.sources.append(source)

    def release(self, junctions: Iterable[str]) -> list[str]:
        """One live batch fewer for each of `junctions`; gives those that fire now.

        The caller makes a batch for each and then calls `done`, so that what lies behind it hears of it. Junctions that
        nothing reached pass their end on by themselves.
        """
        fires: list[str] = []
        pending = list(junctions)
        while pending:
            junction = pending.pop()
            waiting = self._waiting[junction]
            waiting.live -= 1
            if waiting.live > 0 or waiting.fired:
                continue
            if waiting.arrivals:
                waiting.fired = True
                fires.append(junction)
            else:
                pending.extend(self._nearest[junction])
        return fires

    def done(self, junction: str) -> list[str]:
        """The junction's own batch is made: it no longer counts as waiting. Gives the junctions that fire now."""
        return self.release(self._nearest[junction])

    def arrivals(self, junction: str) -> tuple[Lineage, ...]:
        """What has arrived, in the order of arrival."""
        return tuple(self._waiting[junction].arrivals)

    def is_waiting(self) -> bool:
        """Whether any junction has arrivals and has not fired."""
        return any(each.arrivals and not each.fired for each in self._waiting.values())

    def reasons(self) -> dict[str, tuple[int, tuple[str, ...]]]:
        """Per waiting junction how many live batches can still reach it and which activities have delivered."""
        return {
            junction: (each.live, tuple(each.sources))
            for junction, each in self._waiting.items()
            if each.live and not each.fired
        }


def republished(arrivals: Sequence[Lineage], selected: str, last_common: str) -> tuple[Lineage | None, ...]:
    """What goes on from a junction, one entry per run of the next activity.

    With a selected activity: its records, each once, with their own history (OQ-16). With none: one run, whose history
    ends at `last_common`, the last activity common to all branches, if they share one record of it (OQ-17).
    """
    if not selected:
        return (_common_step(arrivals, last_common),)
    steps: dict[int, Lineage] = {}
    for arrival in arrivals:
        step = arrival.step_of(selected)
        if step is not None:
            steps.setdefault(id(step), step)
    return tuple(steps.values())


def _common_step(arrivals: Sequence[Lineage], activity: str) -> Lineage | None:
    first = arrivals[0].step_of(activity)
    return first if all(arrival.step_of(activity) is first for arrival in arrivals) else None
