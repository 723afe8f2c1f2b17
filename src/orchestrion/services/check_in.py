"""Making a document the newest version of its runbook: by checking a draft in, and by import."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.activity_type import ActivityKind, ActivityType
from orchestrion.model.check import check, has_errors
from orchestrion.model.codec import read_runbook, write_runbook
from orchestrion.model.errors import ConflictError
from orchestrion.model.finding import Finding
from orchestrion.model.runbook import Runbook, start_activities
from orchestrion.model.values import Json
from orchestrion.ports.authoring import RunbookRecord, VersionRecord
from orchestrion.ports.transaction import Transaction
from orchestrion.services.audit import audit_entry, runbook_subject
from orchestrion.services.check_out import own_draft
from orchestrion.services.findings import FindingsError
from orchestrion.services.known import known_of
from orchestrion.services.names import checked_name


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """The newest version after a check-in, and what the checks found; `is_new` unless the draft had no change."""

    version: int
    findings: tuple[Finding, ...]
    is_new: bool


def check_in(stores: Transaction, actor: Actor, found: RunbookRecord, comment: str, now: datetime) -> CheckedIn:
    """Checks the actor's draft in and lets go of the runbook; raises as `services/authoring.py: check_in`."""
    demand(actor, Right.CHECK_IN, found.path)
    draft = own_draft(stores, actor, found)
    if draft.base_version != found.version:
        raise ConflictError(
            f"Version {found.version} of '{found.path}' was checked in after your draft began. Undo your check-out to "
            "go on from that version; export the draft first if you want to keep it."
        )
    runbook, types = read_runbook(draft.document), stores.catalogue.types()
    findings = check(runbook, types, known_of(stores, runbook))
    if has_errors(findings):
        raise FindingsError(f"'{found.path}' cannot be checked in: it has errors.", findings)
    version = publish(stores, actor, found, runbook, types, Reason("checked in", comment, now))
    if version == found.version:
        entry = audit_entry(actor, now, "checked in", runbook_subject(found), {"version": version, "changed": False})
        stores.audit.add(entry)
    release(stores, actor, found, now)
    return CheckedIn(version, tuple(findings), version != found.version)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why and when a version is made: the audited action and the author's comment."""

    action: str
    comment: str
    now: datetime


def publish(
    stores: Transaction,
    actor: Actor,
    found: RunbookRecord,
    runbook: Runbook,
    types: Mapping[str, ActivityType],
    reason: Reason,
) -> int:
    """Stores a checked runbook as the newest version, renaming `found` where the document says so; gives its number.

    A document equal to the newest version makes none. Raises ConflictError when the new name is taken.
    """
    runbook = replace(runbook, name=checked_name("runbook", runbook.name))
    if found.version is not None and is_unchanged(stores, found, runbook):
        return found.version
    if found.name != runbook.name:
        stores.runbooks.move(found.id, found.folder_id, runbook.name, reason.now)
    version = (found.version or 0) + 1
    record = VersionRecord(found.id, version, actor.name, reason.now, reason.comment, write_runbook(runbook))
    is_monitor, settings = starts_with_monitor(runbook, types), runbook.settings
    stores.runbooks.add_version(record, is_monitor, settings.max_simultaneous_jobs, runbook.description)
    details: Mapping[str, Json] = {"version": version, "comment": reason.comment}
    subject = runbook_subject(stores.runbooks.get(found.id))
    stores.audit.add(audit_entry(actor, reason.now, reason.action, subject, details))
    return version


def is_unchanged(stores: Transaction, found: RunbookRecord, runbook: Runbook) -> bool:
    """Whether the newest version is exactly this runbook; the order of activities counts, as it does in files."""
    if found.version is None or found.name != runbook.name:
        return False
    stored = stores.runbooks.version(found.id, found.version).document
    return json.dumps(stored) == json.dumps(write_runbook(runbook))


def release(stores: Transaction, actor: Actor, found: RunbookRecord, now: datetime) -> None:
    """Drops the actor's draft and lets go of the runbook; raises ConflictError when the actor does not hold it."""
    own_draft(stores, actor, found)
    stores.runbooks.remove_draft(found.id, actor.id)
    stores.runbooks.set_owner(found.id, None, None, now)


def starts_with_monitor(runbook: Runbook, types: Mapping[str, ActivityType]) -> bool:
    """Whether a monitor is the runbook's starting point."""
    kinds = [types.get(activity.type) for activity in start_activities(runbook)]
    return any(kind is not None and kind.kind is ActivityKind.MONITOR for kind in kinds)
