"""Records of the authoring services as bodies."""

from __future__ import annotations

from typing import Any

from orchestrion.model.activity_type import ActivityType as ModelType
from orchestrion.model.activity_type import EffectTable
from orchestrion.ports.authoring import DraftRecord, RunbookRecord
from orchestrion.services.authoring import RunbookSummary as SummaryView
from orchestrion.services.authoring import RunbookView
from orchestrion.services.imports import Imported
from orchestrion.web.authoring.schemas import (
    ActivityType,
    Draft,
    Effect,
    EffectByInput,
    ImportedRunbook,
    JobRef,
    Parameter,
    ReturnedItem,
    Runbook,
    RunbookSummary,
)
from orchestrion.web.schemas import UserRef, findings_of


def summary_of(found: SummaryView) -> RunbookSummary:
    """A runbook as lists show it."""
    return RunbookSummary(**_summary_fields(found))


def runbook_of(found: RunbookView) -> Runbook:
    """A runbook with its newest version."""
    return Runbook(
        **_summary_fields(found.summary),
        document=None if found.document is None else dict(found.document),
        parameters=[Parameter.model_validate(each) for each in found.parameters],
        returned_data=[ReturnedItem.model_validate(each) for each in found.returned_data],
    )


def draft_of(found: DraftRecord) -> Draft:
    """A draft."""
    return Draft(
        document=dict(found.document),
        base_version=found.base_version,
        saved_at=found.saved_at,
        revision=found.revision,
        owner=UserRef(id=found.owner_id, name=found.owner_name),
    )


def type_of(found: ModelType) -> ActivityType:
    """An activity type; what the model leaves empty is null."""
    fields = {name: getattr(found, name) for name in ("id", "pack", "name", "category", "kind", "summary")}
    more = {name: getattr(found, name) for name in ("inputs", "published", "dynamic_items")}
    nullable = {"icon": found.icon or None, "guarantee": found.guarantee or None, "effect": _effect_of(found.effect)}
    return ActivityType.model_validate({**fields, **more, **nullable})


def _effect_of(table: EffectTable) -> Effect:
    by_input = EffectByInput(input=table.input, values=dict(table.by_value)) if table.input else None
    return Effect(default=table.default, by_input=by_input)


def _summary_fields(found: SummaryView) -> dict[str, Any]:
    record, job = found.record, found.last_job
    return {
        **{name: getattr(record, name) for name in ("id", "folder_id", "path", "name", "description", "version")},
        **{name: getattr(record, name) for name in ("is_monitor", "checked_out_at", "updated_at")},
        "checked_out_by": _owner_of(record),
        "active_jobs": found.active_jobs,
        "last_job": JobRef.model_validate(job) if job else None,
    }


def _owner_of(record: RunbookRecord) -> UserRef | None:
    if record.owner_id is None:
        return None
    return UserRef(id=record.owner_id, name=record.owner_name or "")


def imported_of(found: Imported) -> ImportedRunbook:
    """What became of one file of an import."""
    return ImportedRunbook(
        path=found.path,
        id=found.id,
        action=found.action.value,
        version=found.version,
        findings=findings_of(found.findings),
    )
