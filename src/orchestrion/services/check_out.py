"""Who holds a runbook, and the draft they work on (spec 7.2, OQ-12).

A draft belongs to its owner and survives a take-over: whoever checks the runbook out again goes on with their own kept
draft, on the version it began with. Checking in such a draft is refused when another version came meanwhile, so that
nothing is lost or overwritten without a word.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.check import check
from orchestrion.model.codec import write_runbook
from orchestrion.model.errors import ConflictError, NotFoundError
from orchestrion.model.finding import Finding
from orchestrion.model.runbook import Runbook
from orchestrion.ports.authoring import Document, DraftRecord, RunbookRecord
from orchestrion.ports.transaction import Transaction
from orchestrion.services.audit import audit_entry, runbook_subject
from orchestrion.services.known import known_of


class StaleDraftError(ConflictError):
    """The draft was saved meanwhile, from another window of the same author; `revision` is the newest save."""

    code: ClassVar[str] = "draft-stale"

    def __init__(self, message: str, revision: int) -> None:
        super().__init__(message)
        self.revision = revision


def check_out(stores: Transaction, actor: Actor, found: RunbookRecord, take_over: bool, now: datetime) -> DraftRecord:
    """Makes the actor the holder; gives their kept draft, or a new one from the newest version.

    Raises ConflictError when somebody else holds the runbook and it is not to be taken over.
    """
    demand(actor, Right.EDIT, found.path)
    if found.owner_id == actor.id:
        return held_draft(stores, found)
    if found.owner_id is not None and not take_over:
        raise holder_conflict(found)
    stores.runbooks.set_owner(found.id, actor.id, actor.name, now)
    action, details = ("checked out", {}) if found.owner_id is None else ("taken over", {"from": found.owner_name})
    stores.audit.add(audit_entry(actor, now, action, runbook_subject(found), details))
    kept = stores.runbooks.draft(found.id, actor.id)
    return kept or _new_draft(stores, actor, found, now)


def held_draft(stores: Transaction, found: RunbookRecord) -> DraftRecord:
    """The holder's draft; raises NotFoundError when nobody holds the runbook."""
    draft = stores.runbooks.draft(found.id, found.owner_id) if found.owner_id else None
    if draft is None:
        raise NotFoundError("draft of the runbook", found.path)
    return draft


def own_draft(stores: Transaction, actor: Actor, found: RunbookRecord) -> DraftRecord:
    """The actor's draft; raises ConflictError when the actor does not hold the runbook."""
    if found.owner_id != actor.id:
        raise holder_conflict(found)
    return held_draft(stores, found)


def save_draft(
    stores: Transaction, actor: Actor, found: RunbookRecord, runbook: Runbook, revision: int, now: datetime
) -> tuple[DraftRecord, list[Finding]]:
    """Stores the draft that the actor read as `revision`; gives it with its findings.

    Raises ConflictError when the actor does not hold the runbook, StaleDraftError for another revision.
    """
    demand(actor, Right.EDIT, found.path)
    old = own_draft(stores, actor, found)
    if old.revision != revision:
        raise StaleDraftError(
            f"The draft of '{found.path}' was saved from another window meanwhile (save {old.revision}, yours goes on "
            f"from {revision}). Load it again.",
            old.revision,
        )
    draft = DraftRecord(
        runbook_id=found.id,
        owner_id=actor.id,
        owner_name=actor.name,
        base_version=old.base_version,
        revision=revision + 1,
        saved_at=now,
        document=write_runbook(runbook),
    )
    stores.runbooks.save_draft(draft)
    return draft, check(runbook, stores.catalogue.types(), known_of(stores, runbook))


def holder_conflict(found: RunbookRecord) -> ConflictError:
    """The error that says who holds the runbook, or that nobody does."""
    if found.owner_id is None:
        return ConflictError(f"'{found.path}' is not checked out. Check it out first.")
    return ConflictError(f"'{found.path}' is checked out by {found.owner_name}.", found.owner_name)


def _new_draft(stores: Transaction, actor: Actor, found: RunbookRecord, now: datetime) -> DraftRecord:
    draft = DraftRecord(
        runbook_id=found.id,
        owner_id=actor.id,
        owner_name=actor.name,
        base_version=found.version,
        revision=1,
        saved_at=now,
        document=_newest_document(stores, found),
    )
    stores.runbooks.save_draft(draft)
    return draft


def _newest_document(stores: Transaction, found: RunbookRecord) -> Document:
    if found.version is None:
        return write_runbook(Runbook(found.name))
    return stores.runbooks.version(found.id, found.version).document
