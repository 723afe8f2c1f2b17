"""Computer groups as people make and change them."""

from __future__ import annotations

import pytest

from orchestrion.model.computer_groups import ComputerGroup, EntryKind, GroupEntry
from orchestrion.model.errors import ConflictError, InvalidError, NotFoundError
from orchestrion.ports.transaction import Database
from orchestrion.services.computer_groups import ComputerGroups
from tests.unit.services.world import ANNA, Clock, audited

pytestmark = pytest.mark.anyio
WEB = GroupEntry(EntryKind.RANGE, "web[1-2]")


@pytest.fixture
def groups(database: Database, clock: Clock) -> ComputerGroups:
    """Computer groups over the database."""
    return ComputerGroups(database, clock)


async def made(groups: ComputerGroups, path: str, *entries: GroupEntry | str) -> ComputerGroup:
    """A new group; a text among the entries is the path of another group."""
    found = [GroupEntry(EntryKind.GROUP, each) if isinstance(each, str) else each for each in entries]
    return await groups.create(ANNA, {"path": path, "entries": found})


async def test_a_group_is_created_changed_and_deleted(groups: ComputerGroups, database: Database) -> None:
    """What is not given stays; every change is audited."""
    new = await made(groups, "Web", WEB)
    changed = await groups.change(ANNA, new.id, {"description": "Sites"})
    assert (changed.path, changed.entries, changed.description) == ("Web", (WEB,), "Sites")
    assert await groups.all(ANNA) == [changed] == [await groups.group(ANNA, new.id)]
    assert await groups.members(ANNA, new.id) == ("web1", "web2")
    await groups.remove(ANNA, new.id)
    with pytest.raises(NotFoundError):
        await groups.group(ANNA, new.id)
    assert [action for _, action in await audited(database)] == ["created", "changed", "deleted"]


async def test_names_are_stored_composed_and_trimmed(groups: ComputerGroups) -> None:
    """Two names that look the same are the same."""
    new = await made(groups, "Web", GroupEntry(EntryKind.NAME, " gru\u0308n "), GroupEntry(EntryKind.NAME, "gr\u00fcn"))
    assert await groups.members(ANNA, new.id) == ("gr\u00fcn",)


async def test_a_circle_is_refused_by_name(groups: ComputerGroups) -> None:
    """Nothing is stored of the change that would close it."""
    inner = await made(groups, "Inner", WEB)
    await made(groups, "Outer", "inner")
    with pytest.raises(InvalidError, match="Inner > Outer > Inner"):
        await groups.change(ANNA, inner.id, {"entries": [GroupEntry(EntryKind.GROUP, "Outer")]})
    assert await groups.members(ANNA, inner.id) == ("web1", "web2")


async def test_a_group_that_does_not_exist_is_refused(groups: ComputerGroups) -> None:
    """It must be made first."""
    with pytest.raises(InvalidError, match=r"no computer group 'Nobody'\. Make it first"):
        await made(groups, "Web", "Nobody")


async def test_what_a_group_is_part_of_must_not_become_too_large(groups: ComputerGroups) -> None:
    """Each is small enough, the one around both is not."""
    await made(groups, "A", GroupEntry(EntryKind.RANGE, "a[1-6000]"))
    small = await made(groups, "B", WEB)
    await made(groups, "Both", "A", "B")
    with pytest.raises(InvalidError, match="'Both' has more than 10000 members"):
        await groups.change(ANNA, small.id, {"entries": [GroupEntry(EntryKind.RANGE, "b[1-6000]")]})


async def test_a_new_path_reaches_the_groups_that_name_it(groups: ComputerGroups) -> None:
    """They keep their members."""
    inner = await made(groups, "Inner", WEB)
    outer = await made(groups, "Outer", "INNER")
    await groups.change(ANNA, inner.id, {"path": "Sites/Web"})
    assert (await groups.group(ANNA, outer.id)).entries == (GroupEntry(EntryKind.GROUP, "Sites/Web"),)
    assert await groups.members(ANNA, outer.id) == ("web1", "web2")


async def test_a_part_of_a_group_is_not_deleted(groups: ComputerGroups) -> None:
    """The error says what it is part of."""
    inner = await made(groups, "Inner", WEB)
    await made(groups, "Outer", "Inner")
    with pytest.raises(ConflictError, match="part of 'Outer'"):
        await groups.remove(ANNA, inner.id)


@pytest.mark.parametrize("path", ["", "/a", "a//b"])
async def test_a_path_must_be_a_path(groups: ComputerGroups, path: str) -> None:
    """Every part of it is a name."""
    with pytest.raises(InvalidError, match="name of a computer group"):
        await made(groups, path)
