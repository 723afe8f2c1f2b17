"""Signing in, sessions, passwords and API tokens."""

from __future__ import annotations

import pytest

from orchestrion.model.errors import ConflictError, InvalidError, NotFoundError, UnauthenticatedError
from orchestrion.ports.transaction import Database
from orchestrion.services.access import Access, SignedIn
from orchestrion.services.throttle import FREE_FAILURES, TooManyAttemptsError
from orchestrion.services.users import OneTimePassword, Users
from tests.unit.services.world import ANNA, Clock, audited

pytestmark = pytest.mark.anyio
GOOD = "correct horse battery"


@pytest.fixture
async def admin(users: Users) -> OneTimePassword:
    """The first administrator with the one-time password."""
    made = await users.ensure_administrator()
    assert made is not None
    return made


@pytest.fixture
async def signed_in(access: Access, admin: OneTimePassword) -> SignedIn:
    """The first administrator's session."""
    return await access.sign_in("ADMIN", admin.password, "10.0.0.1")


async def test_the_first_administrator_is_made_once(users: Users, admin: OneTimePassword) -> None:
    """The password is for one sign-in."""
    assert (admin.user.name, admin.user.must_change_password) == ("admin", True)
    assert await users.ensure_administrator() is None


async def test_a_session_says_who_it_is(access: Access, admin: OneTimePassword, signed_in: SignedIn) -> None:
    """The cookie's secret is enough, and stored nowhere."""
    found = await access.authenticate_session(signed_in.secret, "10.0.0.2")
    assert (found.user.id, found.actor.name, found.actor.origin) == (admin.user.id, "admin", "10.0.0.2")
    assert signed_in.secret not in repr(found.session)


@pytest.mark.parametrize(("name", "password"), [("admin", "wrong"), ("nobody", "wrong"), ("admin", "x" * 300)])
async def test_a_wrong_password_is_refused(
    access: Access, admin: OneTimePassword, database: Database, name: str, password: str
) -> None:
    """The answer does not tell which of name and password was wrong; the try is audited."""
    with pytest.raises(UnauthenticatedError, match="user name or the password"):
        await access.sign_in(name, password)
    assert (await audited(database))[-1] == ("Orchestrion", "sign-in failed")


async def test_guessing_must_wait(access: Access, admin: OneTimePassword, clock: Clock) -> None:
    """After some wrong passwords even the right one must wait."""
    for _ in range(FREE_FAILURES):
        with pytest.raises(UnauthenticatedError):
            await access.sign_in("admin", "wrong")
    with pytest.raises(TooManyAttemptsError):
        await access.sign_in("admin", admin.password)
    clock.forward(seconds=2)
    await access.sign_in("admin", admin.password)


async def test_a_session_ends_with_time(access: Access, signed_in: SignedIn, clock: Clock) -> None:
    """After twelve hours people sign in again."""
    clock.forward(hours=11, minutes=59)
    await access.authenticate_session(signed_in.secret)
    clock.forward(minutes=1)
    with pytest.raises(UnauthenticatedError, match="over"):
        await access.authenticate_session(signed_in.secret)


async def test_a_session_ends_by_signing_out(access: Access, signed_in: SignedIn, database: Database) -> None:
    """The cookie is worth nothing then."""
    await access.sign_out(signed_in.found)
    with pytest.raises(UnauthenticatedError):
        await access.authenticate_session(signed_in.secret)
    assert await audited(database) == [("Orchestrion", "created"), ("admin", "signed in"), ("admin", "signed out")]


async def test_a_session_has_its_own_csrf_token(access: Access, signed_in: SignedIn) -> None:
    """Only the session's own token counts; an API token needs none."""
    assert access.has_csrf_token(signed_in.found, signed_in.session.csrf_token)
    assert not access.has_csrf_token(signed_in.found, "ü")
    token = await access.create_token(signed_in.found.actor, "CI")
    assert access.has_csrf_token(await access.authenticate_token(token.secret), "")


