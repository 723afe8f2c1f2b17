"""When a junction fires and what goes on from it (spec 3.8, durability.md 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from orchestrion.engine.lineage import Lineage
from orchestrion.engine.looping import flattened
from orchestrion.model.condition import Status
from orchestrion.model.runbook import Flatten


@dataclass(frozen=True, slots=True)
class JunctionRule:
    """How one junction is set up (spec 3.8).

    `selected` are the activities whose data goes on; none of them means: one run without data of the branches. With
    `merges` one run goes on with the data of all branches. `needed` is how many branches let it fire, 0 for all that
    can still deliver. After `timeout_seconds` from the first arrival it fires with what there is; 0 waits for ever.
    `last_common` is the last activity that all ways to it pass.
    """

    selected: tuple[str, ...] = ()
    last_common: str = ""
    needed: int = 0
    timeout_seconds: float = 0
    merges: bool = False

    def shortage(self, delivered: int, *, early: bool) -> str:
        """Why a junction that fires now does so with less than it was to wait for; empty when it has all."""
        if self.needed:
            return "" if delivered >= self.needed else f"Only {delivered} of {self.needed} branches arrived."
        return f"It waited {self.timeout_seconds:g} seconds and went on without the others." if early else ""


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

    def arrive(self, junction: str, source: str, lineages: Sequence[Lineage]) -> int:
        """Records of the activity `source` reached the junction; they wait there until it fires.

        Gives how many branches have delivered by now, or 0 when it has fired before: what comes late goes nowhere.
        """
        waiting = self._waiting[junction]
        if waiting.fired:
            return 0
        waiting.arrivals.extend(lineages)
        waiting.sources.append(source)
        return len(set(waiting.sources))

    def fire_early(self, junction: str) -> bool:
        """Lets a junction fire although something can still reach it; False when it has fired before.

        The caller makes its batch and then calls `done`.
        """
        waiting = self._waiting[junction]
        fires = not waiting.fired
        waiting.fired = True
        return fires

    def delivered(self, junction: str) -> int:
        """How many branches have delivered."""
        return len(set(self._waiting[junction].sources))

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

    def state(self) -> list[tuple[str, int, tuple[Lineage, ...], tuple[str, ...], bool]]:
        """Per junction: how much can still reach it, what has arrived and from where, and whether it has fired."""
        return [
            (junction, each.live, tuple(each.arrivals), tuple(each.sources), each.fired)
            for junction, each in self._waiting.items()
        ]

    def restore(
        self, junction: str, live: int, arrivals: Sequence[Lineage], *, sources: Sequence[str], fired: bool
    ) -> None:
        """Puts one junction into a state that `state` gave."""
        self._waiting[junction] = _Waiting(live, list(arrivals), list(sources), fired)

    def waiting(self) -> list[tuple[str, tuple[str, ...]]]:
        """The junctions that something has reached or can still reach and that have not fired, with who delivered."""
        return [
            (junction, tuple(each.sources)) for junction, each in self._waiting.items() if each.live and not each.fired
        ]


def republished(arrivals: Sequence[Lineage], rule: JunctionRule) -> tuple[Lineage | None, ...]:
    """What goes on from a junction, one entry per run of the next activity.

    With selected activities: their records, each once, with their own history (OQ-16). With none: one run, whose
    history ends at the last activity common to all branches, if they share one record of it (OQ-17).
    """
    if rule.merges:
        return (_merged(arrivals, rule.last_common),)
    if not rule.selected:
        return (_common_step(arrivals, rule.last_common),)
    steps: dict[int, Lineage] = {}
    for arrival in arrivals:
        for selected in rule.selected:
            step = next((each for each in arrival.steps() if each.activity == selected and not each.carried), None)
            if step is not None:
                steps.setdefault(step.identity, step)
    return tuple(steps.values())


def _common_step(arrivals: Sequence[Lineage], activity: str) -> Lineage | None:
    found = [arrival.step_of(activity) for arrival in arrivals]
    first = found[0]
    return first if first and all(each and each.identity == first.identity for each in found) else None


def _merged(arrivals: Sequence[Lineage], last_common: str) -> Lineage | None:
    """One path through everything that arrived; an activity with several records is flattened to one.

    What a While brought along from the round before counts only where this round has nothing of that activity.
    """
    common = _common_step(arrivals, last_common)
    steps: dict[str, dict[int, Lineage]] = {}
    for arrival in arrivals:
        for step in _steps_behind(arrival, common):
            steps.setdefault(step.activity, {})[step.identity] = step
    path = common
    for each in steps.values():
        of_this_round = tuple(step for step in each.values() if not step.carried)
        path = _one_step(of_this_round or tuple(each.values()), path)
    return path


def _steps_behind(arrival: Lineage, common: Lineage | None) -> list[Lineage]:
    """The newest step of each activity behind `common`, oldest first."""
    found: dict[str, Lineage] = {}
    for step in arrival.steps():
        if common is not None and step.identity == common.identity:
            break
        found.setdefault(step.activity, step)
    return list(reversed(found.values()))


def _one_step(steps: Sequence[Lineage], parent: Lineage | None) -> Lineage:
    if len(steps) == 1:
        return steps[0].on(parent)
    worst = next((status for status in _WORST_FIRST if any(step.status is status for step in steps)), Status.SUCCESS)
    record = flattened(Flatten(), [step.record for step in steps])
    return Lineage(steps[0].activity, record, worst, parent)


_WORST_FIRST = (Status.FAILED, Status.WARNING)
