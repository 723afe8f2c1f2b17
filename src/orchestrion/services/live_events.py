"""What services announce to everybody who watches, as the live updates send it on."""

from __future__ import annotations

import json
from enum import StrEnum


class RunbookChange(StrEnum):
    """What became of a runbook; MOVED is a new place or name."""

    CREATED = "created"
    CHECKED_OUT = "checked-out"
    DRAFT = "draft"
    CHECKED_IN = "checked-in"
    CHECK_OUT_UNDONE = "check-out-undone"
    MOVED = "moved"
    DELETED = "deleted"


def runbook_changed(runbook_id: str, change: RunbookChange) -> str:
    """The announcement that something became of a runbook."""
    return json.dumps({"event": "runbook", "data": {"runbook_id": runbook_id, "change": change.value}})


def job_changed(job_id: str, runbook_id: str, status: str) -> str:
    """The announcement that a job's status changed."""
    return json.dumps({"event": "job", "data": {"job_id": job_id, "runbook_id": runbook_id, "status": status}})
