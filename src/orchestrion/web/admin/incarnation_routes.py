"""What follows when the database may have lost commits."""

from __future__ import annotations

from fastapi import APIRouter

from orchestrion.web.admin.incarnation_schemas import Incarnation, Released, ReleaseOrder
from orchestrion.web.deps import ActorGiven, ServicesGiven

router = APIRouter(prefix="/incarnation", tags=["administration"])


@router.get("", operation_id="get_incarnation", summary="The incarnation of the installation")
async def get_incarnation(actor: ActorGiven, services: ServicesGiven) -> Incarnation:
    """A new one begins with every restore, and with every failover of the database that may have lost commits."""
    return Incarnation.model_validate(await services.incarnations.current(actor))


@router.post("/release", operation_id="release_held_jobs", summary="Release what an incarnation holds")
async def release_held_jobs(body: ReleaseOrder, actor: ActorGiven, services: ServicesGiven) -> Released:
    """Lets jobs go on where they stood, and arms monitors: all, or those of one runbook."""
    return Released(jobs=await services.incarnations.release(actor, body.path))
