"""Counts of runs by runbook and by minutes (ports.StatisticsStore)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    Integer,
    Select,
    case,
    cast,
    delete,
    extract,
    func,
    insert,
    literal,
    select,
    type_coerce,
)

from orchestrion.model.job import InstanceState, JobStatus
from orchestrion.model.statistics import DURATIONS
from orchestrion.ports.maintenance import Current, Slot, Tally
from orchestrion.storage.admission import ACTIVE
from orchestrion.storage.dialect import Instant, is_postgres
from orchestrion.storage.tables import folder, instance, job, runbook
from orchestrion.storage.upkeep_tables import run_count

_COLUMNS = ["starts_at", "seconds", "runbook_id", "subject", "outcome", "duration", "count"]
_SECONDS_A_DAY = 86400.0


class SqlStatistics:
    """See ports.StatisticsStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def recount(self, slot: Slot) -> None:
        """See ports.StatisticsStore."""
        seconds = int(slot.length.total_seconds())
        same = (run_count.c.starts_at == slot.start) & (run_count.c.seconds == seconds)
        self._connection.execute(delete(run_count).where(same))
        for query in (self._ended(slot, "instance"), self._ended(slot, "job"), _created(slot)):
            self._connection.execute(insert(run_count).from_select(_COLUMNS, query))

    def _ended(self, slot: Slot, subject: str) -> Select[*tuple[object, ...]]:
        table = instance if subject == "instance" else job
        duration = self._class_of(table.c.started_at, table.c.ended_at)
        keys = (table.c.runbook_id, table.c.status, duration)
        return (
            select(*_slot(slot), keys[0], literal(subject), keys[1], keys[2], func.count())
            .where(table.c.ended_at >= slot.start, table.c.ended_at < slot.end)
            .group_by(*keys)
        )

    def _class_of(
        self, start: ColumnElement[datetime | None], end: ColumnElement[datetime | None]
    ) -> ColumnElement[int]:
        """The class of a duration; what never started took no time."""
        seconds = func.coalesce(self._seconds_between(start, end), 0.0)
        classes = [(seconds <= type_coerce(literal(bound), Float), index) for index, bound in enumerate(DURATIONS)]
        return case(*classes, else_=len(DURATIONS))

    def _seconds_between(
        self, start: ColumnElement[datetime | None], end: ColumnElement[datetime | None]
    ) -> ColumnElement[float]:
        if is_postgres(self._connection.dialect):
            return cast(extract("epoch", end) - extract("epoch", start), Float)
        return (func.julianday(end) - func.julianday(start)) * _SECONDS_A_DAY

    def merge(self, short: timedelta, long: Slot) -> None:
        """See ports.StatisticsStore."""
        within = (
            (run_count.c.seconds == int(short.total_seconds()))
            & (run_count.c.starts_at >= long.start)
            & (run_count.c.starts_at < long.end)
        )
        keys = (run_count.c.runbook_id, run_count.c.subject, run_count.c.outcome, run_count.c.duration)
        total = cast(func.sum(run_count.c.count), Integer)
        same = (run_count.c.starts_at == long.start) & (run_count.c.seconds == int(long.length.total_seconds()))
        self._connection.execute(delete(run_count).where(same))
        merged = select(*_slot(long), *keys, total).where(within).group_by(*keys)
        self._connection.execute(insert(run_count).from_select(_COLUMNS, merged))
        self._connection.execute(delete(run_count).where(within))

    def forget(self, before: datetime) -> None:
        """See ports.StatisticsStore."""
        self._connection.execute(delete(run_count).where(run_count.c.starts_at < before))

    def first(self, length: timedelta) -> datetime | None:
        """See ports.StatisticsStore."""
        of_length = run_count.c.seconds == int(length.total_seconds())
        found: datetime | None = self._connection.scalar(select(func.min(run_count.c.starts_at)).where(of_length))
        return found

    def oldest_job(self) -> datetime | None:
        """See ports.StatisticsStore."""
        found: datetime | None = self._connection.scalar(select(func.min(job.c.created_at)))
        return found

    def tallies(self, since: datetime) -> list[Tally]:
        """See ports.StatisticsStore."""
        keys = (run_count.c.runbook_id, run_count.c.subject, run_count.c.outcome, run_count.c.duration)
        total = func.sum(run_count.c.count).label("total")
        query = select(*keys, total).where(run_count.c.starts_at >= since).group_by(*keys)
        found: dict[tuple[str, str, str], dict[int, int]] = defaultdict(dict)
        for row in self._connection.execute(query):
            found[row.runbook_id, row.subject, row.outcome][row.duration] = int(row.total)
        return [Tally(*key, durations) for key, durations in found.items()]

    def runbooks(self) -> dict[str, tuple[str, str]]:
        """See ports.StatisticsStore."""
        query = (
            select(runbook.c.id, runbook.c.path, folder.c.path.label("folder_path"))
            .join(folder, folder.c.id == runbook.c.folder_id)
            .where(runbook.c.deleted_at.is_(None))
            .order_by(runbook.c.folded_path)
        )
        return {row.id: (row.path, row.folder_path) for row in self._connection.execute(query)}

    def current(self) -> dict[str, Current]:
        """See ports.StatisticsStore."""
        queued = func.sum(case((job.c.status == JobStatus.PENDING.value, 1), else_=0)).label("queued")
        jobs = select(job.c.runbook_id, func.count().label("open"), queued).where(job.c.status.in_(ACTIVE))
        instances = select(instance.c.runbook_id, func.count()).where(instance.c.state != InstanceState.ENDED.value)
        running: dict[str, int] = dict(self._connection.execute(instances.group_by(instance.c.runbook_id)).all())
        found = {
            row.runbook_id: Current(int(row.queued), row.open, running.get(row.runbook_id, 0))
            for row in self._connection.execute(jobs.group_by(job.c.runbook_id))
        }
        return {key: Current(open_instances=count) for key, count in running.items()} | found


def _slot(slot: Slot) -> tuple[ColumnElement[datetime], ColumnElement[int]]:
    start = literal(slot.start, Instant)
    return start.label("starts_at"), literal(int(slot.length.total_seconds())).label("seconds")


def _created(slot: Slot) -> Select[*tuple[object, ...]]:
    created = (job.c.created_at >= slot.start) & (job.c.created_at < slot.end)
    named = (literal("job"), literal("created"), literal(0))
    return select(*_slot(slot), job.c.runbook_id, *named, func.count()).where(created).group_by(job.c.runbook_id)
