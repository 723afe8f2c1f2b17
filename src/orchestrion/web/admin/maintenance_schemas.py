"""Bodies of the maintenance routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, JsonValue, StringConstraints

from orchestrion.model.maintenance import DutyName
from orchestrion.model.retention import MOST_DAYS, MOST_RUNS
from orchestrion.ports.maintenance import Code
from orchestrion.web.schemas import Answer, Id, Order

Days = Annotated[int, Field(ge=0, le=MOST_DAYS)]
Count = Annotated[int, Field(ge=0, le=MOST_RUNS)]
Class = Literal["success", "warning", "failed", "canceled"]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Duty(Answer):
    """Something that the installation does for itself."""

    name: DutyName
    title: str
    """What it does, in a sentence."""
    is_stopped: bool
    is_running: bool
    due_at: datetime
    """When it runs next, unless it is stopped."""
    started_at: datetime | None
    """When its last run began."""
    ended_at: datetime | None
    seconds: float | None
    """How long the last run took, once it has ended."""
    server: str | None
    """The process that ran it last."""
    figures: dict[str, JsonValue] | None
    """What the last run did that came to its end."""
    error: str | None
    """Why the last run failed."""
    last_error: str | None
    """The last error there was, also when it has run well since."""
    failed_at: datetime | None
    is_wanted: bool
    """Somebody has asked for a run that has not ended."""


class Duties(Answer):
    """Every duty, and which process does them now."""

    leader: str | None
    duties: list[Duty]


class DutyOrder(Order):
    """How a duty is to run."""

    even_if_stopped: bool = False


class PurgeOrder(Order):
    """What to purge now."""

    runbook_id: Id | None = None
    """One runbook; all of them when left out."""
    everything: bool = False
    """Not by the rules: whatever has ended and is not kept. Only of one runbook."""


class PurgePreview(Answer):
    """What a purge would delete now."""

    instances: dict[str, int]
    """By class."""
    executions: int
    jobs: int
    """Without instances, such as those stopped before they began."""
    is_complete: bool
    """False when there was more than could be looked at."""


class RetentionRule(Order):
    """Kept is what ended within so many days, and the newest so many; with neither, everything."""

    days: Days | None = None
    count: Count | None = None
    """Of each runbook and class; of events altogether."""


class RetentionRules(Order):
    """Rules by class of runs."""

    success: RetentionRule | None = None
    warning: RetentionRule | None = None
    failed: RetentionRule | None = None
    canceled: RetentionRule | None = None


class FolderRetention(Answer):
    """What is kept of the runs of a folder's runbooks."""

    folder_id: str
    path: str
    own: RetentionRules
    """What the folder itself says; null where it follows its parent."""
    effective: RetentionRules
    """What counts."""


class PurgeSettings(Order):
    """What holds for the whole installation."""

    at: TimeOfDay = "01:00"
    """When the daily purge starts, by the local clock of the server that does it."""
    executions: Annotated[int, Field(ge=1, le=MOST_RUNS)] | None = 100_000_000
    """More finished activities than these are not kept: the oldest runs go. Null: any number."""
    events: RetentionRule = RetentionRule(days=90, count=10_000)
    archive: Annotated[str, StringConstraints(max_length=1000)] = ""
    """A folder that runs are written to before they are deleted; empty: they are not."""


class Retention(Answer):
    """Everything that says what is kept."""

    settings: PurgeSettings
    folders: list[FolderRetention]


class KeepOrder(Order):
    """Whether every purge leaves the job alone."""

    kept: bool


class Violation(Answer):
    """Something that has not ended and that nothing would move on."""

    code: Code
    words: str
    runbook_id: str
    runbook_path: str
    job_id: str | None
    instance_id: str | None


class OutcomeCounts(Answer):
    """How runs went in some time. Durations are in seconds, null without any run."""

    succeeded: int
    warning: int
    failed: int
    canceled: int
    p50_seconds: float | None
    p95_seconds: float | None


class JobCounts(OutcomeCounts):
    """As of instances, and how many were created."""

    created: int


class PeriodFigures(Answer):
    """The figures of the last hour, day or week."""

    jobs: JobCounts
    instances: OutcomeCounts


class RunFigures(Answer):
    """Of a runbook, or of all below a folder."""

    id: str
    path: str
    queued_jobs: int
    """They wait for their turn or for a server."""
    open_jobs: int
    open_instances: int
    """In progress, waiting or held."""
    hour: PeriodFigures
    day: PeriodFigures
    week: PeriodFigures


class Statistics(Answer):
    """Figures by folder and by runbook, as they were counted last."""

    counted_at: datetime | None
    folders: list[RunFigures]
    runbooks: list[RunFigures]
