"""Runbooks as text, and the catalogue of activity types and packs."""

from __future__ import annotations

from fastapi import APIRouter, Response

from orchestrion.services.import_files import ImportFile
from orchestrion.web.authoring.schemas import ActivityType, ImportOrder, ImportResult, Pack
from orchestrion.web.authoring.views import imported_of, type_of
from orchestrion.web.deps import ActorGiven, ServicesGiven
from orchestrion.web.schemas import Id

router = APIRouter(tags=["authoring"])
_YAML = "application/yaml"
_IMPORT_BYTES = 20_000_000


@router.post("/runbooks/import", operation_id="import_runbooks", summary="Import runbooks", max_body_size=_IMPORT_BYTES)
async def import_runbooks(body: ImportOrder, actor: ActorGiven, services: ServicesGiven) -> ImportResult:
    """Creates or updates runbooks from texts, all or nothing; each changed one gets one new version."""
    files = [ImportFile(each.path, each.text) for each in body.files]
    found = await services.imports.import_files(actor, files, body.folder_id, dry_run=body.dry_run)
    for each in found if not body.dry_run else ():
        if each.id is not None:
            await services.jobs.after_check_in(actor, each.id)
    return ImportResult(runbooks=[imported_of(each) for each in found])


@router.get(
    "/runbooks/{runbook_id}/export",
    operation_id="export_runbook",
    summary="A runbook as text",
    response_class=Response,
    responses={200: {"content": {_YAML: {"schema": {"type": "string"}}}, "description": "The runbook as YAML."}},
)
async def export_runbook(runbook_id: Id, actor: ActorGiven, services: ServicesGiven) -> Response:
    """The newest version as YAML; importing it gives the same runbook."""
    return Response(await services.imports.export(actor, runbook_id), media_type=_YAML)


@router.get("/activity-types", operation_id="list_activity_types", summary="All activity types")
async def list_activity_types(actor: ActorGiven, services: ServicesGiven) -> list[ActivityType]:
    """What the packs of all registered runbook servers provide."""
    return [type_of(each) for each in await services.operations.activity_types(actor)]


@router.get("/packs", operation_id="list_packs", summary="All packs")
async def list_packs(actor: ActorGiven, services: ServicesGiven) -> list[Pack]:
    """The integration packs of all registered runbook servers."""
    return [Pack.model_validate(each) for each in await services.operations.packs(actor)]
