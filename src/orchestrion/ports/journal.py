"""The journal, claims, inbox and triggers of running instances: the hot path (durability.md 2, 4, 7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from orchestrion.model.job import JobStatus, StopLevel
from orchestrion.model.values import Json, Record, Value
from orchestrion.ports.runs import DoubtRecord, ExecutionRecord, JobRecord


@dataclass(frozen=True, slots=True)
class Fence:
    """Which life of which server writes: an older epoch writes nothing more."""

    server_id: str
    epoch: int


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """A finished execution with the digest of the instance's state after it; the row is the journal entry."""

    execution: ExecutionRecord
    digest: int
    offset_seconds: int = 0


@dataclass(frozen=True, slots=True)
class SignalRow:
    """Any other journal entry: instance started, delay elapsed, stop, intent, answer; `payload` is its JSON."""

    sequence: int
    kind: str
    at: datetime
    payload: Mapping[str, Json]
    digest: int | None = None


@dataclass(frozen=True, slots=True)
class InstanceEnd:
    """The instance is over; with `restarts` its job goes on with a new instance of the same (Recovery.RESTART)."""

    status: JobStatus
    at: datetime
    returned: tuple[Record, ...] = ()
    error: str = ""
    restarts: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """The instance waits for a person, with the reason in words; its server lets go of it.

    Unless a message has come for it, which its next server takes. A `final` hold waits for a person alone: no server
    can go on, whatever comes; only a stop that is in its inbox already ends it.
    """

    reason: str
    at: datetime
    final: bool = False


@dataclass(frozen=True, slots=True)
class Park:
    """The instance only waits: its server lets go of it, and any server takes it up when something comes for it.

    That is a message in its inbox or, at the latest, the moment `until` (None: only a message).
    """

    until: datetime | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of an instance after the journal entry `sequence`, so that only what follows has to be replayed."""

    sequence: int
    state: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Slice:
    """What one instance wants written, all or nothing.

    Journal rows in sequence, the inbox messages they consume, jobs for the runbooks it invokes, the ids of such
    jobs to stop with the moment and level of it, and what becomes of the instance (None: it goes on).
    """

    instance_id: str
    lease: str
    rows: Sequence[ExecutionRow | SignalRow]
    consumed: Sequence[str] = ()
    doubts: Sequence[DoubtRecord] = ()
    resolved_doubts: Sequence[str] = ()
    outcome: InstanceEnd | Hold | Park | None = None
    children: Sequence[JobRecord] = ()
    stopped_children: Sequence[tuple[str, datetime, StopLevel]] = ()
    snapshot: Snapshot | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """Something from outside for a running instance; unique by id within the instance."""

    id: str
    kind: str
    payload: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Claimed:
    """An instance that this server now owns, with what it needs to start or go on.

    A fresh one has never been claimed before, so it has no journal; it may have messages. `depth` counts the runbooks
    that invoked each other to get here; `rerun` and `test` say how it differs from an ordinary run
    (services/reruns.py, services/tester.py).
    """

    instance_id: str
    job_id: str
    runbook_id: str
    runbook_path: str
    version: int
    lease: str
    takeovers: int
    parameters: Mapping[str, Value]
    trigger: Record | None
    starter: str
    number: int
    is_fresh: bool
    has_messages: bool = False
    starter_id: str = ""
    depth: int = 0
    rerun: Mapping[str, Json] | None = None
    test: Mapping[str, Json] | None = None
    asked_at: datetime | None = None  # when the job was stored
    ready_at: datetime | None = None  # when the instance could first be claimed
    started_at: datetime | None = None  # when it was first claimed
    trace_context: str | None = None  # its job's (model/trace.py)


@dataclass(frozen=True, slots=True)
class ArmedMonitor:
    """A monitor job that this server now watches for."""

    job_id: str
    runbook_id: str
    version: int
    lease: str
    cursor: str | None
    starter: str
    parameters: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SeenTrigger:
    """What a monitor yielded, ready to be stored."""

    id: str
    key: str
    cursor: str
    published: Record
    at: datetime


class FencedError(Exception):
    """This server's epoch is no longer its own: it must stop what it does and register anew."""


