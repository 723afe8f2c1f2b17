"""How full the queue of each monitor is and how its instances fare, held while a transaction changes it.

Whoever takes a gauge has locked the row of the job before, always in this order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Connection, RowMapping, bindparam, select, update

from orchestrion.model.ids import derived_id
from orchestrion.model.job import JobStatus
from orchestrion.model.resources import EventType
from orchestrion.model.triggers import MonitorLimits, is_flood_over
from orchestrion.ports.access import EventRecord
from orchestrion.storage.dialect import among
from orchestrion.storage.events import SqlEvents
from orchestrion.storage.tables import job, monitor, server

_COUNTED = ("cursor", "waiting", "flooded_at", "dropped", "failures", "quarantined_at", "quarantine_reason")


@dataclass(slots=True)
class Gauge:
    """The state of one monitor; `save` writes what is changed here."""

    job: RowMapping
    lease: str | None
    server_id: str | None
    limits: MonitorLimits
    cursor: str | None
    waiting: int
    flooded_at: datetime | None
    dropped: int
    failures: int
    quarantined_at: datetime | None
    quarantine_reason: str | None
    tells_anew: bool = False
    """Whether the reason on the job has to be written again."""
    has_work: bool = False
    """Whether instances have become ready."""

    @property
    def is_full(self) -> bool:
        """Whether no further trigger may wait."""
        return self.waiting >= self.limits.waiting

    def add(self, number: int, at: datetime) -> None:
        """So many triggers more wait, or fewer; a flood begins or ends with it."""
        self.waiting = max(0, self.waiting + number)
        if self.flooded_at is None and self.is_full:
            self.flooded_at, self.tells_anew = at, True
        elif self.flooded_at is not None and is_flood_over(self.waiting, self.limits.waiting):
            self.flooded_at, self.tells_anew = None, True

    def put_in_quarantine(self, at: datetime, error: str) -> None:
        """Too many of its instances in a row have failed."""
        last = f" The last one: {error}" if error else ""
        self.quarantine_reason = f"The last {self.failures} instances failed.{last}"
        self.quarantined_at, self.tells_anew = at, True

    def release(self) -> None:
        """A person has looked at it."""
        self.failures, self.quarantined_at, self.quarantine_reason, self.tells_anew = 0, None, None, True

    @property
    def reason(self) -> str | None:
        """What stands on the job."""
        return " ".join(filter(None, (self._quarantine, self._flood))) or None

    @property
    def _quarantine(self) -> str | None:
        if self.quarantined_at is None:
            return None
        does = "It watches and stores triggers, and starts" if self.flooded_at is None else "It starts"
        since = self.quarantined_at.isoformat(" ", "seconds")
        until = "no instance until somebody continues the job."
        return f"In quarantine since {since}. {self.quarantine_reason} {does} {until}"

    @property
    def _flood(self) -> str | None:
        if self.flooded_at is None:
            return None
        then = "what comes is dropped" if self.limits.drops else "it watches no further until half of them have gone"
        since = self.flooded_at.isoformat(" ", "seconds")
        return f"Flooded since {since}: {self.limits.waiting} triggers wait, so that {then}."


def locked(connection: Connection, jobs: Collection[RowMapping]) -> dict[str, Gauge]:
    """The gauges of locked jobs, locked as well, by job id."""
    by_id = {row["id"]: row for row in jobs}
    rows = connection.execute(_LOCKED, {"jobs": list(by_id)}).mappings()
    return {row["job_id"]: _gauge(by_id[row["job_id"]], row) for row in rows}


_LOCKED = select(monitor).where(among(monitor.c.job_id, "jobs")).order_by(monitor.c.job_id).with_for_update()


def _gauge(of_job: RowMapping, row: RowMapping) -> Gauge:
    return Gauge(
        job=of_job,
        lease=row["lease"],
        server_id=row["server_id"],
        limits=MonitorLimits(row["waiting_limit"], row["drops"], row["failure_limit"]),
        **{name: row[name] for name in _COUNTED},
    )


_KEY: BindParameter[str] = bindparam("key")
_SAVE = update(monitor).where(monitor.c.job_id == _KEY).values({name: bindparam(f"new_{name}") for name in _COUNTED})
_TELL = (
    update(job).where(job.c.id == _KEY, job.c.status == JobStatus.WAITING.value).values(reason=bindparam("new_reason"))
)


def save(connection: Connection, gauges: Iterable[Gauge]) -> None:
    """Writes gauges back; where a flood or a quarantine began or ended, the job says so, and an event its beginning."""
    rows, told = [], []
    for gauge in gauges:
        rows.append({"key": gauge.job["id"], **{f"new_{name}": getattr(gauge, name) for name in _COUNTED}})
        if gauge.tells_anew:
            told.append(gauge)
    if rows:
        connection.execute(_SAVE, rows)
    for gauge in told:
        connection.execute(_TELL, {"key": gauge.job["id"], "new_reason": gauge.reason})
        if gauge.quarantined_at is not None:
            _raise_event(connection, gauge, EventType.ERROR, "in quarantine", gauge.quarantined_at)
        if gauge.flooded_at is not None:
            _raise_event(connection, gauge, EventType.WARNING, "flooded", gauge.flooded_at)


def _raise_event(connection: Connection, gauge: Gauge, kind: EventType, state: str, at: datetime) -> None:
    """One event for each flood and each quarantine, however often it is told of."""
    name = gauge.job["runbook_name"]
    summary = f"The monitor of '{name}' is {state}."
    event_id = derived_id(gauge.job["id"], summary, at.isoformat())
    source = connection.scalar(select(server.c.name).where(server.c.id == gauge.server_id))
    SqlEvents(connection).add(
        EventRecord(
            id=event_id,
            at=at,
            type=kind,
            summary=summary,
            details=gauge.reason or "",
            source=source or "Orchestration database",
            job_id=gauge.job["id"],
            runbook_name=name,
        )
    )
