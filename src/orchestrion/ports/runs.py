"""Jobs, instances and executions as stored: records, and the store that services read and write them by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from orchestrion.model.condition import Status
from orchestrion.model.job import InstanceState, JobStatus, StopLevel
from orchestrion.model.runbook import EffectClass
from orchestrion.model.values import Json, Record, Value


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A request to run one version of a runbook."""

    id: str
    runbook_id: str
    runbook_name: str
    runbook_path: str
    version: int
    status: JobStatus
    is_monitor: bool
    parameters: Mapping[str, Value]
    servers: tuple[str, ...]
    created_by_id: str
    created_by_name: str
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    server: str | None = None
    instance_count: int = 0
    latest_instance_id: str | None = None
    returned: tuple[Record, ...] = ()
    error: str | None = None
    reason: str | None = None
    idempotency_key: str | None = None
    parent_job_id: str | None = None
    parent_instance_id: str | None = None
    parent_key: str | None = None  # which execution of the parent instance invoked it
    predecessor_id: str | None = None  # the monitor job whose cursor this one goes on from (durability.md 9)
    depth: int = 0  # how many runbooks invoked each other to get here
    rerun: Mapping[str, Json] | None = None  # which ended instance it repeats, and from where
    stop_level: StopLevel | None = None  # once somebody has asked for its end
    stop_requested_at: datetime | None = None
    stop_acknowledged_at: datetime | None = None  # when a server began to stop it
    test: Mapping[str, Json] | None = None  # the document under test and how it is to run; ordinary jobs have none
    is_kept: bool = False  # no purge takes it
    trace_context: str | None = None  # the W3C traceparent of whoever asked for it (model/trace.py)
    priority: int = 0  # higher first, between the jobs of all runbooks
    reason_code: str | None = None  # model.start_reason.StartCode, where somebody has looked


@dataclass(frozen=True, slots=True)
class InstanceRecord:
    """One run of a job's runbook; `number` counts from 1 within its job."""

    id: str
    job_id: str
    runbook_id: str
    runbook_name: str
    runbook_path: str
    version: int
    number: int
    state: InstanceState
    status: JobStatus
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    server: str | None = None
    trigger: Record | None = None
    returned: tuple[Record, ...] = ()
    error: str | None = None
    reason: str | None = None
    reason_code: str | None = None  # as of its job


@dataclass(frozen=True, slots=True)
class ExecutionRecord:
    """One execution of an activity, exactly as journaled; `key` is the stored execution key.

    One that is open (RUNNING or IN_DOUBT) says what its intent says; its `ended_at` means nothing.
    """

    id: str
    instance_id: str
    sequence: int
    activity_id: str
    key: str
    attempt: int
    retry: int
    status: Status
    started_at: datetime
    ended_at: datetime
    effect: EffectClass
    pack_version: str
    server: str
    process_id: int
    error: str
    inputs: Mapping[str, Json] = field(default_factory=dict)
    records: tuple[Record, ...] = ()
    evidence: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True)
class DoubtRecord:
    """An execution whose outcome a crash hid: it waits for a person's answer."""

    execution_id: str
    instance_id: str
    job_id: str
    runbook_name: str
    activity_id: str
    key: str
    effect: EffectClass
    since: datetime
    reason: str
    inputs: Mapping[str, Json] = field(default_factory=dict)
    evidence: Mapping[str, Json] | None = None
    answer: str | None = None
    answered_by: str | None = None


@dataclass(frozen=True, slots=True)
class LateOutcome:
    """How an execution ended whose server no longer owned the instance; `key` is the execution's key in it."""

    execution_id: str
    instance_id: str
    key: str
    status: Status
    records: tuple[Record, ...]
    error: str


