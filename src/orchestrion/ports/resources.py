"""Counters, computer groups and schedules: their stores."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from orchestrion.model.computer_groups import ComputerGroup
from orchestrion.model.counters import Counter
from orchestrion.model.schedules import Schedule


class CounterStore(Protocol):
    """Counters by path, whatever its case.

    Each change of a value is one statement, so that changes at the same time lose nothing. One beyond the counter's
    bounds raises InvalidError that names both, and changes nothing; an unknown path raises NotFoundError.
    """

    def all(self) -> list[Counter]:
        """Every counter by path."""

    def values(self) -> dict[str, float]:
        """Mapping from path to value of every counter."""

    def get(self, counter_id: str) -> Counter:
        """One counter; raises NotFoundError."""

    def by_path(self, path: str) -> Counter:
        """The counter at this path."""

    def save(self, counter: Counter, now: datetime) -> None:
        """Adds it, or replaces everything but the value by id.

        Raises ConflictError when another has the path, InvalidError when the present value is beyond the new bounds.
        """

    def remove(self, counter_id: str) -> None:
        """Deletes it; raises NotFoundError."""

    def add(self, path: str, amount: float, now: datetime) -> float:
        """Changes the value by `amount`, which may be negative; gives the new one."""

    def put(self, path: str, value: float, now: datetime) -> float:
        """Sets the value and gives it."""

    def reset(self, path: str, now: datetime) -> float:
        """Sets the value to the default and gives it."""

    def compare_and_set(self, path: str, expected: float, value: float, now: datetime) -> bool:
        """Sets the value where it is `expected`; says whether it was."""


class ComputerGroupStore(Protocol):
    """Computer groups by path, whatever its case."""

    def all(self) -> list[ComputerGroup]:
        """Every group by path."""

    def get(self, group_id: str) -> ComputerGroup:
        """One group; raises NotFoundError."""

    def save(self, group: ComputerGroup, now: datetime) -> None:
        """Adds or replaces by id; raises ConflictError when another has the path."""

    def remove(self, group_id: str) -> None:
        """Deletes it; raises NotFoundError."""

    def members(self, path: str) -> tuple[str, ...]:
        """The computers of the group and of those in it, in order and none twice.

        Raises NotFoundError for a path that does not exist, InvalidError as `model.computer_groups.expanded`.
        """


class ScheduleStore(Protocol):
    """Schedules by path, whatever its case."""

    def all(self) -> list[Schedule]:
        """Every schedule by path."""

    def get(self, schedule_id: str) -> Schedule:
        """One schedule; raises NotFoundError."""

    def by_path(self, path: str) -> Schedule:
        """The schedule at this path; raises NotFoundError."""

    def save(self, schedule: Schedule, now: datetime) -> None:
        """Adds or replaces by id; raises ConflictError when another has the path."""

    def remove(self, schedule_id: str) -> None:
        """Deletes it; raises NotFoundError."""

    def runbooks_that_name(self, path: str) -> list[str]:
        """The paths of the runbooks that name it, in their settings or in an activity Check Schedule.

        The newest version of a runbook counts, and so does every draft. A path that a template computes is not found.
        """
