"""What happened: everything the engine learns. Each carries `at`, stamped once by the executor and journaled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

from orchestrion.model.condition import Status
from orchestrion.model.values import Record, Value


class ExecutionKey(NamedTuple):
    """Which execution: batch, ordinal of the record in it, group path, loop attempt, retry (durability.md 1).

    Batches are numbered from 1 in the order the engine made them, ordinals from 0, attempts from 1, retries from 0. The
    group path names the round of a For Each or While (its batch, ordinal and round, `4-0-2`) and, behind an `@`, which
    member of a computer group; it is empty where there is neither.
    """

    batch: int
    ordinal: int
    group: str
    attempt: int
    retry: int

    @property
    def member(self) -> int:
        """Which member of a computer group, from 0; 0 also where there is none."""
        _, _, number = self.group.partition("@") if self.group else ("", "", "")
        return int(number or 0)

    def __str__(self) -> str:
        """The stored form, e.g. `3.0..1.0`."""
        return "%d.%d.%s.%d.%d" % self  # noqa: UP031 - made several times for each execution, and twice as fast


def parse_key(text: str) -> ExecutionKey:
    """The key that `str(key)` gave; raises ValueError for other texts."""
    batch, ordinal, group, attempt, retry = text.split(".")
    return ExecutionKey(int(batch), int(ordinal), group, int(attempt), int(retry))


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What an instance knows about itself, for the common published data (spec 4.2)."""

    runbook_id: str = ""
    runbook_path: str = ""
    job_id: str = ""
    instance_id: str = ""
    starter: str = ""


@dataclass(frozen=True, slots=True)
class InstanceStarted:
    """The instance begins. `variables` are the frozen values by path; `trigger` is what a monitor published."""

    at: datetime
    parameters: Mapping[str, Value] = field(default_factory=dict)
    variables: Mapping[str, Value] = field(default_factory=dict)
    trigger: Record | None = None
    facts: RunFacts = RunFacts()


@dataclass(frozen=True, slots=True)
class ActivityEnded:
    """One execution ended with `records` (at least one, in the order published)."""

    at: datetime
    key: ExecutionKey
    status: Status
    records: tuple[Record, ...] = ({},)
    error: str = ""
    started: datetime | None = None
    server: str = ""
    process_id: int = 0
    offset: timedelta = timedelta()  # of the server's local time from UTC


@dataclass(frozen=True, slots=True)
class GroupExpanded:
    """The members of the computer group that ExpandGroup with this `key` asked for, in order; none when it is empty."""

    at: datetime
    key: ExecutionKey
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DelayElapsed:
    """The wait that StartDelay with this `timer` asked for is over."""

    at: datetime
    timer: str


@dataclass(frozen=True, slots=True)
class StopRequested:
    """Nothing more is started; what runs is ended by the executor and answers as CANCELED or as it ended."""

    at: datetime


Signal: TypeAlias = InstanceStarted | ActivityEnded | GroupExpanded | DelayElapsed | StopRequested
