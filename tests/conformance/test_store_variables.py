"""Variables behave alike on every database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from orchestrion.model.errors import ConflictError, NotFoundError
from orchestrion.model.resources import Variable
from orchestrion.ports.transaction import Database, Transaction

pytestmark = pytest.mark.anyio
PORT = Variable("00000000-0000-0000-0000-000000000001", "Mail/Port", "25", description="Of the server")
NAME = Variable("00000000-0000-0000-0000-000000000002", "Mail/Name", "sealed", encrypted=True)


async def test_variables_are_kept_by_path(database: Database, now: datetime) -> None:
    """All fields come back; the list is by path."""

    def work(stores: Transaction) -> None:
        for variable in (PORT, NAME):
            stores.variables.save(variable, now)
        assert stores.variables.all() == [NAME, PORT]
        assert stores.variables.get(PORT.id) == PORT

    await database.write(work)


async def test_a_save_replaces_by_id(database: Database, now: datetime) -> None:
    """A variable may change its path and everything else."""
    changed = replace(PORT, path="Post/Port", value="587", encrypted=True, description="")

    def work(stores: Transaction) -> list[Variable]:
        stores.variables.save(PORT, now)
        stores.variables.save(changed, now)
        return stores.variables.all()

    assert await database.write(work) == [changed]


async def test_a_path_belongs_to_one_variable(database: Database, now: datetime) -> None:
    """A second variable of the same path is refused, whatever its case."""
    await database.write(lambda stores: stores.variables.save(PORT, now))
    with pytest.raises(ConflictError, match="MAIL/PORT"):
        await database.write(lambda stores: stores.variables.save(replace(NAME, path="MAIL/PORT"), now))
    assert await database.read(lambda stores: stores.variables.all()) == [PORT]


async def test_a_deleted_variable_is_gone(database: Database, now: datetime) -> None:
    """Deleting it again finds nothing."""
    await database.write(lambda stores: stores.variables.save(PORT, now))
    await database.write(lambda stores: stores.variables.remove(PORT.id))
    with pytest.raises(NotFoundError):
        await database.write(lambda stores: stores.variables.remove(PORT.id))