@dataclass(frozen=True, slots=True)
class ActivitySummary:
    """How one activity stands in an instance, over all its executions."""

    activity_id: str
    executions: int
    failed: int
    warnings: int
    last_status: Status
    last_started_at: datetime
    last_ended_at: datetime


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which jobs or instances a list shows, newest first, older than the id `before`."""

    runbook_id: str | None = None
    job_id: str | None = None
    statuses: Sequence[JobStatus] = ()
    before: str | None = None
    limit: int = 50


class RunStore(Protocol):
    """Jobs and what became of them. Ids are uuid7, so an id is also a place in time."""

    def add_job(self, new: JobRecord, instance_limit: int = 1) -> JobRecord:
        """Stores a pending job and admits it if the runbook's limit allows (durability.md 7).

        `instance_limit` is how many instances a monitor's job runs at once. A job with a known idempotency key is not
        stored again: the known one is returned.
        """

    def job(self, job_id: str) -> JobRecord:
        """One job; raises NotFoundError."""

    def jobs(self, wanted: RunFilter) -> list[JobRecord]:
        """Jobs, newest first."""

    def active_counts(self, runbook_ids: Sequence[str]) -> dict[str, int]:
        """Mapping from runbook id to its number of jobs that have not ended; runbooks without any are left out."""

    def latest_jobs(self, runbook_ids: Sequence[str]) -> dict[str, JobRecord]:
        """Mapping from runbook id to its newest job."""

    def instance(self, instance_id: str) -> InstanceRecord:
        """One instance; raises NotFoundError."""

    def instances(self, wanted: RunFilter) -> list[InstanceRecord]:
        """Instances, newest first."""

    def neighbours(self, found: InstanceRecord) -> tuple[str | None, str | None, str | None]:
        """The ids of the previous, next and latest instance of the same runbook."""

    def executions(
        self, instance_id: str, activity_id: str | None = None, after: int = 0, limit: int = 200
    ) -> list[ExecutionRecord]:
        """Executions in the order they ended, with sequence above `after`."""

    def execution(self, execution_id: str) -> ExecutionRecord:
        """One execution with all its data, ended or open; raises NotFoundError."""

    def open_executions(self, instance_id: str) -> list[ExecutionRecord]:
        """Executions whose intent is journaled and whose outcome is not, in the order they began; none once it ended.

        Their status is RUNNING, or IN_DOUBT where a person is asked. What may simply be run again has no intent.
        """

    def summaries(self, instance_id: str) -> list[ActivitySummary]:
        """One entry per activity that has ended at least once."""

    def doubts(self, execution_id: str | None = None) -> list[DoubtRecord]:
        """Executions in doubt that nobody has answered, oldest first; or the one asked for, answered or not."""

    def answer_doubt(self, execution_id: str, answer: str, by: str, records: Sequence[Record], now: datetime) -> bool:
        """Stores the answer and wakes the instance; False when somebody answered before (the first answer wins)."""

    def post_late(self, late: LateOutcome, now: datetime) -> None:
        """Answers the doubt about an execution by its own outcome; nothing when the instance has ended meanwhile."""

    def release_held(self, job_id: str) -> int:
        """Makes the job's held instances ready, as if none had been taken over before; gives their number.

        Instances with an unanswered doubt stay held: only an answer helps them.
        """

    def post_control(self, instance_id: str, payload: Mapping[str, Json], now: datetime) -> None:
        """Tells a running instance what a person wants of it (runbookserver/gate.py); wakes it where it is parked."""

    def hold_unowned(self, instance_id: str, reason: str) -> None:
        """Holds an instance that waits for a server or for something to come; one that runs holds itself."""

    def release(self, instance_id: str) -> None:
        """Makes a held instance ready; others stay as they are."""

    def children(self, instance_id: str) -> list[JobRecord]:
        """The jobs of the runbooks that an instance invoked, oldest first."""

    def request_stop(self, job_id: str, now: datetime, level: StopLevel = StopLevel.NOW) -> JobRecord:
        """Stops a job: one that has not started ends as canceled, others find the stop in the inbox."""
