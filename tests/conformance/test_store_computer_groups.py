"""Computer groups behave alike on every database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from orchestrion.model.computer_groups import ComputerGroup, EntryKind, GroupEntry
from orchestrion.model.errors import ConflictError, NotFoundError
from orchestrion.ports.transaction import Database

pytestmark = pytest.mark.anyio
WEB = ComputerGroup(
    "00000000-0000-0000-0000-000000000001",
    "Sites/Web",
    (GroupEntry(EntryKind.RANGE, "web[09-10].example.org"), GroupEntry(EntryKind.NAME, "grüße")),
    "What visitors see",
)
ALL = ComputerGroup("00000000-0000-0000-0000-000000000002", "All", (GroupEntry(EntryKind.GROUP, "sites/WEB"),))


@pytest.fixture(autouse=True)
async def saved(database: Database, now: datetime) -> None:
    """A group, and one that holds it."""
    await database.write(lambda stores: stores.computer_groups.save(WEB, now))
    await database.write(lambda stores: stores.computer_groups.save(ALL, now))


async def test_groups_are_kept_by_path(database: Database) -> None:
    """All fields come back, entries in order; the list is by path."""
    assert await database.read(lambda stores: stores.computer_groups.all()) == [ALL, WEB]
    assert await database.read(lambda stores: stores.computer_groups.get(WEB.id)) == WEB


async def test_members_are_found_by_path(database: Database) -> None:
    """Those of the groups inside are among them, whatever the case of a path."""
    found = await database.read(lambda stores: stores.computer_groups.members("ALL"))
    assert found == ("web09.example.org", "web10.example.org", "grüße")
    with pytest.raises(NotFoundError, match="Nobody"):
        await database.read(lambda stores: stores.computer_groups.members("Nobody"))


async def test_a_save_replaces_by_id(database: Database, now: datetime) -> None:
    """A group may change its path and everything else."""
    changed = replace(WEB, path="Web", entries=(), description="")
    await database.write(lambda stores: stores.computer_groups.save(changed, now))
    assert await database.read(lambda stores: stores.computer_groups.get(WEB.id)) == changed


async def test_a_path_belongs_to_one_group(database: Database, now: datetime) -> None:
    """A second group of the same path is refused, whatever its case."""
    with pytest.raises(ConflictError, match="SITES/WEB"):
        await database.write(lambda stores: stores.computer_groups.save(replace(ALL, path="SITES/WEB"), now))


async def test_a_deleted_group_is_gone(database: Database) -> None:
    """Deleting it again finds nothing."""
    await database.write(lambda stores: stores.computer_groups.remove(WEB.id))
    with pytest.raises(NotFoundError):
        await database.write(lambda stores: stores.computer_groups.remove(WEB.id))