async def test_a_new_password_ends_other_sessions(access: Access, admin: OneTimePassword, signed_in: SignedIn) -> None:
    """The own session stays, the old password is worth nothing."""
    other = await access.sign_in("admin", admin.password)
    await access.change_password(signed_in.found, admin.password, GOOD)
    assert not (await access.authenticate_session(signed_in.secret)).user.must_change_password
    for attempt in (access.authenticate_session(other.secret), access.sign_in("admin", admin.password)):
        with pytest.raises(UnauthenticatedError):
            await attempt
    await access.sign_in("admin", GOOD)


@pytest.mark.parametrize("weak", ["short", "x" * 201, "aaaaaaaaaaaa", "the Admin of all"])
async def test_a_weak_password_is_refused(
    access: Access, admin: OneTimePassword, signed_in: SignedIn, weak: str
) -> None:
    """Too short, too long, repeating, or with the user's name in it."""
    with pytest.raises(InvalidError):
        await access.change_password(signed_in.found, admin.password, weak)


async def test_the_password_must_change(access: Access, admin: OneTimePassword, signed_in: SignedIn) -> None:
    """The current one must be known, and be another one."""
    with pytest.raises(InvalidError, match="current password is wrong"):
        await access.change_password(signed_in.found, "wrong", GOOD)
    with pytest.raises(InvalidError, match="differ"):
        await access.change_password(signed_in.found, admin.password, admin.password)


async def test_a_token_is_its_owner(access: Access, signed_in: SignedIn, clock: Clock) -> None:
    """It is shown once; its last use is recorded now and then."""
    token = await access.create_token(signed_in.found.actor, "CI")
    found = await access.authenticate_token(token.secret)
    clock.forward(minutes=1)
    await access.authenticate_token(token.secret)
    (listed,) = await access.tokens(signed_in.found.actor)
    assert (found.actor.id, found.session) == (signed_in.found.actor.id, None)
    assert (listed.name, listed.last_used_at) == ("CI", token.record.created_at)
    assert token.secret not in repr(listed)


async def test_a_removed_token_is_worth_nothing(access: Access, signed_in: SignedIn) -> None:
    """Only its owner removes it."""
    token = await access.create_token(signed_in.found.actor, "CI")
    with pytest.raises(NotFoundError):
        await access.remove_token(ANNA, token.record.id)
    await access.remove_token(signed_in.found.actor, token.record.id)
    with pytest.raises(UnauthenticatedError):
        await access.authenticate_token(token.secret)


async def test_a_disabled_user_is_out_at_once(access: Access, users: Users, signed_in: SignedIn) -> None:
    """Sessions, tokens and the password end together; nobody disables themselves."""
    bert = await users.create(signed_in.found.actor, "Bert")
    session = await access.sign_in("bert", bert.password)
    token = await access.create_token(session.found.actor, "CI")
    with pytest.raises(InvalidError, match="yourself"):
        await users.disable(session.found.actor, "Bert")
    await users.disable(signed_in.found.actor, "bert")
    for attempt in (
        access.authenticate_session(session.secret),
        access.authenticate_token(token.secret),
        access.sign_in("bert", bert.password),
    ):
        with pytest.raises(UnauthenticatedError):
            await attempt


async def test_a_reset_gives_a_new_one_time_password(access: Access, users: Users, signed_in: SignedIn) -> None:
    """Old sessions end, and the user is let in again."""
    made = await users.reset_password(signed_in.found.actor, "admin")
    with pytest.raises(UnauthenticatedError):
        await access.authenticate_session(signed_in.secret)
    assert (await access.sign_in("admin", made.password)).found.user.must_change_password


async def test_user_names_are_taken_once(users: Users, admin: OneTimePassword) -> None:
    """Whatever their case; an unknown name is answered with the known ones."""
    with pytest.raises(ConflictError):
        await users.create(ANNA, "Admin")
    with pytest.raises(InvalidError, match="There are: admin"):
        await users.reset_password(ANNA, "nobody")
    assert [user.name for user in await users.all(ANNA)] == ["admin"]
