"""Where a run is cut: the moments of a run, counted over all lives of its servers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Moment(StrEnum):
    """When a process may get its `kill -9`.

    Before a commit, everything of the transaction is written and only COMMIT is missing; after it, the process knows
    nothing else yet. Calls of the target are held while the process dies: with the effect still to come, or done.
    """

    BEFORE_COMMIT = "before commit"
    AFTER_COMMIT = "after commit"
    BEFORE_EFFECT = "in call, before effect"
    AFTER_EFFECT = "in call, after effect"


COMMITS = (Moment.BEFORE_COMMIT, Moment.AFTER_COMMIT)
CALLS = (Moment.BEFORE_EFFECT, Moment.AFTER_EFFECT)


@dataclass(frozen=True, slots=True)
class Cut:
    """The process that comes to this moment as the `number`-th of its kind in the run, from 1, is killed there."""

    moment: Moment
    number: int

    def __str__(self) -> str:
        return f"{self.moment} {self.number}"
