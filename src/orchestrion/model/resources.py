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
    OFFLINE = "offline"


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
    """A registered worker; `capacity` is how many instances it runs at once, `epoch` fences its writes.

    `is_heard` says whether it was heard of within its lease, by the database's clock.
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
