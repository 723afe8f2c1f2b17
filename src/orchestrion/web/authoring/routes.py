"""Folders and runbooks: where they lie, check out and in, drafts, versions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from orchestrion.ports.authoring import RunbookFilter
from orchestrion.web.authoring.schemas import (
    CheckedIn,
    CheckInOrder,
    CheckOrder,
    CheckOutOrder,
    CheckResult,
    Draft,
    DraftOrder,
    DraftSaved,
    Folder,
    FolderChange,
    FolderOrder,
    Runbook,
    RunbookMove,
    RunbookOrder,
    RunbookPage,
    Version,
    VersionWithDocument,
)
from orchestrion.web.authoring.views import draft_of, runbook_of, summary_of
from orchestrion.web.deps import ActorGiven, IdFilter, Limit, ServicesGiven, TextQuery
from orchestrion.web.schemas import Id, findings_of

router = APIRouter(tags=["authoring"])
_DOCUMENT_BYTES = 5_000_000  # of a body with a runbook document in it


@router.get("/folders", operation_id="list_folders", summary="All folders")
async def list_folders(actor: ActorGiven, services: ServicesGiven) -> list[Folder]:
    """Every folder by path; the root comes first."""
    return [Folder.model_validate(each) for each in await services.folders.all(actor)]


@router.post("/folders", operation_id="create_folder", summary="Make a folder", status_code=201)
async def create_folder(body: FolderOrder, actor: ActorGiven, services: ServicesGiven) -> Folder:
    """Makes an empty folder."""
    return Folder.model_validate(await services.folders.create(actor, body.parent_id, body.name))


@router.patch("/folders/{folder_id}", operation_id="change_folder", summary="Rename or move a folder")
async def change_folder(folder_id: Id, body: FolderChange, actor: ActorGiven, services: ServicesGiven) -> Folder:
    """Renames or moves a folder with everything in it."""
    return Folder.model_validate(await services.folders.change(actor, folder_id, body.name, body.parent_id))


@router.delete("/folders/{folder_id}", operation_id="delete_folder", summary="Delete a folder", status_code=204)
async def delete_folder(folder_id: Id, actor: ActorGiven, services: ServicesGiven) -> None:
    """Deletes an empty folder."""
    await services.folders.remove(actor, folder_id)


@router.get("/runbooks", operation_id="list_runbooks", summary="Runbooks by path")
async def list_runbooks(
    actor: ActorGiven,
    services: ServicesGiven,
    folder_id: IdFilter = None,
    search: TextQuery = "",
    limit: Limit = 200,
    cursor: TextQuery = "",
) -> RunbookPage:
    """Runbooks, those in one folder or those with a text in path or description."""
    wanted = RunbookFilter(folder_id, search, cursor, limit)
    found = [summary_of(each) for each in await services.authoring.search(actor, wanted)]
    return RunbookPage(items=found, next_cursor=found[-1].path if len(found) == limit else None)


@router.post("/runbooks", operation_id="create_runbook", summary="Make a runbook", status_code=201)
async def create_runbook(body: RunbookOrder, actor: ActorGiven, services: ServicesGiven) -> Runbook:
    """Makes an empty runbook, checked out by who asks."""
    return runbook_of(await services.authoring.create(actor, body.folder_id, body.name))


@router.post(
    "/runbooks/check", operation_id="check_document", summary="Check a document", max_body_size=_DOCUMENT_BYTES
)
async def check_document(body: CheckOrder, actor: ActorGiven, services: ServicesGiven) -> CheckResult:
    """Says what the authoring checks find; nothing is stored."""
    return CheckResult(findings=findings_of(await services.authoring.check(actor, body.document)))


@router.get("/runbooks/by-path", operation_id="find_runbook", summary="The runbook at a path")
async def find_runbook(
    actor: ActorGiven, services: ServicesGiven, path: Annotated[str, Query(min_length=1, max_length=1000)]
) -> Runbook:
    """One runbook by its path, ignoring case."""
    return runbook_of(await services.authoring.find(actor, path))


@router.get("/runbooks/{runbook_id}", operation_id="get_runbook", summary="One runbook")
async def get_runbook(runbook_id: Id, actor: ActorGiven, services: ServicesGiven) -> Runbook:
    """One runbook with its newest version."""
    return runbook_of(await services.authoring.runbook(actor, runbook_id))


@router.patch("/runbooks/{runbook_id}", operation_id="move_runbook", summary="Move a runbook")
async def move_runbook(runbook_id: Id, body: RunbookMove, actor: ActorGiven, services: ServicesGiven) -> Runbook:
    """Puts a runbook into another folder."""
    return runbook_of(await services.authoring.move(actor, runbook_id, body.folder_id))


@router.delete("/runbooks/{runbook_id}", operation_id="delete_runbook", summary="Delete a runbook", status_code=204)
async def delete_runbook(runbook_id: Id, actor: ActorGiven, services: ServicesGiven) -> None:
    """Deletes a runbook; its runs stay readable."""
    await services.authoring.remove(actor, runbook_id)


@router.get("/runbooks/{runbook_id}/draft", operation_id="get_draft", summary="The draft")
async def get_draft(runbook_id: Id, actor: ActorGiven, services: ServicesGiven) -> Draft:
    """The draft of whoever has the runbook checked out."""
    return draft_of(await services.authoring.draft(actor, runbook_id))


@router.put(
    "/runbooks/{runbook_id}/draft", operation_id="save_draft", summary="Save the draft", max_body_size=_DOCUMENT_BYTES
)
async def save_draft(runbook_id: Id, body: DraftOrder, actor: ActorGiven, services: ServicesGiven) -> DraftSaved:
    """Saves one's draft. A draft with mistakes in it can be saved; the answer tells them."""
    draft, findings = await services.authoring.save_draft(actor, runbook_id, body.document, body.revision)
    return DraftSaved(revision=draft.revision, saved_at=draft.saved_at, findings=findings_of(findings))


