"""What a monitor saw, how it stands, and how floods and failures of it are kept in bounds (spec 5.5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestrion.model.job import JobStatus
from orchestrion.model.runbook import Flood, Settings

MOST_PUBLISHED_BYTES = 1_000_000  # of one trigger's data as JSON (spec 11: up to 1 MB inline)


class TriggerStatus(StrEnum):
    """How a trigger stands.

    WAITING for its turn; QUARANTINED: it waits until a person releases its monitor; RUNNING: its instance has not
    ended. Then how the instance ended. CANCELED without an instance: its job was stopped before its turn came.
    DROPPED in a flood, DISCARDED by a person. FAILED without an instance: it could not be stored.
    """

    WAITING = "waiting"
    QUARANTINED = "quarantined"
    RUNNING = "running"
    SUCCESS = "success"
    WARNING = "warning"
    FAILED = "failed"
    CANCELED = "canceled"
    DROPPED = "dropped"
    DISCARDED = "discarded"


ENDED_BADLY = (TriggerStatus.FAILED, TriggerStatus.WARNING, TriggerStatus.CANCELED)
"""After these a person may start another instance of the same trigger."""


class MonitorState(StrEnum):
    """Where the monitor of a job stands.

    READY: no server has taken it yet; OWNED: a server watches; HELD: a new incarnation of the installation waits for
    a person.
    """

    READY = "ready"
    OWNED = "owned"
    STOPPING = "stopping"
    HELD = "held"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class MonitorLimits:
    """What keeps a monitor in bounds; `failures` in a row bring quarantine, 0 means never."""

    waiting: int = 10_000
    drops: bool = False
    failures: int = 10


def limits_of(settings: Settings) -> MonitorLimits:
    """The limits that a runbook's settings ask for."""
    drops = settings.when_flooded is Flood.DROP
    return MonitorLimits(settings.max_waiting_triggers, drops, settings.quarantine_after_failures)


def failures_after(status: JobStatus, before: int) -> int:
    """How many instances in a row have failed when one more ended so; a canceled one says nothing."""
    match status:
        case JobStatus.FAILED:
            return before + 1
        case JobStatus.CANCELED:
            return before
        case _:
            return 0


def is_flood_over(waiting: int, limit: int) -> bool:
    """Whether enough of the triggers are gone that were too many: half of them, so that floods do not flicker."""
    return waiting <= limit // 2
