"""Bodies of the operations routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, JsonValue, StringConstraints

from orchestrion.model.assignment import HIGHEST_PRIORITY, LOWEST_PRIORITY
from orchestrion.model.condition import Status
from orchestrion.model.job import JobStatus, StopLevel
from orchestrion.model.resources import EventType
from orchestrion.model.runbook import EffectClass
from orchestrion.model.start_reason import StartCode
from orchestrion.web.schemas import Answer, DocumentBody, ItemRecord, ItemValue, Name, Order, UserRef

Comment = Annotated[str, StringConstraints(max_length=2000)]


class StartOrder(Order):
    """A request to run a runbook."""

    parameters: Annotated[dict[str, ItemValue], Field(max_length=1000, default_factory=dict)]
    """Values by parameter name."""
    servers: Annotated[list[Name], Field(max_length=100, default_factory=list)]
    """Names of the runbook servers that may run it, or tags as `tag:zone=dmz`; empty means those of the runbook."""
    priority: Annotated[int, Field(ge=LOWEST_PRIORITY, le=HIGHEST_PRIORITY)] | None = None
    """Higher ones come first, between the jobs of all runbooks; null means that of the runbook."""
    idempotency_key: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    """A second start with the same key starts nothing and gives the first job."""
    test_draft: Literal[False] = False
    """Running a draft is not offered yet."""


class StartByPathOrder(StartOrder):
    """A request to run the runbook at a path."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class StoppedJobs(Answer):
    """How many jobs were asked to stop."""

    stopped: int


class ParentRef(Answer):
    """The instance whose Invoke Runbook activity started the job."""

    job_id: str
    instance_id: str


class Stop(Answer):
    """How far a stop has come; the job's own end is its end."""

    level: StopLevel
    requested_at: datetime
    acknowledged_at: datetime | None
    """When a runbook server began to stop what runs."""


class Job(Answer):
    """A request to run one version of a runbook."""

    id: str
    runbook_id: str
    runbook_name: str
    runbook_path: str
    version: int
    status: JobStatus
    is_monitor: bool
    parameters: dict[str, ItemValue]
    created_by: UserRef
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    server: str | None
    instance_count: int
    latest_instance_id: str | None
    returned_data: list[ItemRecord]
    error: str | None
    reason: str | None
    """Why it does not start, or is held, in words."""
    reason_code: StartCode | None
    """The same for programs; null once it has started."""
    priority: int
    """Higher ones come first, between the jobs of all runbooks."""
    parent: ParentRef | None
    parent_job_id: str | None
    """Of the runbook that invoked this one."""
    parent_instance_id: str | None
    """The instance whose Invoke Runbook activity started it."""
    depth: int
    """How many runbooks invoked each other to get here."""
    stop: Stop | None
    """Once somebody has asked for its end."""
    rerun_of: str | None
    """The ended instance that it runs again."""
    is_test: bool
    """Whether it tests a draft, or was invoked by a dry run."""
    is_dry_run: bool
    """Whether it changes nothing outside."""
    kept: bool = False
    """No purge takes it."""


class JobPage(Answer):
    """One page of jobs, newest first."""

    items: list[Job]
    next_cursor: str | None


class StopOrder(Order):
    """How to stop."""

    level: StopLevel = StopLevel.NOW
    """Whether running activities may end by themselves, or are ended now; a second order may ask for more."""


class Instance(Answer):
    """One run of a job's runbook."""

    id: str
    job_id: str
    runbook_id: str
    runbook_name: str
    runbook_path: str
    version: int
    status: JobStatus
    server: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    returned_data: list[ItemRecord]
    error: str | None
    reason: str | None
    """Why it waits, in words."""
    reason_code: StartCode | None
    """The same for programs, while it waits for a server."""
    trigger: ItemRecord | None
    """What the monitor published, for instances of monitors."""
    number: int
    """Counts from 1 within the job."""


class InstancePage(Answer):
    """One page of instances, newest first."""

    items: list[Instance]
    next_cursor: str | None


class ActivityState(Answer):
    """How one activity stands in an instance, over all its executions."""

    status: Status
    executions: int
    """Executions that ended."""
    failed: int
    running: int
    last_started_at: datetime | None
    last_duration_seconds: float | None


class InstanceDetail(Instance):
    """An instance with the document it runs and the state of its activities."""

    document: DocumentBody
    activities: dict[str, ActivityState]
    """By activity id; activities that have not started are left out."""
    previous_id: str | None
    """The instance of the same runbook before this one."""
    next_id: str | None
    latest_id: str | None


class Origin(Answer):
    """Where the result of an execution comes from that did not simply run."""

    reused_from: str | None
    """The activity instance, of the instance that is run again, whose result was taken over."""
    given: bool
    """Whether a person gave the result instead."""
    dry_run: Literal["real", "simulated", "guessed"] | None
    """In a dry run: it ran because it only looks, it said what it would do, or its result is guessed."""


class ActivityInstance(Answer):
    """One execution of an activity for one record."""

    id: str
    sequence: int
    """Its place in the instance's journal."""
    activity_id: str
    activity_name: str
    type: str
    status: Status
    started_at: datetime
    ended_at: datetime | None
    duration_seconds: float | None
    error: str | None
    attempt: int
    """Of the loop, from 1."""
    retry: int
    """Of the retry policy, from 0."""
    record: int
    """Which record of its batch it ran for, from 0."""
    effect: EffectClass
    record_count: int
    """Records it published."""
    origin: Origin | None
    """Null where it ran as usual."""


class ActivityInstancePage(Answer):
    """One page of activity instances, in the order they ended; the first page closes with those that are open."""

    items: list[ActivityInstance]
    next_cursor: str | None


class ActivityInstanceDetail(ActivityInstance):
    """An execution with all its data."""

    inputs: dict[str, JsonValue]
    """As bound; secrets are masked."""
    records: list[ItemRecord]
    """The published data."""
    common: ItemRecord
    """The common published data."""
    evidence: dict[str, JsonValue] | None
    """What was collected before the effect, for the probe after a crash."""


class AnswerOrder(Order):
    """A person's answer to an execution in doubt."""

    answer: Literal["succeeded", "repeat", "fail"]
    records: Annotated[list[ItemRecord], Field(max_length=10_000, default_factory=list)]
    """With `succeeded`: what the activity published."""
    comment: Comment = ""


class Doubt(ActivityInstance):
    """An execution whose outcome a crash hid: it waits for an answer."""

    instance_id: str
    job_id: str
    runbook_name: str
    reason: str
    """Why it is in doubt."""
    inputs: dict[str, JsonValue]
    evidence: dict[str, JsonValue] | None


class Event(Answer):
    """A platform event."""

    id: str
    at: datetime
    type: EventType
    summary: str
    details: str
    source: str
    job_id: str | None
    instance_id: str | None
    runbook_name: str | None


class EventPage(Answer):
    """One page of events, newest first."""

    items: list[Event]
    next_cursor: str | None
