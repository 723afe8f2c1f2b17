"""Bodies of the trigger routes."""

from __future__ import annotations

from datetime import datetime

from orchestrion.model.triggers import MonitorState, TriggerStatus
from orchestrion.web.schemas import Answer, ItemRecord


class Trigger(Answer):
    """One thing that a monitor saw, or the things that it dropped in one flood."""

    id: str
    job_id: str
    runbook_id: str
    runbook_path: str
    key: str
    """What makes it unique: the same thing seen twice has the same key."""
    at: datetime
    status: TriggerStatus
    published: ItemRecord
    """Sealed texts are masked; of dropped ones, the data of the last."""
    instance_id: str | None
    """The newest instance it started; null while it waits for its turn."""
    error: str | None
    """Why its newest instance failed, or why it could not be stored."""
    number: int
    """How many were dropped in one flood; 1 for all others."""
    retries: int
    """How often somebody asked for another instance."""
    waits_since: datetime | None
    """Null unless it waits for its turn."""


class TriggerPage(Answer):
    """One page of triggers, newest first."""

    items: list[Trigger]
    next_cursor: str | None


class Monitor(Answer):
    """The monitor of a job: who watches, how full its queue is, and how its instances fare."""

    state: MonitorState
    server: str | None
    """The runbook server that watches."""
    armed_at: datetime | None
    """When it was armed the last time."""
    cursor: str | None
    """Where it goes on after a restart; only the monitor understands it."""
    waiting: int
    """Triggers that wait for their turn."""
    waiting_limit: int
    """From so many on it is flooded."""
    drops: bool
    """Whether it drops what comes while it is flooded; otherwise it watches no further."""
    flooded_at: datetime | None
    """Since when it is flooded."""
    dropped: int
    """Triggers dropped in all floods."""
    failures: int
    """Instances in a row that failed."""
    failure_limit: int
    """After so many it comes into quarantine; 0 means never."""
    quarantined_at: datetime | None
    """Since when it starts no instances, until its job is continued."""
    quarantine_reason: str | None
    error: str | None
    """Why its activity failed the last time."""
    failed_at: datetime | None
