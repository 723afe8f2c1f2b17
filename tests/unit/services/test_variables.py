"""Variables, open and encrypted."""

from __future__ import annotations

import pytest

from orchestrion.model.errors import ConflictError, InvalidError, NotFoundError
from orchestrion.ports.transaction import Database
from orchestrion.security.vault import MasterKeyVault
from orchestrion.services.resources import VariableChange, Variables
from tests.unit.services.world import ANNA, Clock, audited

pytestmark = pytest.mark.anyio
VAULT = MasterKeyVault(b"k" * 32)


@pytest.fixture
def variables(database: Database, clock: Clock) -> Variables:
    """Variables over the database."""
    return Variables(database, clock, VAULT)


async def stored(database: Database, variable_id: str) -> str:
    """What the database holds as the value."""
    return (await database.read(lambda stores: stores.variables.get(variable_id))).value


async def test_a_variable_is_created_changed_and_deleted(variables: Variables, database: Database) -> None:
    """What is not given stays; every change is audited."""
    new = await variables.create(ANNA, VariableChange("Mail/Port", "25", description="Of the server"))
    changed = await variables.change(ANNA, new.id, VariableChange(value="587"))
    assert (changed.path, changed.value, changed.description) == ("Mail/Port", "587", "Of the server")
    assert await variables.all(ANNA) == [changed] == [await variables.variable(ANNA, new.id)]
    await variables.remove(ANNA, new.id)
    with pytest.raises(NotFoundError):
        await variables.variable(ANNA, new.id)
    assert [action for _, action in await audited(database)] == ["created", "changed", "deleted"]


async def test_an_encrypted_value_never_comes_back(variables: Variables, database: Database) -> None:
    """It is sealed in the database and shown nowhere, not even in the audit."""
    new = await variables.create(ANNA, VariableChange("Key", "canary-4711", encrypted=True))
    sealed = await stored(database, new.id)
    assert (new.value, VAULT.open(sealed)) == (None, "canary-4711")
    assert "canary" not in sealed + repr(await variables.all(ANNA))
    assert "canary" not in repr(await database.read(lambda stores: stores.audit.recent(None, 9)))


async def test_an_open_value_can_be_encrypted(variables: Variables, database: Database) -> None:
    """Without giving it again; other changes leave the sealed text alone."""
    new = await variables.create(ANNA, VariableChange("Key", "value"))
    await variables.change(ANNA, new.id, VariableChange(encrypted=True))
    sealed = await stored(database, new.id)
    await variables.change(ANNA, new.id, VariableChange(description="Better"))
    assert (VAULT.open(sealed), await stored(database, new.id)) == ("value", sealed)


async def test_decrypting_needs_a_new_value(variables: Variables) -> None:
    """Nobody reads a secret by unticking a box."""
    new = await variables.create(ANNA, VariableChange("Key", "value", encrypted=True))
    with pytest.raises(InvalidError, match="new value"):
        await variables.change(ANNA, new.id, VariableChange(encrypted=False))
    assert (await variables.change(ANNA, new.id, VariableChange(value="open", encrypted=False))).value == "open"


@pytest.mark.parametrize("path", ["", "/a", "a//b", "a/../b", "/".join(["x" * 200] * 11)])
async def test_a_path_must_be_a_path(variables: Variables, path: str) -> None:
    """Every part of it is a name."""
    with pytest.raises(InvalidError):
        await variables.create(ANNA, VariableChange(path))


async def test_a_path_belongs_to_one_variable(variables: Variables) -> None:
    """A second one is refused."""
    await variables.create(ANNA, VariableChange("Mail/Port"))
    with pytest.raises(ConflictError):
        await variables.create(ANNA, VariableChange("mail/port"))
