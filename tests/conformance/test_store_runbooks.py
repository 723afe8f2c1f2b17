"""Runbooks, versions and drafts behave alike on every database."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import partial

import pytest

from orchestrion.model.errors import ConflictError, NotFoundError
from orchestrion.ports.authoring import DraftRecord, RunbookFilter, RunbookRecord, VersionRecord
from orchestrion.ports.transaction import Database, Transaction

pytestmark = pytest.mark.anyio
ANNA, BERT = "00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b"


def added(stores: Transaction, now: datetime, name: str = "Run") -> RunbookRecord:
    """A runbook at the top."""
    return stores.runbooks.add(stores.folders.root().id, name, now)


def version(runbook: RunbookRecord, number: int, now: datetime) -> VersionRecord:
    """A version whose document is as odd as JSON allows."""
    return VersionRecord(runbook.id, number, "Anna", now, f"comment {number}", {"n": [number, None, 1.5, "ü\n\u2028"]})


def draft(runbook: RunbookRecord, owner: str, revision: int, now: datetime) -> DraftRecord:
    """A draft that says which save it is."""
    return DraftRecord(runbook.id, owner, "Somebody", None, revision, now, {"revision": revision})


async def test_a_new_runbook_has_no_version_and_no_owner(database: Database, now: datetime) -> None:
    """It is found by id and by path, ignoring case."""

    def work(stores: Transaction) -> None:
        new = added(stores, now, "Straße")
        assert (new.version, new.owner_id, new.updated_at, new.max_simultaneous_jobs) == (None, None, now, 1)
        assert stores.runbooks.find("STRASSE") == stores.runbooks.get(new.id) == stores.runbooks.lock(new.id) == new

    await database.write(work)


async def test_a_name_is_taken_in_its_folder_only(database: Database, now: datetime) -> None:
    """The same name is free in another folder and after a deletion."""

    def work(stores: Transaction) -> None:
        first, other = added(stores, now), stores.folders.add(stores.folders.root().id, "Other")
        stores.runbooks.add(other.id, "Run", now)
        with pytest.raises(ConflictError, match="already a runbook 'run'"):
            added(stores, now, "run")
        stores.runbooks.remove(first.id, now)
        added(stores, now)

    await database.write(work)


async def test_a_move_changes_the_path(database: Database, now: datetime) -> None:
    """It is refused where the name is taken."""

    def work(stores: Transaction) -> None:
        runbook, other = added(stores, now), stores.folders.add(stores.folders.root().id, "Other")
        stores.runbooks.move(runbook.id, other.id, "Walk", now + timedelta(1))
        moved = stores.runbooks.get(runbook.id)
        assert (moved.path, moved.folder_id, moved.updated_at) == ("Other/Walk", other.id, now + timedelta(1))
        with pytest.raises(ConflictError):
            stores.runbooks.move(added(stores, now).id, other.id, "WALK", now)

    await database.write(work)


async def test_a_list_is_filtered_and_paged_by_path(database: Database, now: datetime) -> None:
    """Folder, text and cursor narrow the list; what means something in a pattern is plain text."""

    def paths(stores: Transaction, wanted: RunbookFilter) -> list[str]:
        return [found.path for found in stores.runbooks.search(wanted)]

    def work(stores: Transaction) -> None:
        inner = stores.folders.add(stores.folders.root().id, "Inner")
        for name in ("b_100%", "a", "c"):
            added(stores, now, name)
        stores.runbooks.add(inner.id, "A", now)
        assert paths(stores, RunbookFilter(limit=2)) == ["a", "b_100%"]
        assert paths(stores, RunbookFilter(after="B_100%")) == ["c", "Inner/A"]
        assert paths(stores, RunbookFilter(folder_id=inner.id)) == ["Inner/A"]
        assert paths(stores, RunbookFilter(search="_100%")) == ["b_100%"]
        assert paths(stores, RunbookFilter(search="INNER")) == ["Inner/A"]

    await database.write(work)


async def test_a_list_searches_descriptions(database: Database, now: datetime) -> None:
    """A runbook is found by what it is for, ignoring case."""

    def work(stores: Transaction) -> list[RunbookRecord]:
        runbook = added(stores, now)
        stores.runbooks.add_version(version(runbook, 1, now), False, 1, "Restarts the Spooler")
        return stores.runbooks.search(RunbookFilter(search="spooler"))

    assert [found.name for found in await database.write(work)] == ["Run"]


async def test_the_newest_version_shows_on_the_runbook(database: Database, now: datetime) -> None:
    """A version says what lists need to know, and when it was made."""

    def work(stores: Transaction) -> None:
        runbook, later = added(stores, now), now + timedelta(hours=1)
        stores.runbooks.add_version(version(runbook, 1, later), True, 3, "For tests")
        found = stores.runbooks.get(runbook.id)
        assert (found.version, found.is_monitor, found.max_simultaneous_jobs) == (1, True, 3)
        assert (found.description, found.updated_at) == ("For tests", later)

    await database.write(work)


async def test_versions_are_kept_exactly(database: Database, now: datetime) -> None:
    """The list is newest first without documents; one version has its own."""

    def work(stores: Transaction) -> None:
        runbook = added(stores, now)
        for number in (1, 2):
            stores.runbooks.add_version(version(runbook, number, now), False, 1, "")
        assert [(each.version, each.document) for each in stores.runbooks.versions(runbook.id)] == [(2, {}), (1, {})]
        assert stores.runbooks.version(runbook.id, 1) == version(runbook, 1, now)
        with pytest.raises(NotFoundError, match="version 3"):
            stores.runbooks.version(runbook.id, 3)

    await database.write(work)


async def test_a_deleted_runbook_keeps_its_history(database: Database, now: datetime) -> None:
    """It is nowhere to be seen, but the versions that its runs used can be read."""

    def work(stores: Transaction) -> None:
        runbook = added(stores, now)
        stores.runbooks.add_version(version(runbook, 1, now), False, 1, "")
        stores.runbooks.save_draft(draft(runbook, ANNA, 1, now))
        stores.runbooks.remove(runbook.id, now)
        assert stores.runbooks.search(RunbookFilter()) == []
        assert (stores.runbooks.find("Run"), stores.runbooks.draft(runbook.id, ANNA)) == (None, None)
        assert stores.runbooks.version(runbook.id, 1).comment == "comment 1"
        with pytest.raises(NotFoundError):
            stores.runbooks.lock(runbook.id)

    await database.write(work)


async def test_somebody_may_hold_a_runbook(database: Database, now: datetime) -> None:
    """The holder and the time are recorded, and forgotten again."""

    def work(stores: Transaction) -> None:
        runbook = added(stores, now)
        stores.runbooks.set_owner(runbook.id, ANNA, "Anna", now)
        held = stores.runbooks.get(runbook.id)
        assert (held.owner_id, held.owner_name, held.checked_out_at) == (ANNA, "Anna", now)
        stores.runbooks.set_owner(runbook.id, None, None, now)
        assert stores.runbooks.get(runbook.id) == runbook

    await database.write(work)


async def test_every_owner_has_one_draft(database: Database, now: datetime) -> None:
    """A save replaces the earlier one of the same owner only."""

    def work(stores: Transaction) -> None:
        runbook = added(stores, now)
        for record in (draft(runbook, ANNA, 1, now), draft(runbook, BERT, 1, now), draft(runbook, ANNA, 2, now)):
            stores.runbooks.save_draft(record)
        assert stores.runbooks.draft(runbook.id, ANNA) == draft(runbook, ANNA, 2, now)
        stores.runbooks.remove_draft(runbook.id, ANNA)
        assert stores.runbooks.draft(runbook.id, ANNA) is None
        assert stores.runbooks.draft(runbook.id, BERT) == draft(runbook, BERT, 1, now)

    await database.write(work)


async def test_what_is_no_id_is_not_found(database: Database) -> None:
    """Ids come from outside; a text that is none is no error of the database."""
    for look in (lambda stores: stores.runbooks.get("x"), lambda stores: stores.runbooks.version("x", 1)):
        with pytest.raises(NotFoundError):
            await database.read(look)


async def test_of_two_writers_one_gets_the_name(database: Database, now: datetime) -> None:
    """Writers that start together take turns, so the second one sees the first one's runbook."""
    root = await database.write(lambda stores: stores.folders.root().id)
    results = await asyncio.gather(
        *(database.write(lambda stores: stores.runbooks.add(root, "Run", now)) for _ in range(5)),
        return_exceptions=True,
    )
    assert [type(result) for result in results if not isinstance(result, ConflictError)] == [RunbookRecord]


