"""Triggers and monitors, for servers that watch and for people who look (ports.TriggerStore)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update

from orchestrion.model.errors import NotFoundError
from orchestrion.model.triggers import ENDED_BADLY, MonitorLimits, MonitorState, TriggerStatus
from orchestrion.ports.journal import ArmedMonitor, Fence, SeenTrigger
from orchestrion.ports.triggers import Answer, Arming, Failure, MonitorRecord, TriggerFilter, TriggerRecord
from orchestrion.storage import trigger_intake
from orchestrion.storage.admission import STARTING, admit_triggers, lock_jobs
from orchestrion.storage.gauges import Gauge, locked, save
from orchestrion.storage.tables import monitor, server, trigger
from orchestrion.storage.trigger_list import trigger_record, triggers, wanted_triggers
from orchestrion.storage.trigger_outcomes import count_waiting

_BAD_ENDS = [status.value for status in ENDED_BADLY]


class SqlTriggers:
    """See ports.TriggerStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def arm(self, fence: Fence, armed: ArmedMonitor, arming: Arming) -> Answer:
        """See ports.TriggerStore."""
        return trigger_intake.arm(self._connection, fence, armed, arming)

    def store(self, fence: Fence, seen: Sequence[tuple[ArmedMonitor, SeenTrigger]]) -> list[Answer]:
        """See ports.TriggerStore."""
        return trigger_intake.store(self._connection, fence, seen)

    def relieved(self, job_ids: Collection[str]) -> list[str]:
        """See ports.TriggerStore."""
        free = select(monitor.c.job_id).where(monitor.c.job_id.in_(job_ids), monitor.c.flooded_at.is_(None))
        return list(self._connection.scalars(free))

    def note_failure(self, fence: Fence, armed: ArmedMonitor, failure: Failure) -> None:
        """See ports.TriggerStore."""
        trigger_intake.note_failure(self._connection, fence, armed, failure)

    def find(self, wanted: TriggerFilter) -> list[TriggerRecord]:
        """See ports.TriggerStore."""
        return [trigger_record(row) for row in self._connection.execute(wanted_triggers(wanted)).mappings()]

    def get(self, trigger_id: str) -> TriggerRecord:
        """See ports.TriggerStore."""
        row = self._connection.execute(triggers().where(trigger.c.id == trigger_id)).mappings().one_or_none()
        if row is None:
            raise NotFoundError("trigger", trigger_id)
        return trigger_record(row)

    def retry(self, trigger_id: str, now: datetime) -> bool:
        """See ports.TriggerStore."""
        gauge = self._gauge_of(trigger_id)
        if gauge is None or gauge.job["status"] not in STARTING:
            return False
        again = update(trigger).where(
            trigger.c.id == trigger_id, trigger.c.outcome.in_(_BAD_ENDS), trigger.c.instance_id.is_not(None)
        )
        values = {"outcome": None, "instance_id": None, "retries": trigger.c.retries + 1, "retried_at": now}
        return self._changed(gauge, self._connection.execute(again.values(values)).rowcount, now)

    def discard(self, trigger_id: str, now: datetime) -> bool:
        """See ports.TriggerStore."""
        gauge = self._gauge_of(trigger_id)
        waits = self.get(trigger_id).waits_since is not None
        unwanted = trigger.c.outcome.is_(None) & trigger.c.instance_id.is_(None) | trigger.c.outcome.in_(_BAD_ENDS)
        gone = update(trigger).where(trigger.c.id == trigger_id, unwanted)
        count = self._connection.execute(gone.values(outcome=TriggerStatus.DISCARDED.value)).rowcount
        return self._changed(gauge, -count, now) if waits and gauge else bool(count)

    def monitor(self, job_id: str) -> MonitorRecord | None:
        """See ports.TriggerStore."""
        query = (
            select(monitor, server.c.name.label("server_name"))
            .outerjoin(server, server.c.id == monitor.c.server_id)
            .where(monitor.c.job_id == job_id)
        )
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else _monitor_record(row, count_waiting(self._connection, job_id))

    def release(self, job_id: str, now: datetime) -> bool:
        """See ports.TriggerStore."""
        gauge = locked(self._connection, lock_jobs(self._connection, [job_id])).get(job_id)
        if gauge is None or gauge.quarantined_at is None:
            return False
        gauge.release()
        save(self._connection, [gauge])
        admit_triggers(self._connection, job_id, now)
        return True

    def _gauge_of(self, trigger_id: str) -> Gauge | None:
        """The gauge of a trigger's monitor, held; raises NotFoundError."""
        job_id = self.get(trigger_id).job_id
        return locked(self._connection, lock_jobs(self._connection, [job_id])).get(job_id)

    def _changed(self, gauge: Gauge, number: int, now: datetime) -> bool:
        """So many triggers more wait, or fewer; False when there is none."""
        if number == 0:
            return False
        gauge.add(number, now)
        save(self._connection, [gauge])
        admit_triggers(self._connection, gauge.job["id"], now)
        return True


def _monitor_record(row: RowMapping, waiting: int) -> MonitorRecord:
    names = ("job_id", "armed_at", "cursor", "flooded_at", "dropped", "failures")
    return MonitorRecord(
        state=MonitorState(row["state"]),
        server=row["server_name"],
        limits=MonitorLimits(row["waiting_limit"], row["drops"], row["failure_limit"]),
        waiting=waiting,
        quarantined_at=row["quarantined_at"],
        quarantine_reason=row["quarantine_reason"],
        error=row["error"],
        failed_at=row["failed_at"],
        **{name: row[name] for name in names},
    )
