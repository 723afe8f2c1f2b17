"""What has to be known to say why something does not start (ports.StartStore)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pydantic_core import from_json
from sqlalchemy import Connection, Row, Select, func, or_, select

from orchestrion.model.assignment import Placement, Worker
from orchestrion.model.start_reason import MOST_COUNTED, Queued, Seen, Waiting
from orchestrion.storage.admission import ACTIVE
from orchestrion.storage.placements import read_placements
from orchestrion.storage.servers import SqlServers
from orchestrion.storage.tables import IS_QUEUED, IS_READY, instance, job, monitor, runbook
from orchestrion.storage.workers import RUNNING, WATCHING, announced

_ENTRIES = "|"  # between the servers in instance.eligible


class SqlStarts:
    """See ports.StartStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def queued(self, job_ids: Sequence[str]) -> dict[str, Queued]:
        """See ports.StartStore."""
        query = select(job.c.id, job.c.runbook_id, runbook.c.max_simultaneous_jobs.label("most"))
        query = query.join(runbook, runbook.c.id == job.c.runbook_id).where(job.c.id.in_(job_ids), IS_QUEUED)
        rows = self._connection.execute(query).all()
        running = self._admitted({row.runbook_id for row in rows})
        places = {each: self._places(each) for each in {row.runbook_id for row in rows}}
        return {
            row.id: Queued(row.most, running.get(row.runbook_id, 0), places[row.runbook_id].get(row.id)) for row in rows
        }

    def _admitted(self, runbook_ids: Collection[str]) -> dict[str, int]:
        query = select(job.c.runbook_id, func.count()).where(
            job.c.runbook_id.in_(runbook_ids), job.c.status.in_(ACTIVE), job.c.admitted
        )
        return dict(self._connection.execute(query.group_by(job.c.runbook_id)).all())

    def _places(self, runbook_id: str) -> dict[str, int]:
        first = select(job.c.id).where(job.c.runbook_id == runbook_id, IS_QUEUED)
        first = first.order_by(job.c.queue_place, job.c.id).limit(MOST_COUNTED)
        return {each: place for place, each in enumerate(self._connection.scalars(first), start=1)}

    def instances(self, instance_ids: Sequence[str]) -> dict[str, Waiting]:
        """See ports.StartStore."""
        columns = (instance.c.id, instance.c.placement_id, instance.c.eligible, instance.c.created_at, instance.c.turn)
        rows = self._connection.execute(select(*columns).where(instance.c.id.in_(instance_ids), IS_READY)).all()
        placements = read_placements(self._connection, {row.placement_id for row in rows if row.placement_id})
        return {
            row.id: Waiting(
                placements.get(row.placement_id) or _listed(row.eligible), row.created_at, self._ahead(row.turn, row.id)
            )
            for row in rows
        }

    def _ahead(self, turn: int, instance_id: str) -> int:
        before = or_(instance.c.turn < turn, (instance.c.turn == turn) & (instance.c.id < instance_id))
        first = select(instance.c.id).where(IS_READY, before).limit(MOST_COUNTED).subquery()
        return self._connection.scalar(select(func.count()).select_from(first)) or 0

    def monitors(self, job_ids: Sequence[str]) -> dict[str, Waiting]:
        """See ports.StartStore."""
        query: Select[tuple[str, str | None, str, object]] = select(
            job.c.id, job.c.placement_id, job.c.servers, job.c.created_at
        )
        query = query.join(monitor, monitor.c.job_id == job.c.id)
        rows: Sequence[Row[tuple[str, str | None, str, object]]] = self._connection.execute(
            query.where(job.c.id.in_(job_ids), monitor.c.state == "ready")
        ).all()
        placements = read_placements(self._connection, {row.placement_id for row in rows if row.placement_id})
        return {
            row.id: Waiting(
                placements.get(row.placement_id) or Placement(tuple(from_json(row.servers))), row.created_at
            )
            for row in rows
        }

    def for_runs(self) -> list[Seen]:
        """See ports.StartStore."""
        return self._seen(dict(self._connection.execute(RUNNING).all()), are_monitors=False)

    def for_monitors(self) -> list[Seen]:
        """See ports.StartStore."""
        return self._seen(dict(self._connection.execute(WATCHING).all()), are_monitors=True)

    def _seen(self, taken: Mapping[str, int], *, are_monitors: bool) -> list[Seen]:
        servers = SqlServers(self._connection).all()
        types = announced(self._connection, [each.id for each in servers])
        return [
            Seen(
                Worker(
                    id=each.id,
                    name=each.name,
                    rank=each.rank,
                    capacity=each.monitor_capacity if are_monitors else each.limit,
                    running=taken.get(each.id, 0),
                    tags=each.tags,
                    types=types.get(each.id, frozenset()),
                ),
                each.now,
            )
            for each in servers
        ]

    def restored(self, job_ids: Sequence[str]) -> set[str]:
        """See ports.StartStore."""
        return set(self._connection.scalars(select(job.c.id).where(job.c.id.in_(job_ids), job.c.restored)))


def _listed(eligible: str) -> Placement:
    """The placement of an instance from before placements."""
    return Placement(tuple(each for each in eligible.split(_ENTRIES) if each))
