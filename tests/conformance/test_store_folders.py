"""The tree of folders behaves alike on every database."""

from __future__ import annotations

from datetime import datetime

import pytest

from orchestrion.model.errors import ConflictError, InvalidError, NotFoundError
from orchestrion.ports.transaction import Database, Transaction

pytestmark = pytest.mark.anyio
NOBODY = "00000000-0000-0000-0000-000000000001"


async def test_the_root_always_exists(database: Database) -> None:
    """Asking twice gives the same root, without parent and path."""

    def work(stores: Transaction) -> None:
        root = stores.folders.root()
        assert (root.parent_id, root.path) == (None, "")
        assert stores.folders.root() == root

    await database.write(work)


async def test_a_folder_lies_below_its_parent(database: Database) -> None:
    """Paths join names; the list is by path."""

    def work(stores: Transaction) -> None:
        samples = stores.folders.add(stores.folders.root().id, "Samples")
        inner = stores.folders.add(samples.id, "Inner")
        assert inner.path == "Samples/Inner"
        assert [folder.path for folder in stores.folders.all()] == ["", "Samples", "Samples/Inner"]
        assert stores.folders.get(inner.id) == inner

    await database.write(work)


async def test_a_folder_counts_its_own_runbooks(database: Database, now: datetime) -> None:
    """Runbooks further down and deleted ones do not count."""

    def work(stores: Transaction) -> None:
        outer = stores.folders.add(stores.folders.root().id, "Outer")
        inner = stores.folders.add(outer.id, "Inner")
        stores.runbooks.add(outer.id, "Kept", now)
        stores.runbooks.add(inner.id, "Further down", now)
        stores.runbooks.remove(stores.runbooks.add(outer.id, "Deleted", now).id, now)
        assert {folder.path: folder.runbook_count for folder in stores.folders.all()}["Outer"] == 1

    await database.write(work)


@pytest.mark.parametrize("name", ["samples", "SAMPLES"])
async def test_names_beside_each_other_differ_in_more_than_case(database: Database, name: str) -> None:
    """A second folder of the same name is refused."""

    def work(stores: Transaction) -> None:
        root = stores.folders.root().id
        stores.folders.add(root, "Samples")
        stores.folders.add(root, name)

    with pytest.raises(ConflictError, match="already a folder"):
        await database.write(work)


async def test_a_move_takes_everything_along(database: Database, now: datetime) -> None:
    """Folders and runbooks below get new paths; neighbours whose names begin alike keep theirs."""

    def work(stores: Transaction) -> None:
        root = stores.folders.root().id
        old, target = stores.folders.add(root, "Old_%"), stores.folders.add(root, "Target")
        inner, neighbour = stores.folders.add(old.id, "Inner"), stores.folders.add(root, "Old_%2")
        runbook, outside = stores.runbooks.add(inner.id, "Run", now), stores.runbooks.add(root, "Old_%", now)
        stores.folders.change(old.id, target.id, "New")
        assert stores.folders.get(inner.id).path == "Target/New/Inner"
        assert stores.runbooks.find("target/new/inner/run") == stores.runbooks.get(runbook.id)
        assert stores.folders.get(neighbour.id).path == "Old_%2"
        assert stores.runbooks.get(outside.id).path == "Old_%"

    await database.write(work)


async def test_a_name_may_change_its_case(database: Database) -> None:
    """A folder is not in its own way."""

    def work(stores: Transaction) -> str:
        root = stores.folders.root().id
        return stores.folders.change(stores.folders.add(root, "samples").id, root, "Samples").path

    assert await database.write(work) == "Samples"


async def test_a_folder_does_not_move_below_itself(database: Database) -> None:
    """The tree stays a tree."""

    def work(stores: Transaction) -> None:
        outer = stores.folders.add(stores.folders.root().id, "Outer")
        inner = stores.folders.add(outer.id, "Inner")
        stores.folders.change(outer.id, inner.id, "Outer")

    with pytest.raises(InvalidError, match="below itself"):
        await database.write(work)


async def test_only_an_empty_folder_is_deleted(database: Database, now: datetime) -> None:
    """A folder with a folder or a runbook in it stays; one whose runbooks were deleted goes."""

    def work(stores: Transaction) -> str:
        outer = stores.folders.add(stores.folders.root().id, "Outer")
        inner = stores.folders.add(outer.id, "Inner")
        with pytest.raises(ConflictError, match="not empty"):
            stores.folders.remove(outer.id)
        runbook = stores.runbooks.add(inner.id, "Run", now)
        with pytest.raises(ConflictError, match="not empty"):
            stores.folders.remove(inner.id)
        stores.runbooks.remove(runbook.id, now)
        stores.folders.remove(inner.id)
        return inner.id

    removed = await database.write(work)
    with pytest.raises(NotFoundError):
        await database.read(lambda stores: stores.folders.get(removed))


async def test_the_root_stays(database: Database) -> None:
    """The root is neither renamed nor deleted."""
    with pytest.raises(InvalidError):
        await database.write(lambda stores: stores.folders.remove(stores.folders.root().id))
    with pytest.raises(InvalidError):
        await database.write(lambda stores: stores.folders.change(stores.folders.root().id, NOBODY, "x"))


async def test_a_path_has_a_longest_length(database: Database) -> None:
    """What the column cannot hold is refused in words."""

    def work(stores: Transaction) -> None:
        parent = stores.folders.root()
        for _ in range(11):
            parent = stores.folders.add(parent.id, "x" * 200)

    with pytest.raises(InvalidError, match="2000"):
        await database.write(work)


@pytest.mark.parametrize("wanted", [NOBODY, "no id", ""])
async def test_an_unknown_folder_is_named(database: Database, wanted: str) -> None:
    """Also what is no id at all is simply not found."""
    with pytest.raises(NotFoundError, match="folder"):
        await database.read(lambda stores: stores.folders.get(wanted))
