"""Triggers and monitors as stored: what servers store while they watch, and what people look at and decide."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from orchestrion.model.triggers import MonitorLimits, MonitorState, TriggerStatus
from orchestrion.model.values import Record
from orchestrion.ports.journal import ArmedMonitor, Fence, SeenTrigger


@dataclass(frozen=True, slots=True)
class Arming:
    """What is stored when a server begins to watch; `cursor` is where a monitor begins that never watched before."""

    limits: MonitorLimits
    at: datetime
    cursor: str | None = None


class Taken(StrEnum):
    """What became of a trigger that a monitor has seen.

    KNOWN: one with its key is stored already. DROPPED: the monitor is flooded. REFUSED: it cannot be stored, and is
    listed as failed. LOST: the monitor is no longer this server's, nothing was stored.
    """

    STORED = "stored"
    KNOWN = "known"
    DROPPED = "dropped"
    REFUSED = "refused"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a trigger; when `is_flooded`, the monitor is not to be asked for another one for the present.

    `has_work` says that instances of its job have become ready, for whichever trigger.
    """

    taken: Taken
    is_flooded: bool = False
    has_work: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a monitor's activity failed, and when it is armed again."""

    error: str
    at: datetime
    again_at: datetime


@dataclass(frozen=True, slots=True)
class TriggerRecord:
    """One thing a monitor saw, or the `number` of things that it dropped in one flood, with the data of the last one.

    `instance_id` is of the newest instance it started, `error` why that failed or why there is none. `waits_since` is
    None unless it waits for its turn.
    """

    id: str
    job_id: str
    runbook_id: str
    runbook_path: str
    key: str
    at: datetime
    status: TriggerStatus
    published: Record
    instance_id: str | None = None
    error: str | None = None
    number: int = 1
    retries: int = 0
    waits_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class TriggerFilter:
    """Which triggers a list shows, newest first, older than the id `before`; moments are when they were seen."""

    job_id: str | None = None
    runbook_id: str | None = None
    statuses: Sequence[TriggerStatus] = ()
    since: datetime | None = None
    until: datetime | None = None
    before: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class MonitorRecord:
    """The monitor of one job.

    `dropped` counts over all floods, `failures` its instances in a row that failed. `error` is why its activity failed
    the last time, however long ago.
    """

    job_id: str
    state: MonitorState
    server: str | None
    armed_at: datetime | None
    cursor: str | None
    limits: MonitorLimits
    waiting: int
    flooded_at: datetime | None
    dropped: int
    failures: int
    quarantined_at: datetime | None
    quarantine_reason: str | None
    error: str | None
    failed_at: datetime | None


class TriggerStore(Protocol):
    """Triggers and the monitors that see them.

    What servers write is fenced: it raises FencedError when the server has lost its epoch. A monitor that is no longer
    the server's, by its lease, is written nothing for.
    """

    def arm(self, fence: Fence, armed: ArmedMonitor, arming: Arming) -> Answer:
        """Stores that the server begins to watch; KNOWN, or LOST."""

    def store(self, fence: Fence, seen: Sequence[tuple[ArmedMonitor, SeenTrigger]]) -> list[Answer]:
        """Stores triggers, cursors and the requests for instances in one transaction; one answer for each trigger."""

    def relieved(self, job_ids: Collection[str]) -> list[str]:
        """Those of the flooded monitors that may watch again."""

    def note_failure(self, fence: Fence, armed: ArmedMonitor, failure: Failure) -> None:
        """Says on the job why its monitor does not watch."""

    def find(self, wanted: TriggerFilter) -> list[TriggerRecord]:
        """Triggers, newest first."""

    def get(self, trigger_id: str) -> TriggerRecord:
        """One trigger; raises NotFoundError."""

    def retry(self, trigger_id: str, now: datetime) -> bool:
        """Starts another instance of a trigger in its turn; False when it waits, runs, succeeded or cannot be run."""

    def discard(self, trigger_id: str, now: datetime) -> bool:
        """Takes a trigger that waits or failed out of what is to be done; False for any other."""

    def monitor(self, job_id: str) -> MonitorRecord | None:
        """How the monitor of a job stands; None when it has never been admitted."""

    def release(self, job_id: str, now: datetime) -> bool:
        """Ends the quarantine of a monitor; False when there is none."""
