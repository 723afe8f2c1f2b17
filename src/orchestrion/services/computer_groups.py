"""Computer groups: lists of computers that a run resolves when an activity starts (spec 6.1)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import TypedDict

from uuid_utils import uuid7

from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.computer_groups import (
    KIND,
    ComputerGroup,
    EntryKind,
    GroupEntry,
    Groups,
    by_folded_path,
    check_entry,
    expanded,
)
from orchestrion.model.errors import ConflictError, InvalidError, NotFoundError
from orchestrion.ports.clock import Clock
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.audit import Subject, audit_entry
from orchestrion.services.names import checked_path


class GroupChange(TypedDict, total=False):
    """What to change of a group; what is left out stays."""

    path: str
    entries: Sequence[GroupEntry]
    description: str


class ComputerGroups:
    """Computer groups. All methods raise RefusedError when the actor lacks the right."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def all(self, actor: Actor) -> list[ComputerGroup]:
        """Every group by path."""
        demand(actor, Right.VIEW)
        return await self._database.read(lambda stores: stores.computer_groups.all())

    async def group(self, actor: Actor, group_id: str) -> ComputerGroup:
        """One group; raises NotFoundError."""
        demand(actor, Right.VIEW)
        return await self._database.read(lambda stores: stores.computer_groups.get(group_id))

    async def members(self, actor: Actor, group_id: str) -> tuple[str, ...]:
        """The computers it stands for now, in order; raises NotFoundError."""
        demand(actor, Right.VIEW)

        def look(stores: Transaction) -> tuple[str, ...]:
            return stores.computer_groups.members(stores.computer_groups.get(group_id).path)

        return await self._database.read(look)

    async def create(self, actor: Actor, new: GroupChange) -> ComputerGroup:
        """A new group.

        Raises InvalidError for the path, for an entry that cannot be, and for groups in a circle; ConflictError when
        another has the path.
        """
        demand(actor, Right.MANAGE_RESOURCES, new.get("path", ""))
        old = ComputerGroup(str(uuid7()), "")
        group = _changed(old, {**new, "path": new.get("path", "")})
        return await self._database.write(lambda stores: self._save(stores, actor, old, group))

    async def change(self, actor: Actor, group_id: str, change: GroupChange) -> ComputerGroup:
        """Changes a group, and the groups that name it when its path changes; raises as `create`, and NotFoundError."""
        demand(actor, Right.MANAGE_RESOURCES)

        def work(stores: Transaction) -> ComputerGroup:
            old = stores.computer_groups.get(group_id)
            return self._save(stores, actor, old, _changed(old, change))

        return await self._database.write(work)

    async def remove(self, actor: Actor, group_id: str) -> None:
        """Deletes a group; raises NotFoundError, and ConflictError for one that is part of another."""
        demand(actor, Right.MANAGE_RESOURCES)

        def work(stores: Transaction) -> None:
            found = stores.computer_groups.get(group_id)
            holders = [each.path for each in stores.computer_groups.all() if _names(each, found.path)]
            if holders:
                raise ConflictError(f"The computer group '{found.path}' is part of '{holders[0]}'. Take it out first.")
            stores.computer_groups.remove(group_id)
            self._note(stores, actor, found, "deleted")

        await self._database.write(work)

    def _save(self, stores: Transaction, actor: Actor, old: ComputerGroup, group: ComputerGroup) -> ComputerGroup:
        now, store = self._clock.now(), stores.computer_groups
        store.save(group, now)
        if old.path and old.path != group.path:
            for holder in [each for each in store.all() if _names(each, old.path)]:
                store.save(_renamed(holder, old.path, group.path), now)
        _check_members(stores, group.path)
        self._note(stores, actor, group, "changed" if old.path else "created")
        return store.get(group.id)

    def _note(self, stores: Transaction, actor: Actor, group: ComputerGroup, action: str) -> None:
        subject = Subject("computer-group", group.id, group.path)
        stores.audit.add(audit_entry(actor, self._clock.now(), action, subject, {"entries": len(group.entries)}))


def _changed(old: ComputerGroup, change: GroupChange) -> ComputerGroup:
    return ComputerGroup(
        id=old.id,
        path=checked_path(KIND, change["path"]) if "path" in change else old.path,
        entries=tuple(_checked(each) for each in change["entries"]) if "entries" in change else old.entries,
        description=change.get("description", old.description),
    )


def _checked(entry: GroupEntry) -> GroupEntry:
    """The entry with composed characters and without spaces around it; raises InvalidError for one that cannot be."""
    found = replace(entry, value=unicodedata.normalize("NFC", entry.value).strip())
    check_entry(found)
    return found


def _check_members(stores: Transaction, path: str) -> None:
    """Returns when the group, and every group it is part of, can be expanded; raises InvalidError otherwise."""
    groups = by_folded_path(stores.computer_groups.all())
    try:
        for each in (path, *_holders(path, groups)):
            expanded(each, groups)
    except NotFoundError as error:
        raise InvalidError(f"{error} Make it first.") from error


def _holders(path: str, groups: Groups) -> list[str]:
    """The paths of the groups that hold the one at `path`, in themselves or in groups within them."""
    found = [path]
    for inner in found:  # grows while it is walked
        known = {each.casefold() for each in found}
        found += [each.path for folded, each in groups.items() if folded not in known and _names(each, inner)]
    return found[1:]


def _names(group: ComputerGroup, path: str) -> bool:
    return any(_is(entry, path) for entry in group.entries)


def _renamed(group: ComputerGroup, old: str, new: str) -> ComputerGroup:
    entries = (GroupEntry(EntryKind.GROUP, new) if _is(entry, old) else entry for entry in group.entries)
    return replace(group, entries=tuple(entries))


def _is(entry: GroupEntry, path: str) -> bool:
    return entry.kind is EntryKind.GROUP and entry.value.casefold() == path.casefold()
