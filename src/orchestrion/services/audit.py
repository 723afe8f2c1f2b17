"""Building audit entries: every change, start and sign-in leaves one, in the transaction of its cause (spec 5.11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from uuid_utils import uuid7

from orchestrion.model.access import Actor
from orchestrion.model.values import Json
from orchestrion.ports.access import AuditRecord, UserRecord
from orchestrion.ports.authoring import FolderRecord, RunbookRecord


@dataclass(frozen=True, slots=True)
class Subject:
    """What was acted on; `type` is one of folder, runbook, job, variable, user, token, session, activity-instance."""

    type: str
    id: str
    name: str


def audit_entry(
    actor: Actor, at: datetime, action: str, subject: Subject, details: Mapping[str, Json] | None = None
) -> AuditRecord:
    """The entry that `actor` did `action` (a past participle, e.g. `checked in`) to `subject`.

    The caller must keep secrets out of `details`.
    """
    return AuditRecord(
        id=str(uuid7()),
        at=at,
        user_id=actor.id,
        user_name=actor.name,
        action=action,
        object_type=subject.type,
        object_id=subject.id,
        object_name=subject.name,
        details=details or {},
        origin=actor.origin,
    )


def runbook_subject(runbook: RunbookRecord) -> Subject:
    """The runbook as the subject of an entry."""
    return Subject("runbook", runbook.id, runbook.path)


def folder_subject(folder: FolderRecord) -> Subject:
    """The folder as the subject of an entry."""
    return Subject("folder", folder.id, folder.path)


def user_subject(user: UserRecord) -> Subject:
    """The user as the subject of an entry."""
    return Subject("user", user.id, user.name)
