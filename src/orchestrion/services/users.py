"""The people who can sign in."""

from __future__ import annotations

from dataclasses import dataclass, replace

from uuid_utils import uuid7

from orchestrion.model.access import SYSTEM, Actor, Right, Role, demand
from orchestrion.model.errors import InvalidError
from orchestrion.ports.access import UserRecord
from orchestrion.ports.clock import Clock
from orchestrion.ports.security import SecretSource
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.audit import audit_entry, user_subject
from orchestrion.services.names import checked_name
from orchestrion.services.passwords import Passwords

FIRST_ADMINISTRATOR = "admin"


@dataclass(frozen=True, slots=True)
class OneTimePassword:
    """A user and the password for one sign-in, which must be changed there; it is stored nowhere."""

    user: UserRecord
    password: str


class Users:
    """Users and their passwords. All methods raise RefusedError when the actor may not administer."""

    def __init__(self, database: Database, clock: Clock, passwords: Passwords, secrets: SecretSource) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords
        self._secrets = secrets

    async def all(self, actor: Actor) -> list[UserRecord]:
        """Every user by name."""
        demand(actor, Right.ADMINISTER)
        return await self._database.read(lambda stores: stores.access.users())

    async def create(self, actor: Actor, name: str, display_name: str = "") -> OneTimePassword:
        """A new administrator; raises InvalidError for the name, ConflictError when it is taken."""
        demand(actor, Right.ADMINISTER)
        made = await self._new(checked_name("user", name), display_name)
        await self._database.write(lambda stores: self._save(stores, actor, made.user, "created"))
        return made

    async def ensure_administrator(self) -> OneTimePassword | None:
        """The first administrator, when there is no user at all; None otherwise."""
        if await self._database.read(lambda stores: stores.access.users()):
            return None
        made = await self._new(FIRST_ADMINISTRATOR, "Administrator")

        def work(stores: Transaction) -> OneTimePassword | None:
            if stores.access.users():
                return None  # another process was faster
            self._save(stores, SYSTEM, made.user, "created")
            return made

        return await self._database.write(work)

    async def reset_password(self, actor: Actor, name: str) -> OneTimePassword:
        """A one-time password for the user of this name, who is signed out everywhere and may sign in again.

        Raises InvalidError when there is no such user.
        """
        demand(actor, Right.ADMINISTER)
        password = self._secrets.password()
        hashed = await self._passwords.hash(password)

        def work(stores: Transaction) -> UserRecord:
            user = _named(stores, name)
            changed = replace(user, password_hash=hashed, must_change_password=True, disabled=False)
            stores.access.remove_sessions_of(user.id)
            return self._save(stores, actor, changed, "password reset")

        return OneTimePassword(await self._database.write(work), password)

    async def disable(self, actor: Actor, name: str) -> UserRecord:
        """Keeps the user of this name from signing in and ends what they have open; raises as `reset_password`."""
        demand(actor, Right.ADMINISTER)

        def work(stores: Transaction) -> UserRecord:
            user = _named(stores, name)
            if user.id == actor.id:
                raise InvalidError("You cannot disable yourself.")
            stores.access.remove_sessions_of(user.id)
            return self._save(stores, actor, replace(user, disabled=True), "disabled")

        return await self._database.write(work)

    async def _new(self, name: str, display_name: str) -> OneTimePassword:
        password = self._secrets.password()
        user = UserRecord(
            id=str(uuid7()),
            name=name,
            display_name=checked_name("user", display_name or name),
            password_hash=await self._passwords.hash(password),
            role=Role.ADMINISTRATOR,
            must_change_password=True,
            created_at=self._clock.now(),
        )
        return OneTimePassword(user, password)

    def _save(self, stores: Transaction, actor: Actor, user: UserRecord, action: str) -> UserRecord:
        stores.access.save_user(user)
        stores.audit.add(audit_entry(actor, self._clock.now(), action, user_subject(user)))
        return user


def _named(stores: Transaction, name: str) -> UserRecord:
    user = stores.access.find_user(name)
    if user is None:
        known = ", ".join(each.name for each in stores.access.users())
        raise InvalidError(f"There is no user '{name}'. There are: {known}.")
    return user