class JournalAppender(Protocol):
    """What makes a journal durable."""

    async def append(self, fence: Fence, slices: Sequence[Slice]) -> dict[str, str]:
        """Writes all slices in one transaction; gives, by instance id, why a slice was refused (others are written).

        Sending a slice again after an unknown outcome is safe. Raises FencedError, and UnavailableError while the
        database is away.
        """


class JournalStore(JournalAppender, Protocol):
    """The journal of instances. Writes are fenced, whole per slice, and durable when they return."""

    async def load(self, instance_id: str, after: int = 0) -> list[ExecutionRow | SignalRow]:
        """The journal of an instance in sequence, or what of it follows the entry `after`."""

    async def snapshot(self, instance_id: str) -> Snapshot | None:
        """The newest snapshot of an instance."""

    async def claim(self, fence: Fence, limit: int, now: datetime) -> list[Claimed]:
        """Takes up to `limit` ready instances: what the server may run, and others leave to it (model/assignment.py).

        Nothing while people want it to take nothing new.
        """

    async def owned(self, fence: Fence, known: Collection[str]) -> list[Claimed]:
        """What this server owns besides the instances `known`: claims that were committed and whose answer was lost."""

    async def claim_monitors(self, fence: Fence, limit: int, now: datetime) -> list[ArmedMonitor]:
        """Takes up to `limit` monitors that nobody watches for, chosen as `claim` chooses."""

    async def let_go(self, fence: Fence, armed: ArmedMonitor) -> None:
        """This server does not watch any longer, and whoever may takes the monitor next."""

    async def owned_monitors(self, fence: Fence, known: Collection[str]) -> list[ArmedMonitor]:
        """The monitors that this server owns besides those of the jobs `known`, as with `owned`."""

    async def messages(self, fence: Fence, now: datetime) -> dict[str, list[Message]]:
        """The inbox of the instances this server owns, by instance id, oldest first."""

    async def monitors_to_stop(self, fence: Fence) -> list[str]:
        """The job ids of monitors this server watches for and should not any longer."""

    async def disarm(self, fence: Fence, armed: ArmedMonitor, error: str, at: datetime) -> None:
        """Ends the watch: the monitor was stopped ('' as error), or its activity failed with this error."""


class JournalReader(Protocol):
    """What an instance has journaled, for people who look at it."""

    def snapshot(self, instance_id: str) -> Snapshot | None:
        """The newest snapshot of an instance that has not ended."""

    def rows(self, instance_id: str, after: int = 0) -> list[ExecutionRow | SignalRow]:
        """The journal in sequence, or what of it follows the entry `after`."""

    def control_messages(self, instance_id: str) -> list[Mapping[str, Json]]:
        """What people asked of the instance and it has not taken up yet, oldest first."""


WORK = "work"  # something may be ready to claim
INBOX = "inbox"  # an instance or a monitor that somebody owns has a message
SERVERS = "servers"  # people want something of runbook servers
LIVE = "live"  # something changed that people may be looking at; the payload says what (services/live_events.py)


class Listener(Protocol):
    """What was announced on one channel since the listener began."""

    async def next(self, timeout_seconds: float) -> str | None:
        """The next payload, waiting for it; None when the time is over first.

        Announcements that pile up beyond a bound are dropped, oldest first: whoever reads late reads the database.
        """


class Wakeups(Protocol):
    """Hints that something is there to do or to see. A lost one costs time, never work: every loop also polls."""

    def announce(self, channel: str, payload: str = "") -> None:
        """Tells everybody who listens on the channel, in this and other processes. Never fails, never waits."""

    def is_heard(self, channel: str) -> bool:
        """Whether anybody may be listening; where it is costly to say something, ask before."""

    def listen(self, channel: str) -> AbstractContextManager[Listener]:
        """Listens to a channel for as long as the context lasts."""
