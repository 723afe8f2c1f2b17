"""The path of one record through the runbook: each activity it came through, with what that activity published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrion.model.condition import Status
from orchestrion.model.values import Record, Value


@dataclass(frozen=True, slots=True, eq=False)
class Lineage:
    """One step of the path; `parent` is the step before it. Shared between all records that came the same way.

    `record` keeps only the items that the plan says are read later. A step that a junction has put on another path
    knows its `origin`, the step that it says again; `carried` is one that a While brings along from the round before.
    """

    activity: str
    record: Record
    status: Status
    parent: Lineage | None
    origin: Lineage | None = None
    carried: bool = False

    @property
    def identity(self) -> int:
        """The same for all steps that stand for the same record of the same execution."""
        return id(self.origin or self)

    def on(self, parent: Lineage | None, *, carried: bool = False) -> Lineage:
        """This step on another path."""
        return Lineage(self.activity, self.record, self.status, parent, self.origin or self, carried)

    def steps(self) -> Iterator[Lineage]:
        """This step and all before it, newest first."""
        step: Lineage | None = self
        while step is not None:
            yield step
            step = step.parent

    def step_of(self, activity: str) -> Lineage | None:
        """The newest step through `activity`, or None when the path did not come through it."""
        step: Lineage | None = self
        while step is not None and step.activity != activity:
            step = step.parent
        return step


def item_of(lineage: Lineage | None, activity: str, item: str) -> Value:
    """The value that belongs to this path's own history; nothing for an activity not on it (spec 4.3, vector 13)."""
    step = lineage.step_of(activity) if lineage else None
    return step.record.get(item) if step else None