async def test_a_locked_runbook_waits_for_its_holder(database: Database, now: datetime) -> None:
    """Check-outs that start together do not both succeed."""
    runbook = await database.write(lambda stores: added(stores, now))

    def take(stores: Transaction, owner: str) -> bool:
        if stores.runbooks.lock(runbook.id).owner_id is not None:
            return False
        stores.runbooks.set_owner(runbook.id, owner, "Somebody", now)
        return True

    taken = await asyncio.gather(*(database.write(partial(take, owner=owner)) for owner in (ANNA, BERT) * 3))
    assert taken.count(True) == 1


async def test_a_runbook_follows_a_folder_that_moves_meanwhile(database: Database, now: datetime) -> None:
    """Whichever comes first, the paths are right in the end."""
    root = await database.write(lambda stores: stores.folders.root().id)
    folder = await database.write(lambda stores: stores.folders.add(root, "Old"))
    await asyncio.gather(
        database.write(lambda stores: stores.runbooks.add(folder.id, "One", now)),
        database.write(lambda stores: stores.folders.change(folder.id, root, "New")),
        database.write(lambda stores: stores.runbooks.add(folder.id, "Two", now)),
    )
    found = await database.read(lambda stores: stores.runbooks.search(RunbookFilter()))
    assert [record.path for record in found] == ["New/One", "New/Two"]
