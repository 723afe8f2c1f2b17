"""Taking part in a run: what an instance waits for, pausing, stepping, giving data, and the runbooks it invoked."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import APIRouter

from orchestrion.model.access import Actor
from orchestrion.model.errors import ConflictError
from orchestrion.model.job import JobStatus, has_ended
from orchestrion.ports.runs import InstanceRecord, RunFilter
from orchestrion.services.steering import Order, Wish
from orchestrion.web.deps import ActorGiven, Services, ServicesGiven
from orchestrion.web.operations.schemas import Instance, Job
from orchestrion.web.operations.steering_schemas import SteerOrder, Wait
from orchestrion.web.operations.views import instance_of, job_of, types_by_id, wait_of
from orchestrion.web.schemas import Id

router = APIRouter(tags=["operations"])
_GOING_ON = tuple(status for status in JobStatus if not has_ended(status))
_PAGE = 500


@router.post("/instances/{instance_id}/steer", operation_id="steer_instance", summary="Steer an instance")
async def steer_instance(instance_id: Id, body: SteerOrder, actor: ActorGiven, services: ServicesGiven) -> Instance:
    """Tells a running instance what is wanted; it obeys before it starts anything more. What runs is not cut off."""
    return instance_of(await services.steering.steer(actor, instance_id, body.order()))


@router.get("/instances/{instance_id}/waits", operation_id="list_waits", summary="What an instance waits for")
async def list_waits(instance_id: Id, actor: ActorGiven, services: ServicesGiven) -> list[Wait]:
    """Everything that keeps the instance from ending, in the order it began; nothing once it has ended."""
    found = await services.waiting.waits(actor, instance_id)
    document = (await services.runs.instance(actor, instance_id)).document
    types = types_by_id(await services.operations.activity_types(actor))
    return [wait_of(each, document, types) for each in found]


@router.get("/instances/{instance_id}/children", operation_id="list_children", summary="Jobs of invoked runbooks")
async def list_children(instance_id: Id, actor: ActorGiven, services: ServicesGiven) -> list[Job]:
    """The jobs of the runbooks that the instance invoked, oldest first."""
    return [job_of(each) for each in await services.runs.children(actor, instance_id)]


@router.post("/jobs/{job_id}/pause", operation_id="pause_job", summary="Pause a job")
async def pause_job(job_id: Id, actor: ActorGiven, services: ServicesGiven) -> Job:
    """Pauses every instance of the job that has not ended: what runs ends, nothing more starts."""
    if not await _steer_all(services, actor, job_id, Wish.PAUSE):
        raise ConflictError("Nothing of this job can be paused: none of its instances goes on.")
    return job_of(await services.runs.job(actor, job_id))


@router.post("/jobs/{job_id}/continue", operation_id="continue_job", summary="Continue a held or paused job")
async def continue_job(job_id: Id, actor: ActorGiven, services: ServicesGiven) -> Job:
    """Lets a job go on where it was paused or held, by a new incarnation as well, or was put in quarantine.

    Activities in doubt are answered one by one instead.
    """
    if await services.incarnations.release_job(actor, job_id):
        return job_of(await services.runs.job(actor, job_id))
    is_released = await services.triggers.release(actor, job_id)
    doubted = {each.instance_id for each in await services.jobs.doubts(actor)}
    if await _steer_all(services, actor, job_id, Wish.CONTINUE, leave_out=frozenset(doubted)) or is_released:
        return job_of(await services.runs.job(actor, job_id))
    return job_of(await services.jobs.resume(actor, job_id))


async def _steer_all(
    services: Services, actor: Actor, job_id: str, wish: Wish, leave_out: frozenset[str] = frozenset()
) -> int:
    """Tells every instance that goes on; gives how many were told."""
    await services.runs.job(actor, job_id)
    told = 0
    async for instance in _going_on(services, actor, job_id):
        if instance.id in leave_out:
            continue
        try:
            await services.steering.steer(actor, instance.id, Order(wish))
        except ConflictError:
            continue  # it has just ended
        told += 1
    return told


async def _going_on(services: Services, actor: Actor, job_id: str) -> AsyncIterator[InstanceRecord]:
    """The instances of a job that have not ended, newest first."""
    before: str | None = None
    while True:
        wanted = RunFilter(job_id=job_id, statuses=_GOING_ON, before=before, limit=_PAGE)
        found = await services.runs.instances(actor, wanted)
        for each in found:
            yield each
        if len(found) < _PAGE:
            return
        before = found[-1].id
