"""Shared resources outside runbooks: variables, runbook servers, platform events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventType(StrEnum):
    """How grave a platform event is (spec 5.12)."""

    INFORMATION = "Information"
    WARNING = "Warning"
    ERROR = "Error"


EVENT_SUMMARY_LENGTH = 200  # characters (spec 11)
EVENT_DETAILS_LENGTH = 2000


class ServerStatus(StrEnum):
    """Whether a runbook server takes work."""

    ONLINE = "online"
    DRAINING = "draining"
    MAINTENANCE = "maintenance"
    OFFLINE = "offline"


class Wanted(StrEnum):
    """What people want of a runbook server: to work, or to take nothing new.

    DRAINING ends when its process is started anew; MAINTENANCE holds until somebody ends it.
    """

    ACTIVE = "active"
    DRAINING = "draining"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class Variable:
    """A named value for all runbooks; `value` is sealed when `encrypted`."""

    id: str
    path: str
    value: str
    encrypted: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class RunbookServer:
    """A registered worker; `capacity` is how many instances it can run at once, `epoch` fences its writes.

    `claim_limit` is how many people let it run instead. `is_heard` says whether it was heard of within its lease, by
    the database's clock. `status` is what it says of itself, `wanted` what people want.
    """

    id: str
    name: str
    version: str
    status: ServerStatus
    capacity: int
    rank: int
    epoch: int
    started_at: datetime
    last_seen_at: datetime
    lease_seconds: float = 15.0
    is_heard: bool = True
    is_leader: bool = False
    machine: str | None = None
    process_id: int | None = None
    tags: frozenset[str] = frozenset()
    monitor_capacity: int = 10_000
    claim_limit: int | None = None
    wanted: Wanted = Wanted.ACTIVE
    wanted_at: datetime | None = None
    hands_on: bool = False
    has_credential: bool = False

    @property
    def limit(self) -> int:
        """How many instances it may run at once."""
        return self.claim_limit or self.capacity

    @property
    def now(self) -> ServerStatus:
        """How it stands: offline when its lease is over, else as people want it."""
        if not self.is_heard or self.status is ServerStatus.OFFLINE:
            return ServerStatus.OFFLINE
        return ServerStatus.ONLINE if self.wanted is Wanted.ACTIVE else ServerStatus(self.wanted.value)
