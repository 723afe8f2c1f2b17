"""Trying out a draft on a real runbook server."""

from __future__ import annotations

from fastapi import APIRouter

from orchestrion.web.authoring.tester_schemas import TestOrder
from orchestrion.web.deps import ActorGiven, ServicesGiven
from orchestrion.web.operations.schemas import Job
from orchestrion.web.operations.views import job_of
from orchestrion.web.schemas import Id

router = APIRouter(tags=["authoring"])


@router.post("/runbooks/{runbook_id}/test", operation_id="start_test", summary="Test a runbook", status_code=201)
async def start_test(runbook_id: Id, actor: ActorGiven, services: ServicesGiven, body: TestOrder | None = None) -> Job:
    """Makes a job that runs one's draft, or the newest version for who has none.

    Refused with the findings when one of them is an error.
    """
    order = body or TestOrder.model_validate({})
    return job_of(await services.tester.start(actor, order.order(runbook_id)))
