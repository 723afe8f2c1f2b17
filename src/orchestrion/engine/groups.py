"""For Each and While: a body of activities that runs in rounds, each round a scope of its own (spec 3.9 [R])."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from orchestrion.engine.batch import Scope
from orchestrion.engine.commands import StartActivity
from orchestrion.engine.lineage import Lineage
from orchestrion.engine.plan import PlannedActivity
from orchestrion.model.runbook import FOR_EACH
from orchestrion.model.values import Record

ITEM, NUMBER, ITEMS, FAILED_ITEMS = "Item", "Number", "Number of items", "Failed items"
ROUND, ROUNDS, GOES_ON = "Round", "Number of rounds", "Goes on"


@dataclass(slots=True)
class GroupRun:
    """One execution of a group for one record: its rounds, and what the activity whose data it returns gave in each.

    `entries` begin the rounds: one per item of a For Each, or the single one of a While's present round.
    """

    planned: PlannedActivity
    command: StartActivity
    entries: tuple[Lineage, ...]
    started: int = 0
    ended: int = 0
    failed: int = 0
    error: str = ""
    collected: dict[int, tuple[Lineage, ...]] = field(default_factory=dict)

    @property
    def next_number(self) -> int:
        """What tells the next round from all others of this execution."""
        return self.started if self.planned.activity.type == FOR_EACH else self.command.key.attempt

    @property
    def closes(self) -> bool:
        """Whether the group is through, once `is_over`: a While asks its condition again unless a round failed."""
        return self.planned.activity.type == FOR_EACH or self.failed > 0

    @property
    def is_over(self) -> bool:
        """Whether every round that was to be has ended."""
        return self.ended == len(self.entries)

    @property
    def may_start(self) -> bool:
        """Whether another round may begin now."""
        at_once = self.planned.activity.behaviour.parallel
        return self.started < len(self.entries) and self.started - self.ended < at_once

    def take(self, scope: Scope) -> None:
        """Notes a round that has ended."""
        self.ended += 1
        self.collected[scope.round] = tuple(scope.collected)
        if scope.problem is not None:
            self.failed += 1
            self.error = self.error or scope.error

    def summary(self) -> Record:
        """What the group publishes in the end."""
        if self.planned.activity.type == FOR_EACH:
            return {ITEMS: len(self.entries), FAILED_ITEMS: self.failed}
        return {ROUNDS: self.command.key.attempt - 1 + self.ended}

    def problem(self) -> str:
        """What went wrong in the body, in words; empty when nothing did."""
        if not self.failed:
            return ""
        if self.planned.activity.type == FOR_EACH:
            return f"{self.failed} of {len(self.entries)} items failed; the first: {self.error}"
        return f"Round {self.command.key.attempt} failed: {self.error}"

    def returned(self) -> tuple[Lineage, ...]:
        """What the activity whose data the group returns gave, in the order of the rounds."""
        return tuple(each for number in sorted(self.collected) for each in self.collected[number])


def has_rounds(records: Sequence[Record]) -> bool:
    """Whether the list of a For Each has items, or the condition of a While holds."""
    return NUMBER in records[0] or bool(records[0].get(GOES_ON))


def again_on(arrival: Lineage | None, returned: Sequence[Lineage]) -> Lineage | None:
    """The path on which the next condition of a While is asked: the last round's data, put on the way into the group.

    It does not grow from round to round.
    """
    if not returned:
        return arrival
    return returned[-1].on(arrival, carried=True)
