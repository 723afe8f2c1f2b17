"""Signing in and out, one's password and one's API tokens."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from orchestrion.services.access import SESSION_LENGTH, Authenticated
from orchestrion.web.deps import ActorGiven, CallerGiven, ServicesGiven
from orchestrion.web.gate import cookie_name
from orchestrion.web.schemas import Id
from orchestrion.web.session.schemas import NewToken, PasswordChange, Session, SessionUser, SignIn, Token, TokenOrder

router = APIRouter(tags=["session"])


@router.post("/session", operation_id="sign_in", summary="Sign in")
async def sign_in(body: SignIn, request: Request, response: Response, services: ServicesGiven) -> Session:
    """Begins a session and sets its cookie. Needs no sign-in."""
    signed_in = await services.access.sign_in(body.user_name, body.password, _origin(request))
    is_secure = _is_secure(request)
    response.set_cookie(
        cookie_name(is_secure=is_secure),
        signed_in.secret,
        max_age=int(SESSION_LENGTH.total_seconds()),
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="strict",
    )
    return _session(signed_in.found)


@router.get("/session", operation_id="get_session", summary="Who is signed in")
async def get_session(caller: CallerGiven) -> Session:
    """The session of the request, with the token that writes need."""
    return _session(caller)


@router.delete("/session", operation_id="sign_out", summary="Sign out", status_code=204)
async def sign_out(caller: CallerGiven, request: Request, response: Response, services: ServicesGiven) -> None:
    """Ends the session."""
    await services.access.sign_out(caller)
    is_secure = _is_secure(request)
    response.delete_cookie(
        cookie_name(is_secure=is_secure), path="/", secure=is_secure, httponly=True, samesite="strict"
    )


@router.post("/session/password", operation_id="change_password", summary="Change one's password", status_code=204)
async def change_password(body: PasswordChange, caller: CallerGiven, services: ServicesGiven) -> None:
    """Changes the password and ends all other sessions of the user."""
    await services.access.change_password(caller, body.current, body.new)


@router.get("/tokens", operation_id="list_tokens", summary="One's API tokens")
async def list_tokens(actor: ActorGiven, services: ServicesGiven) -> list[Token]:
    """The API tokens of who asks, newest first, without their secrets."""
    return [Token.model_validate(each) for each in await services.access.tokens(actor)]


@router.post("/tokens", operation_id="create_token", summary="Make an API token", status_code=201)
async def create_token(body: TokenOrder, actor: ActorGiven, services: ServicesGiven) -> NewToken:
    """Makes an API token with the rights of who asks; the answer alone holds its secret."""
    made = await services.access.create_token(actor, body.name)
    record = made.record
    return NewToken(
        id=record.id,
        name=record.name,
        created_at=record.created_at,
        last_used_at=record.last_used_at,
        token=made.secret,
    )


@router.delete("/tokens/{token_id}", operation_id="delete_token", summary="End an API token", status_code=204)
async def delete_token(token_id: Id, actor: ActorGiven, services: ServicesGiven) -> None:
    """Ends one of one's own API tokens at once."""
    await services.access.remove_token(actor, token_id)


def _session(found: Authenticated) -> Session:
    token = found.session.csrf_token if found.session else ""
    return Session(user=SessionUser.model_validate(found.user), csrf_token=token)


def _is_secure(request: Request) -> bool:
    """Whether the browser came by TLS: the cookie is then sent no other way."""
    return request.url.scheme == "https"


def _origin(request: Request) -> str:
    return request.client.host if request.client else ""
