"""What keeps an installation in order: the invariant of what is stored, and its repair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Code(StrEnum):
    """How stored runs can break the invariant of durability.md 2, or the rules of admission (7)."""

    OWNER_GONE = "owner-gone"
    NO_WAKE_UP = "no-wake-up"
    UNSEEN_MESSAGE = "unseen-message"
    NO_REASON = "held-without-reason"
    UNKNOWN_STATE = "unknown-state"
    NOT_ADMITTED = "not-admitted"
    JOB_LOST = "job-lost"
    INSTANCE_LOST = "instance-lost"
    MONITOR_OWNER_GONE = "monitor-owner-gone"
    MONITOR_LOST = "monitor-lost"
    TRIGGER_NOT_ADMITTED = "trigger-not-admitted"


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that waits for nothing that could come; `words` says what is wrong with it.

    Exactly one of the ids is set but for instances, which have those of their job and runbook as well.
    """

    code: Code
    words: str
    runbook_id: str
    runbook_path: str
    job_id: str | None = None
    instance_id: str | None = None


@dataclass(frozen=True, slots=True)
class Repaired:
    """A violation, and what was done about it; empty where only a person can help."""

    violation: Violation
    action: str


class InvariantStore(Protocol):
    """Whether everything that has not ended is owned by a live server, waits for something named, or is held."""

    def violations(self) -> list[Violation]:
        """What breaks the invariant now; each kind is looked for in one statement, so runs going on hide nothing."""

    def repair(self, found: Sequence[Violation], now: datetime) -> list[Repaired]:
        """Sets right what can be set right of these, where it is still so; what only a person can mend has no action.

        Servers are never taken for dead here, that is the watchdog's (durability.md 4): what they own stays theirs.
        """
