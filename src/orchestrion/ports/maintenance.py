"""What keeps an installation in order: the invariant of what is stored, and its repair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeAlias

from orchestrion.model.errors import OrchestrionError
from orchestrion.model.values import Json


class Code(StrEnum):
    """How stored runs can break the invariant of durability.md 2, or the rules of admission (7)."""

    OWNER_GONE = "owner-gone"
    NO_WAKE_UP = "no-wake-up"
    UNSEEN_MESSAGE = "unseen-message"
    NO_REASON = "held-without-reason"
    UNKNOWN_STATE = "unknown-state"
    NOT_ADMITTED = "not-admitted"
    JOB_LOST = "job-lost"
    INSTANCE_LOST = "instance-lost"
    MONITOR_OWNER_GONE = "monitor-owner-gone"
    MONITOR_LOST = "monitor-lost"
    TRIGGER_NOT_ADMITTED = "trigger-not-admitted"


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that waits for nothing that could come; `words` says what is wrong with it.

    Exactly one of the ids is set but for instances, which have those of their job and runbook as well.
    """

    code: Code
    words: str
    runbook_id: str
    runbook_path: str
    job_id: str | None = None
    instance_id: str | None = None


@dataclass(frozen=True, slots=True)
class Repaired:
    """A violation, and what was done about it; empty where only a person can help."""

    violation: Violation
    action: str


class InvariantStore(Protocol):
    """Whether everything that has not ended is owned by a live server, waits for something named, or is held."""

    def violations(self) -> list[Violation]:
        """What breaks the invariant now; each kind is looked for in one statement, so runs going on hide nothing."""

    def repair(self, found: Sequence[Violation], now: datetime) -> list[Repaired]:
        """Sets right what can be set right of these, where it is still so; what only a person can mend has no action.

        Servers are never taken for dead here, that is the watchdog's (durability.md 4): what they own stays theirs.
        """


@dataclass(frozen=True, slots=True)
class DutyRecord:
    """A duty as it stands. `started_at` without `ended_at`: it runs, or its process died.

    `figures` is what the last run that came to its end did, `error` that of the last run, `last_error` the last there
    was, `wanted` a run that somebody asked for and that has not ended.
    """

    name: str
    due_at: datetime
    is_stopped: bool = False
    started_at: datetime | None = None
    ended_at: datetime | None = None
    server: str | None = None
    figures: Mapping[str, Json] | None = None
    error: str | None = None
    failed_at: datetime | None = None
    last_error: str | None = None
    wanted: Mapping[str, Json] | None = None


