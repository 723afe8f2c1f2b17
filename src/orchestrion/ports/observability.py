"""What runs tell about themselves while they go on: counts, spans, and the ids on their log lines.

Who calls what, and when, stands with each method. All are called on the event loop, never wait, never fail, and cost
about a microsecond with counting alone; `NO_TELEMETRY` costs nothing and counts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from orchestrion.model.runbook import Activity
from orchestrion.model.trace import TraceContext
from orchestrion.ports.journal import Claimed, Hold, InstanceEnd, Park
from orchestrion.ports.runs import ExecutionRecord


@dataclass(frozen=True, slots=True)
class RunIds:
    """Whose work the present task does; '' for what does not apply."""

    job: str
    instance: str = ""
    activity: str = ""
    execution: str = ""
    trace: str = ""


#: Set by whoever begins a task for a run: every log line of the task, of libraries too, then carries these ids.
RUN: ContextVar[RunIds | None] = ContextVar("run", default=None)


class Telemetry(Protocol):
    """Takes note of what a runbook server does. One for all runbook servers of a process."""

    def claimed(self, found: Sequence[Claimed], now: datetime) -> None:
        """After each claim that gave something: by the claimer, with what `JournalStore.claim` gave."""

    def committed(self, rows: int, seconds: float, queued: int) -> None:
        """After each transaction of the journal: by the journal writer.

        `rows` are the journal entries it held, `seconds` how long it took, `queued` the slices that wait for the next.
        """

    def activity_ended(self, run: Claimed, activity: Activity, ended: ExecutionRecord) -> None:
        """When the conductor is told of an ended execution: by whoever makes its journal row."""

    def instance_left(self, run: Claimed, outcome: InstanceEnd | Hold | Park) -> None:
        """When what became of an instance is durable: by the claimer, once for each claim that was not cut off."""

    def taken_over(self, servers: Sequence[str]) -> None:
        """When servers were found dead and their work is given to others: by the watchdog, with their names."""

    def database_away(self, seconds: float) -> None:
        """When the database is back: by the journal writer, with how long it could not write."""

    def triggers(self, stored: int, dropped: int) -> None:
        """When triggers of a monitor are stored, or dropped by flood control: by whoever stores them."""

    def place(self, run: Claimed, key: str) -> TraceContext | None:
        """Where an execution stands in its trace: what its outgoing requests carry, and its child jobs go on from.

        `key` is the stored execution key. None where nothing is traced and nobody's trace led here.
        """

    def ids(self, run: Claimed) -> RunIds:
        """What the log lines of a claimed instance carry: the claimer sets `RUN` to it where its task begins."""


class NoTelemetry:
    """Takes no note of anything."""

    def claimed(self, found: Sequence[Claimed], now: datetime) -> None:
        """See Telemetry."""

    def committed(self, rows: int, seconds: float, queued: int) -> None:
        """See Telemetry."""

    def activity_ended(self, run: Claimed, activity: Activity, ended: ExecutionRecord) -> None:
        """See Telemetry."""

    def instance_left(self, run: Claimed, outcome: InstanceEnd | Hold | Park) -> None:
        """See Telemetry."""

    def taken_over(self, servers: Sequence[str]) -> None:
        """See Telemetry."""

    def database_away(self, seconds: float) -> None:
        """See Telemetry."""

    def triggers(self, stored: int, dropped: int) -> None:
        """See Telemetry."""

    def place(self, run: Claimed, key: str) -> TraceContext | None:
        """See Telemetry."""

    def ids(self, run: Claimed) -> RunIds:
        """See Telemetry."""
        return RunIds(run.job_id, run.instance_id)


NO_TELEMETRY = NoTelemetry()


@dataclass(frozen=True, slots=True)
class ServerFigures:
    """How one runbook server stands; ages in seconds by the database's clock."""

    name: str
    status: str
    """A value of model.resources.ServerStatus."""
    heartbeat_age: float
    lease_left: float
    epoch: int
    capacity: int
    running: int


@dataclass(frozen=True, slots=True)
class Figures:
    """How the whole installation stands, at one moment. Ages in seconds by the database's clock, 0 for none."""

    jobs: Mapping[str, int]
    """Jobs that have not ended, by status."""
    oldest_pending: float
    instances: Mapping[str, int]
    """Instances that have not ended, by state."""
    oldest_ready: float
    in_doubt: int
    monitors: Mapping[str, int]
    """Monitors by the state of their watch."""
    triggers_waiting: int
    servers: Sequence[ServerFigures] = ()
    leader: str | None = None


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """What the database says about itself."""

    product: str
    """Name and version."""
    schema: str
    """The revision it stands at, '' before the first migration."""
    now: datetime
    """By its own clock."""
    is_standby: bool = False
    """Whether it only reads: nothing can be written to it."""
    unsafe: Mapping[str, str] = field(default_factory=dict)
    """Settings under which a commit is not durable, by name."""
    synchronous_standbys: int | None = None
    """How many confirm each commit; None where there is no such thing."""
    wants_standby: bool = False
    """Whether commits wait for a synchronous standby."""


class FigureStore(Protocol):
    """Figures about all of the installation, read by small indexes alone and never by a look through history."""

    def figures(self) -> Figures:
        """How it stands now."""

    def facts(self) -> DatabaseFacts:
        """What the database says about itself."""


class Scrape(Protocol):
    """Gives the metrics of this process and of the whole installation."""

    async def text(self) -> bytes:
        """In Prometheus' text format; answers also while the database is away."""


class Requests(Protocol):
    """Counts requests to the web service."""

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """An answer began, `seconds` after the request came. `route` is the template, never the path itself."""


#: The channel on which processes are told to log more or less (services/log_levels.py).
LOG_LEVEL = "log-level"
