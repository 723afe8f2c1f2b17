"""Variables, the audit, and the description of the API."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic_core import to_json

from orchestrion.ports.access import AuditRecord
from orchestrion.services.resources import VariableChange as Change
from orchestrion.web.admin.schemas import (
    AuditEntry,
    AuditPage,
    Variable,
    VariableChange,
    VariableOrder,
)
from orchestrion.web.deps import ActorGiven, IdCursor, Limit, ServicesGiven
from orchestrion.web.schemas import Id

router = APIRouter(tags=["administration"])


@router.get("/variables", operation_id="list_variables", summary="All variables")
async def list_variables(actor: ActorGiven, services: ServicesGiven) -> list[Variable]:
    """Every variable by path; values of encrypted ones are never shown."""
    return [Variable.model_validate(each) for each in await services.variables.all(actor)]


@router.post("/variables", operation_id="create_variable", summary="Make a variable", status_code=201)
async def create_variable(body: VariableOrder, actor: ActorGiven, services: ServicesGiven) -> Variable:
    """Makes a variable."""
    new = Change(body.path, body.value, body.encrypted, body.description)
    return Variable.model_validate(await services.variables.create(actor, new))


@router.patch("/variables/{variable_id}", operation_id="change_variable", summary="Change a variable")
async def change_variable(
    variable_id: Id, body: VariableChange, actor: ActorGiven, services: ServicesGiven
) -> Variable:
    """Changes a variable; decrypting one needs a new value."""
    change = Change(body.path, body.value, body.encrypted, body.description)
    return Variable.model_validate(await services.variables.change(actor, variable_id, change))


@router.delete("/variables/{variable_id}", operation_id="delete_variable", summary="Delete a variable", status_code=204)
async def delete_variable(variable_id: Id, actor: ActorGiven, services: ServicesGiven) -> None:
    """Deletes a variable."""
    await services.variables.remove(actor, variable_id)


@router.get("/audit", operation_id="list_audit", summary="The audit")
async def list_audit(
    actor: ActorGiven, services: ServicesGiven, limit: Limit = 50, cursor: IdCursor = None
) -> AuditPage:
    """Who did what to what, newest first."""
    found = [audit_entry(each) for each in await services.operations.audit(actor, cursor, limit)]
    return AuditPage(items=found, next_cursor=found[-1].id if len(found) == limit else None)


@router.get("/openapi.json", operation_id="get_openapi", summary="This description", response_class=Response)
async def get_openapi(request: Request) -> Response:
    """The API as an OpenAPI 3.1 document."""
    return Response(to_json(request.app.openapi()), media_type="application/json")


def audit_entry(found: AuditRecord) -> AuditEntry:
    """The body that tells of an entry."""
    fields = {name: getattr(found, name) for name in ("id", "at", "action", "object_type", "object_id", "object_name")}
    return AuditEntry(**fields, user=found.user_name, details=dict(found.details), origin=found.origin)