class DutyStore(Protocol):
    """Maintenance duties by name."""

    def all(self) -> list[DutyRecord]:
        """Every duty by name."""

    def get(self, name: str) -> DutyRecord:
        """One duty; raises NotFoundError."""

    def ensure(self, name: str, due_at: datetime) -> None:
        """Adds a duty that is not known yet."""

    def begin(self, name: str, server: str, now: datetime) -> None:
        """It runs now. What is wanted stays so until it has ended: a process may die before."""

    def end(self, begun: DutyRecord, now: datetime, due_at: datetime, figures: Mapping[str, Json]) -> None:
        """What began as this record says has done its work; what was wanted since then still is."""

    def fail(self, begun: DutyRecord, now: datetime, due_at: datetime, error: str) -> None:
        """What began as this record says could not do its work."""

    def set_stopped(self, name: str, *, is_stopped: bool) -> None:
        """Stops a duty, or lets it go on; either may be done twice. What was wanted before is wanted no longer."""

    def set_due(self, name: str, due_at: datetime) -> None:
        """When it runs next."""

    def want(self, name: str, wanted: Mapping[str, Json]) -> None:
        """Asks for a run soon; a run that was asked for before and has not begun is replaced.

        No two requests may be equal: one that comes while another runs is a run of its own.
        """


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that has ended and that nothing keeps but its rule; `rows` is about how many journal entries it has.

    It is an instance, or a job that has none.
    """

    id: str
    runbook_id: str
    outcome: str
    ended_at: datetime
    rows: int = 0


Place: TypeAlias = tuple[datetime, str]  # when something ended, and its id


@dataclass(frozen=True, slots=True)
class Page:
    """Which candidates are asked for: behind a place, ended before a moment, of one runbook or of all."""

    ended_before: datetime
    after: Place | None = None
    runbook_id: str | None = None
    limit: int = 500


@dataclass(frozen=True, slots=True)
class Candidates:
    """One page; `end` is where the next one begins, None at the end. A page may be empty and not the last."""

    candidates: Sequence[Candidate]
    end: Place | None


@dataclass(frozen=True, slots=True)
class Removed:
    """How much was deleted."""

    instances: int = 0
    jobs: int = 0
    rows: int = 0  # executions and other journal entries

    def __add__(self, other: Removed) -> Removed:
        """Both together."""
        return Removed(self.instances + other.instances, self.jobs + other.jobs, self.rows + other.rows)


@dataclass(frozen=True, slots=True)
class FolderRules:
    """A folder and what it says about retention, as stored; None where it says nothing."""

    folder_id: str
    path: str
    rules: Json


class RetentionStore(Protocol):
    """What is kept, and deleting what is not.

    Nothing is ever a candidate, or deleted, that has not ended, that is kept by hand, that a runbook which goes on has
    invoked, or that a rerun which goes on takes results from.
    """

    def folders(self) -> list[FolderRules]:
        """Every folder by path, the top folder first."""

    def set_rules(self, folder_id: str, rules: Json) -> None:
        """What a folder says; None: nothing. Raises NotFoundError."""

    def folders_of_runbooks(self) -> dict[str, str]:
        """Mapping from runbook id to the path of its folder, also of deleted ones."""

    def newest(self, runbook_id: str, outcome: str, count: int) -> str | None:
        """The id of the oldest among the newest `count` ended instances of this outcome; None when there are fewer."""

    def newest_job(self, runbook_id: str, outcome: str, count: int) -> str | None:
        """As `newest`, of jobs."""

    def instances(self, page: Page) -> Candidates:
        """Ended instances, those that ended first at the front."""

    def empty_jobs(self, page: Page) -> Candidates:
        """Ended jobs that have no instance, or none any longer; those that ended first at the front."""

    def keep(self, job_id: str, *, is_kept: bool) -> None:
        """Keeps a job and its instances from every purge, or no longer; raises NotFoundError."""

    def trim(self, instance_ids: Sequence[str], limit: int) -> int:
        """Deletes at most about `limit` journal entries of these instances and gives their number; 0: none is left."""

    def remove(self, instance_ids: Sequence[str]) -> Removed:
        """Deletes the instances with what is left of them, and their jobs where these have ended and none is left."""

    def trim_job(self, job_id: str, limit: int) -> int:
        """Deletes at most so many triggers of an ended job that has no instance; gives their number."""

    def remove_jobs(self, job_ids: Sequence[str]) -> int:
        """Deletes ended jobs that have no instance; gives their number."""

    def dump(self, instance_ids: Sequence[str]) -> list[Mapping[str, Json]]:
        """Everything that is stored of ended instances and their jobs, as JSON; those that are gone are left out."""

    def remove_triggers(self, before: datetime, after: str | None, limit: int) -> tuple[int, str | None]:
        """Deletes triggers that were seen before a moment and whose instances are gone.

        Looks at no more than `limit` behind the id `after`; gives their number and where to go on, None at the end.
        """

    def remove_events(self, before: datetime, keep: int | None, limit: int) -> int:
        """Deletes at most so many events from before a moment, never one of the newest `keep`; gives their number."""

    def execution_count(self) -> int:
        """How many executions are stored; where that takes long to count, about how many."""


class ArchiveError(OrchestrionError):
    """What is to be deleted cannot be written to the archive; it is not deleted then."""

    code = "archive"


class Archive(Protocol):
    """Where runs are written to before they are deleted."""

    async def add(self, folder: str, lines: Sequence[bytes]) -> None:
        """Appends lines to the file of the day and returns when they are durable; raises ArchiveError."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Some minutes whose counts are taken anew: from `start` on, for `length`."""

    start: datetime
    length: timedelta

    @property
    def end(self) -> datetime:
        """The first moment behind it."""
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class Tally:
    """How many instances or jobs of a runbook had an outcome; `created` is one of a job.

    `durations` counts by class of `model.statistics.DURATIONS`.
    """

    runbook_id: str
    subject: str
    outcome: str
    durations: Mapping[int, int]

    @property
    def count(self) -> int:
        """All of them."""
        return sum(self.durations.values())


@dataclass(frozen=True, slots=True)
class Current:
    """What a runbook has under way: jobs that wait for their turn or a server, and instances that have not ended."""

    queued_jobs: int = 0
    open_jobs: int = 0
    open_instances: int = 0


class StatisticsStore(Protocol):
    """Counts of runs by runbook and by minutes, so that no figure needs a look through history."""

    def recount(self, slot: Slot) -> None:
        """Counts what ended and what was created within a slot, in place of what was counted for it before."""

    def merge(self, short: timedelta, long: Slot) -> None:
        """Replaces the counts of short slots within a long one by counts of the long one."""

    def forget(self, before: datetime) -> None:
        """Deletes the counts of what began before a moment."""

    def first(self, length: timedelta) -> datetime | None:
        """Where the oldest slot of this length with any count begins."""

    def oldest_job(self) -> datetime | None:
        """When the oldest job that is stored was created."""

    def tallies(self, since: datetime) -> list[Tally]:
        """The counts of all slots that begin at a moment or later."""

    def runbooks(self) -> dict[str, tuple[str, str]]:
        """Mapping from the id of every runbook, by path, to its path and that of its folder."""

    def current(self) -> dict[str, Current]:
        """Mapping from the ids of the runbooks that have anything under way."""


@dataclass(frozen=True, slots=True)
class Late:
    """A run that does not begin."""

    instance_id: str
    job_id: str
    runbook_id: str
    runbook_path: str


class WatchStore(Protocol):
    """Runs that somebody should hear of (spec 5.7)."""

    def not_begun(self, before: datetime, limit: int) -> list[Late]:
        """Instances that no server has ever taken up, ready since before a moment, in their turn."""
