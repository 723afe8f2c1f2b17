"""Changing the folder tree."""

from __future__ import annotations

import pytest

from orchestrion.model.errors import ConflictError, InvalidError
from orchestrion.ports.transaction import Database
from orchestrion.services.folders import Folders
from tests.unit.services.world import ANNA, Clock, audited, found_root

pytestmark = pytest.mark.anyio


@pytest.fixture
def folders(database: Database, clock: Clock) -> Folders:
    """Folders over the database."""
    return Folders(database, clock)


async def test_a_folder_is_created_renamed_moved_and_deleted(folders: Folders, database: Database) -> None:
    """Every change is audited."""
    root = await found_root(database)
    outer, inner = await folders.create(ANNA, root, " Outer "), await folders.create(ANNA, root, "Inner")
    assert (await folders.change(ANNA, inner.id, parent_id=outer.id)).path == "Outer/Inner"
    assert (await folders.change(ANNA, inner.id, name="In")).path == "Outer/In"
    await folders.remove(ANNA, inner.id)
    assert [folder.path for folder in await folders.all(ANNA)] == ["", "Outer"]
    assert [action for _, action in await audited(database)] == ["created", "created", "moved", "moved", "deleted"]


async def test_a_bad_name_changes_nothing(folders: Folders, database: Database) -> None:
    """A name with a slash would be a path."""
    root = await found_root(database)
    with pytest.raises(InvalidError, match="'/'"):
        await folders.create(ANNA, root, "a/b")
    assert await audited(database) == []


async def test_a_refused_change_is_not_audited(folders: Folders, database: Database) -> None:
    """The entry stands or falls with the change."""
    root = await found_root(database)
    await folders.create(ANNA, root, "Taken")
    with pytest.raises(ConflictError):
        await folders.create(ANNA, root, "taken")
    assert len(await audited(database)) == 1


async def test_the_root_cannot_be_renamed(folders: Folders, database: Database) -> None:
    """It has no name."""
    with pytest.raises(InvalidError, match="top folder"):
        await folders.change(ANNA, await found_root(database), name="Top")
