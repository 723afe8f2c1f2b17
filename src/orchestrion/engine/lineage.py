"""The path of one record through the runbook: each activity it came through, with what that activity published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrion.model.condition import Status
from orchestrion.model.values import Record, Value


@dataclass(frozen=True, slots=True, eq=False)
class Lineage:
    """One step of the path; `parent` is the step before it. Shared between all records that came the same way.

    `record` keeps only the items that the plan says are read later; `items` of steps are found by identity.
    """

    activity: str
    record: Record
    status: Status
    parent: Lineage | None

    def steps(self) -> Iterator[Lineage]:
        """This step and all before it, newest first."""
        step: Lineage | None = self
        while step is not None:
            yield step
            step = step.parent

    def step_of(self, activity: str) -> Lineage | None:
        """The newest step through `activity`, or None when the path did not come through it."""
        return next((step for step in self.steps() if step.activity == activity), None)


def item_of(lineage: Lineage | None, activity: str, item: str) -> Value:
    """The value that belongs to this path's own history; nothing for an activity not on it (spec 4.3, vector 13)."""
    step = lineage.step_of(activity) if lineage else None
    return step.record.get(item) if step else None
