"""Telling the live view what happens, after it is durable; hints, never the truth (architecture.md 5)."""

from __future__ import annotations

from datetime import datetime

from pydantic_core import to_json

from orchestrion.model.condition import Status
from orchestrion.model.values import Json
from orchestrion.ports.journal import INBOX, LIVE, WORK, Claimed, Wakeups


class Feed:
    """Announces changes of one server's instances on the live channel."""

    def __init__(self, wakeups: Wakeups) -> None:
        self._wakeups = wakeups

    def activity(self, instance_id: str, activity_id: str, status: Status, at: datetime, seconds: float | None) -> None:
        """An execution started (RUNNING) or ended."""
        if not self._wakeups.is_heard(LIVE):
            return
        self._say(
            "activity",
            instance_id=instance_id,
            activity_id=activity_id,
            activity_instance_id=None,
            status=status.value,
            at=at.isoformat(),
            duration_seconds=seconds,
        )

    def instance(self, claimed: Claimed, status: str) -> None:
        """An instance began, ended or is held; its job changed with it."""
        ids: dict[str, Json] = {"job_id": claimed.job_id, "runbook_id": claimed.runbook_id}
        self._say("instance", instance_id=claimed.instance_id, status=status, **ids)
        self._say("job", status=status, **ids)

    def job(self, job_id: str, runbook_id: str, status: str) -> None:
        """A job changed."""
        self._say("job", job_id=job_id, runbook_id=runbook_id, status=status)

    def work(self) -> None:
        """Something may be ready to claim."""
        self._wakeups.announce(WORK)

    def inbox(self) -> None:
        """An instance that somebody runs may have a message."""
        self._wakeups.announce(INBOX)

    def _say(self, event: str, **data: Json) -> None:
        if not self._wakeups.is_heard(LIVE):
            return
        self._wakeups.announce(LIVE, to_json({"event": event, "data": data}).decode())
