"""Incarnations: what follows when the database may have lost commits (ports.IncarnationStore; durability.md 8)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, case, delete, func, select, true, update
from uuid_utils import uuid7

from orchestrion.model.job import InstanceState, JobStatus
from orchestrion.model.resources import EventType, ServerStatus
from orchestrion.ports.access import EventRecord
from orchestrion.ports.incarnation import Incarnation
from orchestrion.storage.admission import admit, admit_triggers
from orchestrion.storage.endings import end_monitor
from orchestrion.storage.events import SqlEvents
from orchestrion.storage.moments import moment
from orchestrion.storage.tables import IS_ACTIVE, installation, instance, job, lease, monitor, server

#: No epoch of the time that was lost comes again, so that a server of that time is fenced whatever it registered as.
EPOCHS_APART = 1_000_000
_WAITS = "It is held until a person has looked at it and continues it, or all of them: `orchestrion db release`."
_UNHELD = (InstanceState.READY.value, InstanceState.OWNED.value, InstanceState.PARKED.value)
_ACTIVE = (JobStatus.PENDING.value, JobStatus.RUNNING.value, JobStatus.WAITING.value)


class SqlIncarnation:
    """See ports.IncarnationStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def current(self) -> Incarnation:
        """See ports.IncarnationStore."""
        row = self._connection.execute(select(installation)).mappings().one_or_none()
        is_held = (IS_ACTIVE, job.c.restored, job.c.status == JobStatus.HELD.value)
        held = self._connection.scalar(select(func.count()).where(*is_held))
        if row is None:
            return Incarnation(1, None, "", 0)
        reason = row["incarnation_reason"] or ""
        return Incarnation(row["incarnation_number"], row["incarnation_since"], reason, held or 0)

    def begin(self, reason: str) -> Incarnation:
        """See ports.IncarnationStore."""
        now: datetime = self._connection.execute(select(moment())).scalar_one()
        fenced = {"epoch": server.c.epoch + EPOCHS_APART, "status": ServerStatus.OFFLINE.value}
        self._connection.execute(update(server).values(fenced))
        self._connection.execute(delete(lease))
        self._hold(f"{reason} {_WAITS}", now)
        changed = {"incarnation_since": now, "incarnation_reason": reason}
        number = installation.c.incarnation_number + 1
        self._connection.execute(update(installation).values(incarnation_number=number, **changed))
        begun = self.current()
        summary = f"Incarnation {begun.number} begins: {begun.held_jobs} jobs are held until a person releases them."
        event = EventRecord(str(uuid7()), now, EventType.ERROR, summary, reason, "Orchestration database")
        SqlEvents(self._connection).add(event)
        return begun

    def _hold(self, reason: str, now: datetime) -> None:
        held = {"reason": reason, "restored": True}
        self._connection.execute(
            update(instance)
            .where(instance.c.state.in_(_UNHELD))
            .values(state=InstanceState.HELD.value, status=JobStatus.HELD.value, lease=None, wake_at=None, **held)
        )
        self._connection.execute(
            update(job).where(job.c.status.in_(_ACTIVE)).values(status=JobStatus.HELD.value, **held)
        )
        stopping = select(monitor.c.job_id).where(monitor.c.state == "stopping")
        for job_id in self._connection.scalars(stopping).all():
            end_monitor(self._connection, job_id, "", now)
        disarmed = {"state": "held", "server_id": None, "lease": None}
        self._connection.execute(update(monitor).where(monitor.c.state.in_(("ready", "owned"))).values(disarmed))

    def release(self, runbook_id: str | None, now: datetime) -> int:
        """See ports.IncarnationStore."""
        return self._release(job.c.runbook_id == runbook_id if runbook_id is not None else true(), now)

    def release_job(self, job_id: str, now: datetime) -> bool:
        """See ports.IncarnationStore."""
        return self._release(job.c.id == job_id, now) > 0

    def _release(self, chosen: ColumnElement[bool], now: datetime) -> int:
        wanted = job.c.restored & chosen
        rows = self._connection.execute(
            select(job.c.id, job.c.runbook_id, job.c.is_monitor, job.c.admitted, job.c.status)
            .where(wanted)
            .order_by(job.c.id)
            .with_for_update()
        ).all()
        of_jobs = instance.c.job_id.in_(select(job.c.id).where(wanted))
        self._connection.execute(
            update(instance)
            .where(instance.c.restored, instance.c.state == InstanceState.HELD.value, of_jobs)
            .values(state=InstanceState.READY.value, status=JobStatus.PENDING.value, reason=None, takeovers=0)
        )
        self._connection.execute(update(instance).where(instance.c.restored, of_jobs).values(restored=False))
        never_ran = job.c.started_at.is_(None) | job.c.is_monitor
        self._connection.execute(
            update(job)
            .where(wanted, job.c.status == JobStatus.HELD.value)
            .values(status=case((never_ran, JobStatus.PENDING.value), else_=JobStatus.RUNNING.value), reason=None)
        )
        monitors = [row.id for row in rows if row.is_monitor]
        self._connection.execute(
            update(monitor).where(monitor.c.job_id.in_(monitors), monitor.c.state == "held").values(state="ready")
        )
        self._connection.execute(update(job).where(job.c.id.in_([row.id for row in rows])).values(restored=False))
        for job_id in monitors:
            admit_triggers(self._connection, job_id, now)
        for each in sorted({row.runbook_id for row in rows if not row.admitted}):
            admit(self._connection, each, now)
        return sum(row.status == JobStatus.HELD.value for row in rows)

    def stamp(self) -> str | None:
        """See ports.IncarnationStore."""
        return self._connection.scalar(select(installation.c.database_identity))

    def put_stamp(self, stamp: str) -> None:
        """See ports.IncarnationStore."""
        self._connection.execute(update(installation).values(database_identity=stamp))
