"""What of the ready things a server takes: the storage side of model/assignment.py (spec 5.3, durability.md 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, or_, select

from orchestrion.model.assignment import LONGEST_WAIT, TAG, Placement, Policy, Ready, Worker, may_run, share
from orchestrion.ports.journal import Fence
from orchestrion.storage.dialect import among
from orchestrion.storage.placements import read_placements
from orchestrion.storage.tables import IS_READY, instance, job, monitor
from orchestrion.storage.workers import Own, Workers, note_service

MOST_LOOKED_AT = 200  # of what is ready, so that all servers deal out the same
_KEPT = 10_000  # placements that are remembered
_ANYWHERE = Placement()


@dataclass(frozen=True, slots=True)
class _Looks:
    """A query for the first `most` that are ready, and the same without the placements `barred`."""

    whole: Select[Any]
    but_barred: Select[Any]


def _looks(query: Select[Any], placement: ColumnElement[str], order: Sequence[ColumnElement[Any]]) -> _Looks:
    first = query.order_by(*order).limit(bindparam("most"))
    return _Looks(first, first.where(or_(placement.is_(None), ~among(placement, "barred"))))


@lru_cache(maxsize=100)
def _ready_instances(name: str, tags: frozenset[str]) -> _Looks:
    """Made once for each server as it is called and tagged: to make a statement costs more than to run it."""
    query = select(
        instance.c.id, instance.c.placement_id, instance.c.created_at, instance.c.started_at.is_(None).label("is_fresh")
    ).where(IS_READY, instance.c.engine_level <= bindparam("level"), _is_listed_before(name, tags))
    return _looks(query, instance.c.placement_id, (instance.c.turn, instance.c.id))


def _is_listed_before(name: str, tags: frozenset[str]) -> ColumnElement[bool]:
    """Whether an instance from before placements may run here, as the release before says it."""
    names = (name, *(TAG + each for each in sorted(tags)))
    listed = (instance.c.eligible.contains(f"|{each}|", autoescape=True) for each in names)
    return or_(instance.c.placement_id.is_not(None), instance.c.eligible == "", *listed)


_READY_MONITORS = _looks(
    select(monitor.c.job_id.label("id"), job.c.placement_id, job.c.servers)
    .join(job, job.c.id == monitor.c.job_id)
    .where(monitor.c.state == "ready"),
    job.c.placement_id,
    (monitor.c.job_id,),
)


class Assignment:
    """Chooses, for the servers of one process; remembers placements, and since when monitors wait."""

    def __init__(self) -> None:
        self._workers = Workers()
        self._placements: dict[str, Placement] = {}
        self._barred: dict[object, set[str]] = {}
        self._waiting_since: dict[str, datetime] = {}

    def own(self, connection: Connection, fence: Fence, now: datetime) -> Own:
        """The server that asks; holds its row against the watchdog until the commit. Raises FencedError."""
        return self._workers.own(connection, fence, now)

    def instances(self, connection: Connection, own: Own, level: int, limit: int, now: datetime) -> dict[str, bool]:
        """Ready instances that the server takes, in their order, by id: whether nobody has ever run them.

        Nobody has locked them yet.
        """
        values = {"level": level, "most": _most(own, limit)}
        rows = self._permitted(connection, own, _ready_instances(own.worker.name, own.worker.tags), values)
        if not rows:
            return {}
        ready = [Ready(row.id, self._of(row.placement_id), _is_left(row.created_at, now)) for row in rows]
        fresh = {row.id: row.is_fresh for row in rows}
        taken = _dealt(connection, own, self._workers.for_runs(connection, own), ready, limit)
        return {each: fresh[each] for each in taken}

    def monitors(self, connection: Connection, own: Own, limit: int, now: datetime) -> list[str]:
        """Jobs of ready monitors that the server takes, as `instances`; each counts as waiting from the first look."""
        rows = self._permitted(connection, own, _READY_MONITORS, {"most": _most(own, limit)})
        self._waiting_since = {row.id: self._waiting_since.get(row.id, now) for row in rows}
        placed = [(row.id, self._of(row.placement_id, row.servers)) for row in rows]
        ready = [
            Ready(job_id, placement, _is_left(self._waiting_since[job_id], now))
            for job_id, placement in placed
            if may_run(placement, own.worker, own.defaults)
        ]
        if not ready:
            return []
        return _dealt(connection, own, self._workers.for_monitors(connection, own), ready, limit)

    def _permitted(
        self, connection: Connection, own: Own, looks: _Looks, values: Mapping[str, object]
    ) -> Sequence[Row[Any]]:
        """The first rows without those whose placement bars this server."""
        barred = self._barred_for(own)
        while True:
            if barred:
                rows = connection.execute(looks.but_barred, {**values, "barred": sorted(barred)}).all()
            else:
                rows = connection.execute(looks.whole, values).all()
            ids = {row.placement_id for row in rows if row.placement_id is not None}
            self._learn(connection, ids)
            found = {each for each in ids if not may_run(self._of(each), own.worker, own.defaults)}
            if not found:
                return rows
            barred |= found

    def _barred_for(self, own: Own) -> set[str]:
        """What earlier looks have found out, as long as it holds."""
        me = own.worker
        key = (me.id, me.name, me.tags, me.types, own.defaults)
        if key not in self._barred or len(self._barred[key]) > _KEPT:
            self._barred = {key: set()}
        return self._barred[key]

    def _learn(self, connection: Connection, ids: set[str]) -> None:
        unknown = ids - self._placements.keys()
        if unknown:
            if len(self._placements) > _KEPT:
                self._placements.clear()
                unknown = ids
            self._placements |= read_placements(connection, unknown)

    def _of(self, placement_id: str | None, servers: str = "[]") -> Placement:
        """The placement; of something from before placements, the servers that it names."""
        if placement_id is None:
            return Placement(tuple(from_json(servers)))
        return self._placements.get(placement_id, _ANYWHERE)


def _most(own: Own, limit: int) -> int:
    """How many to look at."""
    return max(limit, MOST_LOOKED_AT) if own.has_others else limit


def _dealt(
    connection: Connection, own: Own, workers: tuple[Worker, Sequence[Worker]], ready: Sequence[Ready], limit: int
) -> list[str]:
    taken = share(ready, *workers, own.defaults, limit)
    policies = {each.id: each.placement.policy or own.defaults.policy for each in ready}
    if any(policies[each] is Policy.ROUND_ROBIN for each in taken):
        note_service(connection, own.worker.id)
    return taken


def _is_left(since: datetime, now: datetime) -> bool:
    """Whether somebody else has had time enough; clocks of servers may differ by more than that."""
    return abs(now - since) >= LONGEST_WAIT
