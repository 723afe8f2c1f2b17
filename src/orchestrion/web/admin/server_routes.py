"""Runbook servers, and who may become one."""

from __future__ import annotations

from fastapi import APIRouter

from orchestrion.model.assignment import Defaults
from orchestrion.ports.server_admin import EnrolmentToken as Token
from orchestrion.services.servers import Move, ServerView
from orchestrion.web.admin.server_schemas import (
    DrainOrder,
    EnrolmentToken,
    LimitOrder,
    MaintenanceOrder,
    NewEnrolmentToken,
    PackVersion,
    PromoteOrder,
    Server,
    ServerDefaults,
    ServerDefaultsOrder,
    TokenOrder,
)
from orchestrion.web.deps import ActorGiven, ServicesGiven
from orchestrion.web.schemas import Id

router = APIRouter(tags=["administration"])
_SERVER_FIELDS = (
    "id",
    "name",
    "version",
    "machine",
    "process_id",
    "capacity",
    "monitor_capacity",
    "is_leader",
    "last_seen_at",
    "started_at",
    "wanted_at",
)


@router.get("/servers", operation_id="list_servers", summary="Runbook servers")
async def list_servers(actor: ActorGiven, services: ServicesGiven) -> list[Server]:
    """All registered runbook servers in their order; the first is the primary."""
    return [_server(each) for each in await services.servers.all(actor)]


@router.get("/servers/{server_id}", operation_id="get_server", summary="One runbook server")
async def get_server(server_id: Id, actor: ActorGiven, services: ServicesGiven) -> Server:
    """The server as it stands now."""
    return _server(await services.servers.one(actor, server_id))


@router.delete("/servers/{server_id}", operation_id="delete_server", summary="Remove a server", status_code=204)
async def delete_server(server_id: Id, actor: ActorGiven, services: ServicesGiven) -> None:
    """Forgets a server that is offline and owns nothing."""
    await services.servers.remove(actor, server_id)


@router.post("/servers/{server_id}/drain", operation_id="drain_server", summary="Drain a server")
async def drain_server(
    server_id: Id, actor: ActorGiven, services: ServicesGiven, body: DrainOrder | None = None
) -> Server:
    """Takes nothing new, until it is resumed or its process is started anew."""
    hands_on = body is not None and body.now
    return _server(await services.servers.drain(actor, server_id, hands_on=hands_on))


@router.post("/servers/{server_id}/maintenance", operation_id="maintain_server", summary="Maintenance of a server")
async def maintain_server(server_id: Id, body: MaintenanceOrder, actor: ActorGiven, services: ServicesGiven) -> Server:
    """Begins or ends maintenance, in which the server takes nothing new, also when it is started anew."""
    return _server(await services.servers.maintain(actor, server_id, begins=body.on))


@router.post("/servers/{server_id}/resume", operation_id="resume_server", summary="Let a server work again")
async def resume_server(server_id: Id, actor: ActorGiven, services: ServicesGiven) -> Server:
    """Ends draining and maintenance."""
    return _server(await services.servers.resume(actor, server_id))


@router.put("/servers/{server_id}/limit", operation_id="limit_server", summary="Limit a server")
async def limit_server(server_id: Id, body: LimitOrder, actor: ActorGiven, services: ServicesGiven) -> Server:
    """Says how many instances it runs at once; that holds from its next claim on."""
    await services.servers.limit(actor, server_id, body.limit)
    return _server(await services.servers.one(actor, server_id))


@router.put("/server-limits", operation_id="limit_servers", summary="Limit all servers")
async def limit_servers(body: LimitOrder, actor: ActorGiven, services: ServicesGiven) -> list[Server]:
    """Says how many instances each server runs at once."""
    await services.servers.limit(actor, None, body.limit)
    return [_server(each) for each in await services.servers.all(actor)]


@router.post("/servers/{server_id}/promote", operation_id="promote_server", summary="Promote a server")
async def promote_server(
    server_id: Id, actor: ActorGiven, services: ServicesGiven, body: PromoteOrder | None = None
) -> list[Server]:
    """One place up in the order, or to the first; gives the new order. What runs stays where it is."""
    move = Move.FIRST if body is not None and body.to_primary else Move.UP
    return [_server(each) for each in await services.servers.move(actor, server_id, move)]


@router.post("/servers/{server_id}/demote", operation_id="demote_server", summary="Demote a server")
async def demote_server(server_id: Id, actor: ActorGiven, services: ServicesGiven) -> list[Server]:
    """One place down in the order; gives the new order."""
    return [_server(each) for each in await services.servers.move(actor, server_id, Move.DOWN)]


@router.delete(
    "/servers/{server_id}/credential",
    operation_id="reset_server_credential",
    summary="Take a server's credential away",
    status_code=204,
)
async def reset_server_credential(server_id: Id, actor: ActorGiven, services: ServicesGiven) -> None:
    """The next server of that name has to be enrolled with a token."""
    await services.enrolment.reset(actor, server_id)


@router.get("/server-defaults", operation_id="get_server_defaults", summary="Where runbooks run by default")
async def get_server_defaults(actor: ActorGiven, services: ServicesGiven) -> ServerDefaults:
    """What holds for runbooks and starts that say nothing else."""
    return _defaults(await services.servers.defaults(actor))


@router.patch("/server-defaults", operation_id="change_server_defaults", summary="Change where runbooks run by default")
async def change_server_defaults(
    body: ServerDefaultsOrder, actor: ActorGiven, services: ServicesGiven
) -> ServerDefaults:
    """Changes the global list of servers, or how servers share the work."""
    return _defaults(await services.servers.set_defaults(actor, body.servers, body.assignment))


@router.get("/enrolment-tokens", operation_id="list_enrolment_tokens", summary="Enrolment tokens")
async def list_enrolment_tokens(actor: ActorGiven, services: ServicesGiven) -> list[EnrolmentToken]:
    """Every token, newest first; the tokens themselves are not kept."""
    return [_token(each) for each in await services.enrolment.tokens(actor)]


@router.post(
    "/enrolment-tokens", operation_id="create_enrolment_token", summary="Make an enrolment token", status_code=201
)
async def create_enrolment_token(
    actor: ActorGiven, services: ServicesGiven, body: TokenOrder | None = None
) -> NewEnrolmentToken:
    """Makes a token that lets servers with new names in; it is shown only in this answer."""
    order = body or TokenOrder.model_validate({})
    made = await services.enrolment.create(actor, order.uses, order.hours, order.tags)
    return NewEnrolmentToken(**dict(_token(made.token)), token=made.secret)


@router.delete(
    "/enrolment-tokens/{token_id}",
    operation_id="revoke_enrolment_token",
    summary="Revoke an enrolment token",
    status_code=204,
)
async def revoke_enrolment_token(token_id: Id, actor: ActorGiven, services: ServicesGiven) -> None:
    """Lets nobody in with it any longer."""
    await services.enrolment.revoke(actor, token_id)


def _server(found: ServerView) -> Server:
    server = found.server
    return Server(
        **{name: getattr(server, name) for name in _SERVER_FIELDS},
        status=found.status,
        role=found.role,
        tags=sorted(server.tags),
        packs=[PackVersion(id=name, version=version) for name, version in sorted(found.packs.items())],
        limit=server.claim_limit,
        running=found.running,
        monitors=found.monitors,
        gives_work_away=server.hands_on,
    )


def _defaults(found: Defaults) -> ServerDefaults:
    return ServerDefaults(servers=list(found.servers), assignment=found.policy)


def _token(found: Token) -> EnrolmentToken:
    return EnrolmentToken.model_validate(found)
