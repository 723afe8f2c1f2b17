"""Which document an instance runs."""

from __future__ import annotations

from orchestrion.ports.authoring import Document
from orchestrion.ports.runs import InstanceRecord
from orchestrion.ports.transaction import Transaction


def document_of(tx: Transaction, instance: InstanceRecord) -> Document:
    """The document of the instance's version, or the draft that it tests."""
    test = tx.runs.job(instance.job_id).test
    draft = test.get("document") if test else None
    if isinstance(draft, dict):
        return draft
    return tx.runbooks.version(instance.runbook_id, instance.version).document
