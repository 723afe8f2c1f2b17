"""Runbook servers as the assignment sees them, read in the transaction that gives work out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic_core import from_json
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    exists,
    func,
    select,
    update,
)

from orchestrion.model.assignment import Defaults, Policy, Worker
from orchestrion.model.resources import ServerStatus, Wanted
from orchestrion.ports.journal import Fence
from orchestrion.ports.server_admin import DEFAULT_ASSIGNMENT, DEFAULT_SERVERS
from orchestrion.storage.fencing import fenced, is_heard
from orchestrion.storage.holding import IS_ANY_DUE
from orchestrion.storage.moments import moment
from orchestrion.storage.tables import IS_OWNED, announced_type, instance, monitor, server, setting

#: A server that has not beaten for this share of its lease is not waited for; it is not yet taken for dead.
SILENT_AFTER = 2 / 3
_KEPT = 1000  # servers whose activity types are remembered
_LIVE = (
    server.c.status == ServerStatus.ONLINE.value,
    server.c.wanted == Wanted.ACTIVE.value,
    is_heard(SILENT_AFTER),
)


def _setting(name: str) -> ColumnElement[str]:
    return select(setting.c.value).where(setting.c.name == name).scalar_subquery().label(name)


_other = server.alias("other")
_HAS_OTHERS = exists().where(_other.c.id != server.c.id, _other.c.status == ServerStatus.ONLINE.value)
#: What of a server decides; reading all of it would take longer than the rest of a claim.
_DECIDING = (
    server.c.id,
    server.c.name,
    server.c.rank,
    server.c.epoch,
    server.c.capacity,
    server.c.claim_limit,
    server.c.monitor_capacity,
    server.c.wanted,
    server.c.tags,
    server.c.granted_tags,
    server.c.served_at,
)
#: The fence as in fencing.py, and with it everything that decides what the server may take.
_OWN: Select[Any] = (
    select(
        *_DECIDING,
        _setting(DEFAULT_SERVERS),
        _setting(DEFAULT_ASSIGNMENT),
        _HAS_OTHERS.label("has_others"),
        IS_ANY_DUE.label("is_any_due"),
    )
    .where(server.c.id == bindparam("server"), server.c.epoch == bindparam("epoch"))
    .with_for_update(read=True, key_share=True, of=server)
)
_OTHERS: Select[Any] = select(*_DECIDING).where(server.c.id != bindparam("server"), *_LIVE)
RUNNING = select(instance.c.server_id, func.count()).where(IS_OWNED).group_by(instance.c.server_id)
WATCHING = select(monitor.c.server_id, func.count()).where(monitor.c.state == "owned").group_by(monitor.c.server_id)


@dataclass(frozen=True, slots=True)
class Own:
    """The server that asks, and what holds for all servers; what it runs is not counted yet.

    `takes_work` is False while people want it to take nothing new; `is_any_due` says whether a parked instance has
    slept long enough.
    """

    worker: Worker
    defaults: Defaults
    takes_work: bool
    is_limited: bool
    has_others: bool
    is_any_due: bool
    monitor_capacity: int


class Workers:
    """Reads servers; remembers which activity types each life of a server has, because they never change in it."""

    def __init__(self) -> None:
        self._types: dict[tuple[str, int], frozenset[str]] = {}

    def own(self, connection: Connection, fence: Fence, now: datetime) -> Own:
        """The server that asks; holds its row as check_fence does. Raises FencedError."""
        row = connection.execute(_OWN, {"server": fence.server_id, "epoch": fence.epoch, "now": now}).one_or_none()
        if row is None:
            raise fenced(fence)
        found = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
        return Own(
            self._worker(connection, row, row.claim_limit or row.capacity, {}),
            defaults_of(found[DEFAULT_SERVERS], found[DEFAULT_ASSIGNMENT]),
            row.wanted == Wanted.ACTIVE.value,
            row.claim_limit is not None,
            row.has_others,
            row.is_any_due,
            row.monitor_capacity,
        )

    def for_runs(self, connection: Connection, own: Own) -> tuple[Worker, list[Worker]]:
        """The server itself and the others that take work, with the instances they run; alone, it counts itself."""
        others = self._others(connection, own)
        running: dict[str, int] = dict(connection.execute(RUNNING).all()) if others or own.is_limited else {}
        me = replace(own.worker, running=running.get(own.worker.id, 0))
        return me, [self._worker(connection, each, each.claim_limit or each.capacity, running) for each in others]

    def for_monitors(self, connection: Connection, own: Own) -> tuple[Worker, list[Worker]]:
        """As `for_runs`, with the monitors that they watch for and how many they may."""
        others = self._others(connection, own)
        watching: dict[str, int] = dict(connection.execute(WATCHING).all())
        me = replace(own.worker, running=watching.get(own.worker.id, 0), capacity=own.monitor_capacity)
        return me, [self._worker(connection, each, each.monitor_capacity, watching) for each in others]

    def _others(self, connection: Connection, own: Own) -> Sequence[Row[Any]]:
        return connection.execute(_OTHERS, {"server": own.worker.id}).all() if own.has_others else ()

    def _worker(self, connection: Connection, row: Row[Any], capacity: int, taken: Mapping[str, int]) -> Worker:
        return Worker(
            id=row.id,
            name=row.name,
            rank=row.rank,
            capacity=capacity,
            running=taken.get(row.id, 0),
            tags=tags_of(row.tags, row.granted_tags),
            types=self._types_of(connection, row.id, row.epoch),
            served_at=row.served_at,
        )

    def _types_of(self, connection: Connection, server_id: str, epoch: int) -> frozenset[str]:
        if (server_id, epoch) not in self._types:
            if len(self._types) > _KEPT:
                self._types.clear()
            self._types[server_id, epoch] = announced(connection, [server_id]).get(server_id, frozenset())
        return self._types[server_id, epoch]


def announced(connection: Connection, server_ids: Iterable[str]) -> dict[str, frozenset[str]]:
    """The activity types that servers have, by server id."""
    found: dict[str, set[str]] = {}
    query = select(announced_type.c.server_id, announced_type.c.type_id)
    for server_id, type_id in connection.execute(query.where(announced_type.c.server_id.in_(list(server_ids)))):
        found.setdefault(server_id, set()).add(type_id)
    return {server_id: frozenset(types) for server_id, types in found.items()}


def tags_of(own: str, granted: str) -> frozenset[str]:
    """The tags in the two columns that hold them."""
    return frozenset((*from_json(own), *from_json(granted)))


def defaults_of(servers: str | None, assignment: str | None) -> Defaults:
    """The global settings from their stored form."""
    listed = from_json(servers) if servers else None
    policy = from_json(assignment) if assignment else None
    return Defaults(tuple(listed or ()), Policy(policy) if policy else Policy.SPILL_OVER)


def read_defaults(connection: Connection) -> Defaults:
    """The global settings."""
    names = (DEFAULT_SERVERS, DEFAULT_ASSIGNMENT)
    rows = connection.execute(select(setting.c.name, setting.c.value).where(setting.c.name.in_(names))).all()
    found: dict[str, str] = dict(rows)
    return defaults_of(found.get(DEFAULT_SERVERS), found.get(DEFAULT_ASSIGNMENT))


def note_service(connection: Connection, server_id: str) -> None:
    """The server was given something that goes round all servers."""
    connection.execute(update(server).where(server.c.id == server_id).values(served_at=moment()))
