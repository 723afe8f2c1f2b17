"""How the whole installation stands: counted on the small indexes of what has not ended, never in history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Executable, Select, func, select, text

from orchestrion.model.job import InstanceState, JobStatus
from orchestrion.model.resources import RunbookServer
from orchestrion.ports.observability import DatabaseFacts, Figures, ServerFigures
from orchestrion.storage.dialect import is_postgres
from orchestrion.storage.moments import moment
from orchestrion.storage.servers import SqlServers
from orchestrion.storage.tables import IS_ACTIVE, IS_OPEN, doubt, instance, job, monitor, trigger
from orchestrion.storage.trigger_outcomes import WAITS

#: Settings of PostgreSQL by which a commit is durable when it returns, with the values that are not safe.
_UNSAFE = {"fsync": ("off",), "full_page_writes": ("off",), "synchronous_commit": ("off",)}
_LOCAL = ("local", "off")  # values of synchronous_commit by which no standby is waited for

Counted = dict[str, tuple[int, datetime | None]]


class SqlFigures:
    """See ports.FigureStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def figures(self) -> Figures:
        """See ports.FigureStore."""
        now = self._now()
        jobs = self._counted(select(job.c.status, func.count(), func.min(job.c.created_at)).where(IS_ACTIVE))
        instances = self._counted(
            select(instance.c.state, func.count(), func.min(instance.c.created_at)).where(IS_OPEN)
        )
        states = self._connection.execute(select(monitor.c.state, func.count()).group_by(monitor.c.state))
        store = SqlServers(self._connection)
        servers, running = store.all(), store.running_counts()
        return Figures(
            jobs={status: count for status, (count, _) in jobs.items()},
            oldest_pending=_age(jobs, JobStatus.PENDING.value, now),
            instances={state: count for state, (count, _) in instances.items()},
            oldest_ready=_age(instances, InstanceState.READY.value, now),
            in_doubt=self._count(select(func.count()).select_from(doubt).where(doubt.c.answer.is_(None))),
            monitors={state: count for state, count in states if state != "ended"},
            triggers_waiting=self._count(select(func.count()).select_from(trigger).where(WAITS)),
            servers=[_server_figures(each, running.get(each.id, 0), now) for each in servers],
            leader=next((each.name for each in servers if each.is_leader), None),
        )

    def facts(self) -> DatabaseFacts:
        """See ports.FigureStore."""
        revision = MigrationContext.configure(self._connection).get_current_revision() or ""
        if not is_postgres(self._connection.dialect):
            version = self._connection.scalar(text("SELECT sqlite_version()"))
            return DatabaseFacts(f"SQLite {version}", revision, self._now())
        standbys, wants = self._standbys()
        return DatabaseFacts(
            product=f"PostgreSQL {self._setting('server_version').split()[0]}",
            schema=revision,
            now=self._now(),
            is_standby=bool(self._connection.scalar(text("SELECT pg_is_in_recovery()"))),
            unsafe={name: value for name, bad in _UNSAFE.items() if (value := self._setting(name)) in bad},
            synchronous_standbys=standbys,
            wants_standby=wants,
        )

    def _standbys(self) -> tuple[int, bool]:
        """How many standbys confirm commits now, and whether commits wait for one."""
        synchronous = text("SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')")
        named = bool(self._setting("synchronous_standby_names"))
        return self._count(synchronous), named and self._setting("synchronous_commit") not in _LOCAL

    def _setting(self, name: str) -> str:
        return str(self._connection.scalar(select(func.current_setting(name))))

    def _now(self) -> datetime:
        found: datetime = self._connection.execute(select(moment())).scalar_one()
        return found

    def _count(self, query: Executable) -> int:
        return int(self._connection.scalar(query) or 0)

    def _counted(self, query: Select[Any]) -> Counted:
        """By the query's first column: how many, and the oldest."""
        rows = self._connection.execute(query.group_by(query.selected_columns[0]))
        return {key: (count, oldest) for key, count, oldest in rows}


def _age(found: Counted, key: str, now: datetime) -> float:
    oldest = found.get(key, (0, None))[1]
    return 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())


def _server_figures(server: RunbookServer, running: int, now: datetime) -> ServerFigures:
    silent = (now - server.last_seen_at).total_seconds()
    return ServerFigures(
        name=server.name,
        status=server.now.value,
        heartbeat_age=max(0.0, silent),
        lease_left=max(0.0, server.lease_seconds - silent),
        epoch=server.epoch,
        capacity=server.capacity,
        running=running,
    )
