"""Variables: shared values for all runbooks, encrypted ones sealed (spec 6.4, 9.4)."""

from __future__ import annotations

from dataclasses import dataclass

from uuid_utils import uuid7

from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.errors import InvalidError
from orchestrion.model.resources import Variable
from orchestrion.ports.clock import Clock
from orchestrion.ports.security import Vault
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.audit import Subject, audit_entry
from orchestrion.services.names import checked_path


@dataclass(frozen=True, slots=True)
class VariableView:
    """A variable as it may be shown; `value` is None for an encrypted one."""

    id: str
    path: str
    value: str | None
    encrypted: bool
    description: str


@dataclass(frozen=True, slots=True)
class VariableChange:
    """What to change of a variable; None keeps."""

    path: str | None = None
    value: str | None = None
    encrypted: bool | None = None
    description: str | None = None


class Variables:
    """Variables. All methods raise RefusedError when the actor lacks the right; values of encrypted ones go in only."""

    def __init__(self, database: Database, clock: Clock, vault: Vault) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault

    async def all(self, actor: Actor) -> list[VariableView]:
        """Every variable by path."""
        demand(actor, Right.VIEW)
        return await self._database.read(lambda stores: [_view(each) for each in stores.variables.all()])

    async def variable(self, actor: Actor, variable_id: str) -> VariableView:
        """One variable; raises NotFoundError."""
        demand(actor, Right.VIEW)
        return _view(await self._database.read(lambda stores: stores.variables.get(variable_id)))

    async def create(self, actor: Actor, new: VariableChange) -> VariableView:
        """A new variable; raises InvalidError for the path, ConflictError when another has it."""
        demand(actor, Right.MANAGE_RESOURCES, new.path or "")
        variable = self._changed(Variable(str(uuid7()), "", ""), replace_missing(new))
        return await self._database.write(lambda stores: self._save(stores, actor, variable, "created"))

    async def change(self, actor: Actor, variable_id: str, change: VariableChange) -> VariableView:
        """Changes a variable; raises as `create`, and InvalidError for decrypting without giving a new value."""
        demand(actor, Right.MANAGE_RESOURCES)

        def work(stores: Transaction) -> VariableView:
            return self._save(stores, actor, self._changed(stores.variables.get(variable_id), change), "changed")

        return await self._database.write(work)

    async def remove(self, actor: Actor, variable_id: str) -> None:
        """Deletes a variable; raises NotFoundError."""
        demand(actor, Right.MANAGE_RESOURCES)

        def work(stores: Transaction) -> None:
            found = stores.variables.get(variable_id)
            stores.variables.remove(variable_id)
            stores.audit.add(audit_entry(actor, self._clock.now(), "deleted", _subject(found)))

        await self._database.write(work)

    def _changed(self, old: Variable, change: VariableChange) -> Variable:
        encrypted = old.encrypted if change.encrypted is None else change.encrypted
        return Variable(
            id=old.id,
            path=old.path if change.path is None else checked_path("variable", change.path),
            value=self._value(old, change.value, encrypted),
            encrypted=encrypted,
            description=old.description if change.description is None else change.description,
        )

    def _value(self, old: Variable, value: str | None, encrypted: bool) -> str:
        """The text to store; what was sealed once is never opened here."""
        if value is None and old.encrypted and not encrypted:
            raise InvalidError(f"'{old.path}' is encrypted: give it a new value to store it openly.")
        if value is None:
            return self._vault.seal(old.value) if encrypted and not old.encrypted else old.value
        return self._vault.seal(value) if encrypted else value

    def _save(self, stores: Transaction, actor: Actor, variable: Variable, action: str) -> VariableView:
        now = self._clock.now()
        stores.variables.save(variable, now)
        stores.audit.add(audit_entry(actor, now, action, _subject(variable), {"encrypted": variable.encrypted}))
        return _view(variable)


def replace_missing(new: VariableChange) -> VariableChange:
    """A new variable's fields, with what was not given filled in."""
    return VariableChange(new.path or "", new.value or "", bool(new.encrypted), new.description or "")


def _subject(variable: Variable) -> Subject:
    return Subject("variable", variable.id, variable.path)


def _view(variable: Variable) -> VariableView:
    value = None if variable.encrypted else variable.value
    return VariableView(variable.id, variable.path, value, variable.encrypted, variable.description)
