"""Proving who somebody is: sign-in, sessions and API tokens."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import timedelta

from uuid_utils import uuid7

from orchestrion.model.access import SYSTEM, Actor
from orchestrion.model.errors import InvalidError, UnauthenticatedError
from orchestrion.ports.access import SessionRecord, TokenRecord, UserRecord
from orchestrion.ports.clock import Clock
from orchestrion.ports.security import SecretSource
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.audit import Subject, audit_entry, user_subject
from orchestrion.services.names import MAX_NAME, checked_name
from orchestrion.services.passwords import Passwords, check_password
from orchestrion.services.throttle import Throttle

SESSION_LENGTH = timedelta(hours=12)
TOUCH_AFTER = timedelta(minutes=10)  # how stale a token's last use may be: a write per request would cost too much


@dataclass(frozen=True, slots=True)
class Authenticated:
    """Who stands behind a request; `session` is None for an API token."""

    actor: Actor
    user: UserRecord
    session: SessionRecord | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session; `secret` goes into the cookie and is stored nowhere."""

    secret: str
    session: SessionRecord
    found: Authenticated


@dataclass(frozen=True, slots=True)
class NewToken:
    """A fresh API token; `secret` is shown once and stored nowhere."""

    secret: str
    record: TokenRecord


class Access:
    """Sessions and API tokens. Everybody manages their own; users are kept by `services/users.py`."""

    def __init__(self, database: Database, clock: Clock, passwords: Passwords, secrets: SecretSource) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords
        self._secrets = secrets
        self._throttle = Throttle(clock)

    async def sign_in(self, name: str, password: str, origin: str = "") -> SignedIn:
        """A session for the user.

        Raises UnauthenticatedError without saying whether the name or the password was wrong, and
        TooManyAttemptsError, before it looks at the password, while the name must wait.
        """
        self._throttle.enter(name)
        user = await self._database.read(lambda stores: stores.access.find_user(name))
        is_right = await self._passwords.verify(user.password_hash if user else None, password)
        if user is None or not is_right or user.disabled:
            await self._database.write(lambda stores: self._note_failure(stores, user, name, origin))
            raise UnauthenticatedError("The user name or the password is wrong.")
        self._throttle.succeeded(name)
        renewed = replace(user, password_hash=await self._passwords.renewed(user.password_hash, password))
        return await self._database.write(lambda stores: self._begin_session(stores, user, renewed, origin))

    async def authenticate_session(self, secret: str, origin: str = "") -> Authenticated:
        """Who the cookie's secret belongs to; raises UnauthenticatedError when the session is over or unknown."""
        now, session_id = self._clock.now(), self._secrets.digest(secret)

        def look(stores: Transaction) -> Authenticated:
            session = stores.access.session(session_id)
            if session is None or session.expires_at <= now:
                raise UnauthenticatedError("Your session is over. Sign in again.")
            return _authenticated(stores.access.user(session.user_id), session, origin)

        return await self._database.read(look)

    async def authenticate_token(self, secret: str, origin: str = "") -> Authenticated:
        """Who the API token's secret belongs to; raises UnauthenticatedError for an unknown one."""
        now, digest = self._clock.now(), self._secrets.digest(secret)

        def look(stores: Transaction) -> tuple[TokenRecord, Authenticated]:
            token = stores.access.find_token(digest)
            if token is None:
                raise UnauthenticatedError("This API token is not valid (any more).")
            return token, _authenticated(stores.access.user(token.user_id), None, origin)

        token, found = await self._database.read(look)
        if token.last_used_at is None or now - token.last_used_at > TOUCH_AFTER:
            await self._database.write(lambda stores: stores.access.touch_token(token.id, now))
        return found

    async def sign_out(self, found: Authenticated) -> None:
        """Ends the session; nothing happens for a token."""
        if found.session is not None:
            session_id = found.session.id
            await self._database.write(lambda stores: self._end_session(stores, found, session_id))

    async def change_password(self, found: Authenticated, current: str, new: str) -> None:
        """Sets the user's password and ends all other sessions.

        Raises InvalidError when the current one is wrong or the new one too weak, TooManyAttemptsError as `sign_in`.
        """
        self._throttle.enter(found.user.name)
        if not await self._passwords.verify(found.user.password_hash, current):
            raise InvalidError("The current password is wrong.")
        self._throttle.succeeded(found.user.name)
        check_password(new, found.user.name, current)
        hashed = await self._passwords.hash(new)
        await self._database.write(lambda stores: self._set_password(stores, found, hashed))

    def has_csrf_token(self, found: Authenticated, sent: str) -> bool:
        """Whether `sent` is the session's CSRF token; a request with an API token needs none."""
        return found.session is None or hmac.compare_digest(found.session.csrf_token.encode(), sent.encode())

    async def tokens(self, actor: Actor) -> list[TokenRecord]:
        """The actor's own API tokens, newest first."""
        return await self._database.read(lambda stores: stores.access.tokens_of(actor.id))

    async def create_token(self, actor: Actor, name: str) -> NewToken:
        """A new API token of the actor, with the actor's rights; raises InvalidError for the name."""
        secret, now, label = self._secrets.token(), self._clock.now(), checked_name("API token", name)
        record = TokenRecord(str(uuid7()), actor.id, label, self._secrets.digest(secret), now)

        def work(stores: Transaction) -> None:
            stores.access.add_token(record)
            stores.audit.add(audit_entry(actor, now, "created", Subject("token", record.id, record.name)))

        await self._database.write(work)
        return NewToken(secret, record)

    async def remove_token(self, actor: Actor, token_id: str) -> None:
        """Ends one of the actor's own API tokens; raises NotFoundError."""
        now = self._clock.now()

        def work(stores: Transaction) -> None:
            names = {token.id: token.name for token in stores.access.tokens_of(actor.id)}
            stores.access.remove_token(actor.id, token_id)
            stores.audit.add(audit_entry(actor, now, "deleted", Subject("token", token_id, names[token_id])))

        await self._database.write(work)

    def _begin_session(self, stores: Transaction, user: UserRecord, renewed: UserRecord, origin: str) -> SignedIn:
        if stores.access.user(user.id) != user:
            raise UnauthenticatedError("This user was changed while you signed in. Try again.")
        if renewed != user:
            stores.access.save_user(renewed)
        secret, now = self._secrets.token(), self._clock.now()
        digest = self._secrets.digest(secret)
        session = SessionRecord(digest, user.id, self._secrets.token(), now, now + SESSION_LENGTH)
        stores.access.remove_expired_sessions(now)
        stores.access.add_session(session)
        found = _authenticated(renewed, session, origin)
        stores.audit.add(audit_entry(found.actor, now, "signed in", user_subject(user)))
        return SignedIn(secret, session, found)

    def _end_session(self, stores: Transaction, found: Authenticated, session_id: str) -> None:
        stores.access.remove_session(session_id)
        stores.audit.add(audit_entry(found.actor, self._clock.now(), "signed out", user_subject(found.user)))

    def _set_password(self, stores: Transaction, found: Authenticated, hashed: str) -> None:
        user = stores.access.user(found.user.id)
        if user.password_hash != found.user.password_hash:
            raise InvalidError("The password was changed meanwhile.")
        stores.access.save_user(replace(user, password_hash=hashed, must_change_password=False))
        stores.access.remove_sessions_of(user.id, found.session.id if found.session else None)
        stores.audit.add(audit_entry(found.actor, self._clock.now(), "password changed", user_subject(user)))

    def _note_failure(self, stores: Transaction, user: UserRecord | None, name: str, origin: str) -> None:
        somebody = user_subject(user) if user else Subject("user", "", name[:MAX_NAME])
        entry = audit_entry(replace(SYSTEM, origin=origin), self._clock.now(), "sign-in failed", somebody)
        stores.audit.add(entry)


def _authenticated(user: UserRecord, session: SessionRecord | None, origin: str) -> Authenticated:
    if user.disabled:
        raise UnauthenticatedError("This user may not sign in (any more).")
    return Authenticated(Actor(user.id, user.name, user.role, origin), user, session)
