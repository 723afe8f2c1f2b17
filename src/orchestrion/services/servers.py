"""Runbook servers as a resource: what they are, and what people want of them (spec 5.3, 8.1).

Everything holds from a server's next claim on, without a restart of anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.assignment import Defaults, Policy
from orchestrion.model.errors import ConflictError, InvalidError, NotFoundError
from orchestrion.model.resources import RunbookServer, ServerStatus, Wanted
from orchestrion.model.values import Json
from orchestrion.ports.clock import Clock
from orchestrion.ports.journal import SERVERS, WORK, Wakeups
from orchestrion.ports.server_admin import DEFAULT_ASSIGNMENT, DEFAULT_SERVERS
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.audit import Subject, audit_entry
from orchestrion.services.server_names import unknown_servers

HIGHEST_LIMIT = 10_000
#: A server goes by this name in the audit where all of them are meant.
_ALL = Subject("server", "*", "all runbook servers")


class Move(StrEnum):
    """Where to in the order of servers."""

    FIRST = "first"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class ServerView:
    """A runbook server as it stands now, with what it runs and watches for; `place` counts from 0, the primary."""

    server: RunbookServer
    place: int
    running: int
    monitors: int
    packs: Mapping[str, str]

    @property
    def status(self) -> ServerStatus:
        """Offline when its lease is over."""
        return self.server.now

    @property
    def role(self) -> str:
        """`primary` for the first server of the list, `standby 1`, `standby 2`, … for the others (spec 5.3)."""
        return f"standby {self.place}" if self.place else "primary"


class Servers:
    """Runbook servers. All methods raise RefusedError when the actor lacks the right, NotFoundError for an id."""

    def __init__(self, database: Database, clock: Clock, wakeups: Wakeups) -> None:
        self._database = database
        self._clock = clock
        self._wakeups = wakeups

    async def all(self, actor: Actor) -> list[ServerView]:
        """Every server, the primary first."""
        demand(actor, Right.VIEW)
        return await self._database.read(_views)

    async def one(self, actor: Actor, server_id: str) -> ServerView:
        """One server."""
        demand(actor, Right.VIEW)
        return await self._database.read(lambda tx: _view(tx, server_id))

    async def drain(self, actor: Actor, server_id: str, *, hands_on: bool = False) -> ServerView:
        """Takes nothing new until it is resumed or its process is started anew; monitors go to others at once.

        What runs goes on to its end or, with `hands_on`, to other servers as soon as it can.
        """
        return await self._want(actor, server_id, Wanted.DRAINING, hands_on=hands_on)

    async def maintain(self, actor: Actor, server_id: str, *, begins: bool) -> ServerView:
        """As `drain`, and a restart of its process does not end it."""
        return await self._want(actor, server_id, Wanted.MAINTENANCE if begins else Wanted.ACTIVE)

    async def resume(self, actor: Actor, server_id: str) -> ServerView:
        """Takes work again."""
        return await self._want(actor, server_id, Wanted.ACTIVE)

    async def limit(self, actor: Actor, server_id: str | None, limit: int | None) -> None:
        """How many instances a server, or every one, runs at once; None: its own capacity. Raises InvalidError."""
        if limit is not None and not 1 <= limit <= HIGHEST_LIMIT:
            raise InvalidError(f"A limit is a whole number from 1 to {HIGHEST_LIMIT}.")

        def change(tx: Transaction) -> Subject:
            subject = _ALL if server_id is None else _subject(tx.server_admin.lock(server_id))
            tx.server_admin.limit(server_id, limit)
            return subject

        await self._changed(actor, change, "limited", {"limit": limit})

    async def move(self, actor: Actor, server_id: str, move: Move) -> list[ServerView]:
        """Changes the order of servers: the first is the primary."""

        def change(tx: Transaction) -> Subject:
            server = tx.server_admin.lock(server_id)
            tx.server_admin.put_in_order(_moved([each.id for each in tx.servers.all()], server_id, move))
            return _subject(server)

        action = "demoted" if move is Move.DOWN else "promoted"
        await self._changed(actor, change, action, {"to": move.value})
        return await self._database.read(_views)

    async def remove(self, actor: Actor, server_id: str) -> None:
        """Forgets a server that is offline; raises ConflictError for another, or while it owns anything."""
        await self._changed(actor, lambda tx: _removed(tx, server_id), "removed", {})

    async def defaults(self, actor: Actor) -> Defaults:
        """What holds for runbooks that say nothing else."""
        demand(actor, Right.VIEW)
        return await self._database.read(lambda tx: tx.server_admin.defaults())

    async def set_defaults(
        self, actor: Actor, servers: Sequence[str] | None = None, policy: Policy | None = None
    ) -> Defaults:
        """Changes the global list, or how servers share the work; None keeps. Raises InvalidError."""

        def change(tx: Transaction) -> Subject:
            problems = unknown_servers(tx, servers or ())
            if problems:
                raise InvalidError(problems[0], problems)
            if servers is not None:
                tx.settings.put(DEFAULT_SERVERS, list(servers), self._clock.now())
            if policy is not None:
                tx.settings.put(DEFAULT_ASSIGNMENT, policy.value, self._clock.now())
            return _ALL

        details: dict[str, Json] = {} if servers is None else {"servers": list(servers)}
        if policy is not None:
            details["assignment"] = policy.value
        await self._changed(actor, change, "changed", details)
        return await self._database.read(lambda tx: tx.server_admin.defaults())

    async def _want(self, actor: Actor, server_id: str, wanted: Wanted, *, hands_on: bool = False) -> ServerView:
        def change(tx: Transaction) -> Subject:
            server = tx.server_admin.lock(server_id)
            tx.server_admin.want(server_id, wanted, hands_on=hands_on, now=self._clock.now())
            return _subject(server)

        await self._changed(actor, change, _ACTIONS[wanted], {"now": True} if hands_on else {})
        return await self._database.read(lambda tx: _view(tx, server_id))

    async def _changed(
        self, actor: Actor, change: Callable[[Transaction], Subject], action: str, details: Mapping[str, Json]
    ) -> None:
        """One change with its audit entry; the servers look what it means for them."""
        demand(actor, Right.MANAGE_SERVERS)

        def changed(tx: Transaction) -> None:
            subject = change(tx)
            tx.audit.add(audit_entry(actor, self._clock.now(), action, subject, details))

        await self._database.write(changed)
        self._wakeups.announce(SERVERS)
        self._wakeups.announce(WORK)


_ACTIONS: Mapping[Wanted, str] = {
    Wanted.ACTIVE: "resumed",
    Wanted.DRAINING: "drained",
    Wanted.MAINTENANCE: "put into maintenance",
}


def _views(tx: Transaction) -> list[ServerView]:
    running, packs, watching = tx.servers.running_counts(), tx.catalogue.packs_of_servers(), tx.server_admin.watching()
    return [
        ServerView(each, place, running.get(each.id, 0), watching.get(each.id, 0), packs.get(each.id, {}))
        for place, each in enumerate(tx.servers.all())
    ]


def _view(tx: Transaction, server_id: str) -> ServerView:
    found = next((each for each in _views(tx) if each.server.id == server_id), None)
    if found is None:
        raise NotFoundError("runbook server", server_id)
    return found


def _moved(order: Sequence[str], server_id: str, move: Move) -> list[str]:
    """The order after a move; at either end nothing changes."""
    others = [each for each in order if each != server_id]
    place = order.index(server_id)
    to = {Move.FIRST: 0, Move.UP: max(0, place - 1), Move.DOWN: place + 1}[move]
    return [*others[:to], server_id, *others[to:]]


def _removed(tx: Transaction, server_id: str) -> Subject:
    server = tx.server_admin.lock(server_id)
    owned = tx.server_admin.owned(server_id)
    if server.now is not ServerStatus.OFFLINE:
        raise ConflictError(f"'{server.name}' is {server.now.value}. Stop its process before it is removed.")
    if owned.instances or owned.monitors:
        raise ConflictError(
            f"'{server.name}' still owns {owned.instances} instances and {owned.monitors} monitors. They go to other "
            "servers when its lease is over; remove it then."
        )
    tx.server_admin.remove(server_id)
    return _subject(server)


def _subject(server: RunbookServer) -> Subject:
    return Subject("server", server.id, server.name)
