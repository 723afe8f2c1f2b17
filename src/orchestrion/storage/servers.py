"""Runbook servers, and what happens to the work of one that is gone (ports.ServerStore)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, select, update
from uuid_utils import uuid7

from orchestrion.model.job import InstanceState
from orchestrion.model.resources import RunbookServer, ServerStatus, Wanted
from orchestrion.ports.journal import Hold
from orchestrion.ports.servers import LEADER, Pulse, Registration
from orchestrion.storage.endings import end_monitor
from orchestrion.storage.fencing import is_heard
from orchestrion.storage.holding import hold_instance
from orchestrion.storage.leases import SqlLeases, give_up_all
from orchestrion.storage.moments import moment
from orchestrion.storage.rows import json_text
from orchestrion.storage.tables import IS_OWNED, execution, instance, monitor, server, signal
from orchestrion.storage.workers import tags_of

POISON_TAKEOVERS = 3  # in a row without progress of the journal; then the instance is held (durability.md 5)

#: A server whose process is started anew was drained to that end.
_ACTIVE = {"wanted": Wanted.ACTIVE.value, "wanted_at": None, "hands_on": False}


class SqlServers:
    """See ports.ServerStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def register(self, registration: Registration, now: datetime) -> RunbookServer:
        """See ports.ServerStore."""
        name = registration.name
        values = {
            "version": registration.version,
            "status": ServerStatus.ONLINE.value,
            "capacity": registration.capacity,
            "started_at": now,
            "last_seen_at": moment(),
            "lease_seconds": registration.lease_seconds,
            "machine": registration.machine or None,
            "process_id": registration.process_id or None,
            "tags": json_text(registration.tags),
            "monitor_capacity": registration.monitor_capacity,
        }
        known = (
            self._connection.execute(select(server).where(server.c.name == name).with_for_update()).mappings().first()
        )
        if known is None:
            rank = self._connection.scalar(select(func.coalesce(func.max(server.c.rank) + 1, 0))) or 0
            self._connection.execute(insert(server).values(id=str(uuid7()), name=name, rank=rank, epoch=1, **values))
        else:
            wanted = {} if known["wanted"] != Wanted.DRAINING.value or registration.epoch_before else _ACTIVE
            self._connection.execute(
                update(server).where(server.c.name == name).values(epoch=known["epoch"] + 1, **wanted, **values)
            )
            self._take_away(known["id"], now, is_crash=known["epoch"] != registration.epoch_before)
        return next(each for each in self.all() if each.name == name)

    def beat(self, server_id: str, epoch: int) -> bool:
        """See ports.ServerStore."""
        mine = update(server).where(server.c.id == server_id, server.c.epoch == epoch)
        return self._connection.execute(mine.values(last_seen_at=moment())).rowcount == 1

    def leave(self, server_id: str, epoch: int, now: datetime) -> None:
        """See ports.ServerStore."""
        mine = (server.c.id == server_id) & (server.c.epoch == epoch)
        # An UPDATE alone would not wait for a write that is in flight and holds the row.
        if self._connection.scalar(select(server.c.id).where(mine).with_for_update()) is None:
            return
        gone = {"status": ServerStatus.OFFLINE.value, "epoch": epoch + 1}
        self._connection.execute(update(server).where(mine).values(gone))
        self._take_away(server_id, now, is_crash=False)

    def set_status(self, server_id: str, status: ServerStatus) -> None:
        """See ports.ServerStore."""
        self._connection.execute(update(server).where(server.c.id == server_id).values(status=status.value))

    def all(self) -> list[RunbookServer]:
        """See ports.ServerStore."""
        query = select(server, is_heard().label("is_heard")).order_by(server.c.rank)
        leader = SqlLeases(self._connection).holder(LEADER)
        return [_server(row, leader) for row in self._connection.execute(query).mappings()]

    def running_counts(self) -> dict[str, int]:
        """See ports.ServerStore."""
        query = select(instance.c.server_id, func.count()).where(IS_OWNED).group_by(instance.c.server_id)
        return dict(self._connection.execute(query).all())

    def pulses(self) -> list[Pulse]:
        """See ports.ServerStore."""
        query = select(server.c.id, server.c.last_seen_at, server.c.lease_seconds).where(_is_not_offline())
        return [Pulse(row.id, row.last_seen_at, row.lease_seconds) for row in self._connection.execute(query)]

    def expire(self, server_ids: Collection[str], now: datetime) -> list[str]:
        """See ports.ServerStore."""
        overdue = select(server).where(server.c.id.in_(server_ids), ~is_heard(), _is_not_offline())
        names = []
        # A server whose write is in flight holds its row and is passed over: nobody replays before that is decided
        # (durability.md 4), and the next look finds it again.
        for row in self._connection.execute(overdue.with_for_update(skip_locked=True)).mappings().all():
            self._connection.execute(
                update(server)
                .where(server.c.id == row["id"])
                .values(epoch=row["epoch"] + 1, status=ServerStatus.OFFLINE.value)
            )
            self._take_away(row["id"], now)
            names.append(row["name"])
        return names

    def _take_away(self, server_id: str, now: datetime, *, is_crash: bool = True) -> None:
        """Makes what the server owned ready again; what crashes took over too often without progress is held."""
        give_up_all(self._connection, server_id)
        owned = select(instance.c.id, instance.c.takeovers, instance.c.takeover_sequence).where(
            instance.c.server_id == server_id, IS_OWNED
        )
        for row in self._connection.execute(owned).all():
            reached = self._reached(row.id)
            takeovers = (row.takeovers if reached == row.takeover_sequence else 0) + int(is_crash)
            self._connection.execute(
                update(instance)
                .where(instance.c.id == row.id)
                .values(state=InstanceState.READY.value, lease=None, takeovers=takeovers, takeover_sequence=reached)
            )
            if takeovers > POISON_TAKEOVERS:
                reason = f"Taken over {takeovers} times without progress: it seems to end its runbook server."
                hold_instance(self._connection, row.id, Hold(reason, now))
        mine = monitor.c.server_id == server_id
        for job_id in self._connection.scalars(
            select(monitor.c.job_id).where(mine, monitor.c.state == "stopping")
        ).all():
            end_monitor(self._connection, job_id, "", now)
        ready = {"state": "ready", "server_id": None, "lease": None}
        self._connection.execute(update(monitor).where(mine, monitor.c.state == "owned").values(ready))

    def _reached(self, instance_id: str) -> int:
        """The highest sequence in the instance's journal."""
        highest = [
            self._connection.scalar(select(func.max(table.c.sequence)).where(table.c.instance_id == instance_id)) or 0
            for table in (execution, signal)
        ]
        return max(highest)


def _is_not_offline() -> ColumnElement[bool]:
    return server.c.status != ServerStatus.OFFLINE.value


def _server(row: RowMapping, leader: str | None) -> RunbookServer:
    return RunbookServer(
        id=row["id"],
        name=row["name"],
        version=row["version"],
        status=ServerStatus(row["status"]),
        capacity=row["capacity"],
        rank=row["rank"],
        epoch=row["epoch"],
        started_at=row["started_at"],
        last_seen_at=row["last_seen_at"],
        lease_seconds=row["lease_seconds"],
        is_heard=bool(row["is_heard"]),
        is_leader=row["id"] == leader,
        machine=row["machine"],
        process_id=row["process_id"],
        tags=tags_of(row["tags"], row["granted_tags"]),
        monitor_capacity=row["monitor_capacity"],
        claim_limit=row["claim_limit"],
        wanted=Wanted(row["wanted"]),
        wanted_at=row["wanted_at"],
        hands_on=row["hands_on"],
        has_credential=bool(row["credential_hash"]),
    )
