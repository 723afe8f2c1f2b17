"""Running an ended instance again from any activity on."""

from __future__ import annotations

from fastapi import APIRouter

from orchestrion.web.deps import ActorGiven, ServicesGiven
from orchestrion.web.operations.rerun_schemas import RerunOrder, RerunStep
from orchestrion.web.operations.schemas import Job
from orchestrion.web.operations.views import job_of
from orchestrion.web.schemas import Id

router = APIRouter(tags=["operations"])


@router.post("/instances/{instance_id}/rerun/preview", operation_id="preview_rerun", summary="What a rerun would do")
async def preview_rerun(
    instance_id: Id, body: RerunOrder, actor: ActorGiven, services: ServicesGiven
) -> list[RerunStep]:
    """What would be reused and what would run again, activity by activity; nothing is started."""
    found = await services.reruns.preview(actor, instance_id, body.order())
    return [RerunStep.model_validate(each) for each in found]


@router.post("/instances/{instance_id}/rerun", operation_id="rerun_instance", summary="Run again", status_code=201)
async def rerun_instance(instance_id: Id, body: RerunOrder, actor: ActorGiven, services: ServicesGiven) -> Job:
    """Makes a job that repeats an ended instance from the given activities on, with what it knew before them."""
    return job_of(await services.reruns.start(actor, instance_id, body.order()))