@router.post("/runbooks/{runbook_id}/check-out", operation_id="check_out", summary="Check out")
async def check_out(
    runbook_id: Id, actor: ActorGiven, services: ServicesGiven, body: CheckOutOrder | None = None
) -> Draft:
    """Takes the runbook for editing, and gives the draft to go on from."""
    take_over = body is not None and body.take_over
    return draft_of(await services.authoring.check_out(actor, runbook_id, take_over=take_over))


@router.post("/runbooks/{runbook_id}/check-in", operation_id="check_in", summary="Check in")
async def check_in(
    runbook_id: Id, actor: ActorGiven, services: ServicesGiven, body: CheckInOrder | None = None
) -> CheckedIn:
    """Makes one's draft the newest version; refused with the findings when one of them is an error."""
    comment = body.comment if body is not None else ""
    checked_in = await services.authoring.check_in(actor, runbook_id, comment)
    await services.jobs.after_check_in(actor, runbook_id)
    return CheckedIn(version=checked_in.version, findings=findings_of(checked_in.findings))


@router.post(
    "/runbooks/{runbook_id}/undo-check-out", operation_id="undo_check_out", summary="Undo check out", status_code=204
)
async def undo_check_out(runbook_id: Id, actor: ActorGiven, services: ServicesGiven) -> None:
    """Drops one's draft and lets go of the runbook."""
    await services.authoring.undo_check_out(actor, runbook_id)


@router.get("/runbooks/{runbook_id}/versions", operation_id="list_versions", summary="Versions of a runbook")
async def list_versions(runbook_id: Id, actor: ActorGiven, services: ServicesGiven) -> list[Version]:
    """All checked-in versions, newest first."""
    return [Version.model_validate(each) for each in await services.authoring.versions(actor, runbook_id)]


@router.get("/runbooks/{runbook_id}/versions/{version}", operation_id="get_version", summary="One version of a runbook")
async def get_version(
    runbook_id: Id, version: Annotated[int, Path(ge=1, le=2_000_000_000)], actor: ActorGiven, services: ServicesGiven
) -> VersionWithDocument:
    """One checked-in version with its document."""
    return VersionWithDocument.model_validate(await services.authoring.version(actor, runbook_id, version))
