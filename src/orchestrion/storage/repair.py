"""Checks the invariant, and sets right what breaks it (ports.InvariantStore).

Every change names the state it expects, so that one that came in between is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, or_, select, update

from orchestrion.model.job import InstanceState, JobStatus
from orchestrion.model.resources import ServerStatus
from orchestrion.ports.maintenance import Code, Repaired, Violation
from orchestrion.storage.admission import admit, admit_triggers
from orchestrion.storage.endings import end_monitor, end_stopped_monitor
from orchestrion.storage.holding import wake
from orchestrion.storage.invariants import violations
from orchestrion.storage.tables import IS_OWNED, instance, job, monitor, server

_UNKNOWN = "Nobody has noted why; look at its activities, then release or stop it."
_TAKEN_UP = "A server may take it up."


class SqlInvariants:
    """See ports.InvariantStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def violations(self) -> list[Violation]:
        """See ports.InvariantStore."""
        return list(violations(self._connection))

    def repair(self, found: Sequence[Violation], now: datetime) -> list[Repaired]:
        """See ports.InvariantStore."""
        still = set(violations(self._connection))
        repaired = []
        for each in found:
            fix = _FIXES.get(each.code)
            if each in still:
                action = fix(self._connection, each, now) if fix else ""
                repaired.extend([Repaired(each, action)] if action or fix is None else [])
        return repaired


def _is_gone(owner: ColumnElement[str | None]) -> ColumnElement[bool]:
    is_online = exists().where(server.c.id == owner, server.c.status != ServerStatus.OFFLINE.value)
    return or_(owner.is_(None), ~is_online)


def _free(connection: Connection, found: Violation, _now: datetime) -> str:
    owned = update(instance).where(
        instance.c.id == found.instance_id,
        IS_OWNED,
        _is_gone(instance.c.server_id),
    )
    ready = owned.values(state=InstanceState.READY.value, lease=None)
    return _TAKEN_UP if connection.execute(ready).rowcount else ""


def _wake(connection: Connection, found: Violation, _now: datetime) -> str:
    if found.instance_id is not None:
        wake(connection, found.instance_id)
    return _TAKEN_UP


def _give_reason(connection: Connection, found: Violation, _now: datetime) -> str:
    held = (instance.c.id == found.instance_id) & (instance.c.state == InstanceState.HELD.value)
    connection.execute(update(instance).where(held).values(reason=_UNKNOWN))
    return "Its reason says so now."


def _admit(connection: Connection, found: Violation, now: datetime) -> str:
    count = admit(connection, found.runbook_id, now)
    return f"Admitted {count} of them." if count else ""


def _end_job(connection: Connection, found: Violation, now: datetime) -> str:
    """The job ends as its newest instance did; one that never had an instance waits for its turn again."""
    row = connection.execute(select(job).where(job.c.id == found.job_id).with_for_update()).mappings().one()
    if row["is_monitor"]:
        end_stopped_monitor(connection, row["id"], now)
        return "The job has ended."
    newest = select(instance).where(instance.c.job_id == row["id"]).order_by(instance.c.number.desc()).limit(1)
    last = connection.execute(newest).mappings().one_or_none()
    if last is None:
        values: dict[str, object] = {"admitted": False, "status": JobStatus.PENDING.value}
    else:
        values = {name: last[name] for name in ("status", "ended_at", "returned", "error")}
    connection.execute(update(job).where(job.c.id == row["id"]).values(values))
    admit(connection, row["runbook_id"], now)
    return "The job waits for its turn again." if last is None else "The job has ended as its last instance did."


def _free_monitor(connection: Connection, found: Violation, now: datetime) -> str:
    mine = (monitor.c.job_id == found.job_id) & _is_gone(monitor.c.server_id)
    ready = {"state": "ready", "server_id": None, "lease": None}
    if connection.execute(update(monitor).where(mine, monitor.c.state == "owned").values(ready)).rowcount:
        return "A server may arm it."
    stopping = select(monitor.c.job_id).where(mine, monitor.c.state == "stopping").with_for_update()
    job_id = connection.scalar(stopping)
    if job_id is None:
        return ""
    end_monitor(connection, job_id, "", now)
    return "It is disarmed, as was asked."


def _admit_triggers(connection: Connection, found: Violation, now: datetime) -> str:
    count = admit_triggers(connection, found.job_id, now) if found.job_id else 0
    return f"Started {count} instances." if count else ""


_FIXES: dict[Code, Callable[[Connection, Violation, datetime], str]] = {
    Code.OWNER_GONE: _free,
    Code.NO_WAKE_UP: _wake,
    Code.UNSEEN_MESSAGE: _wake,
    Code.NO_REASON: _give_reason,
    Code.NOT_ADMITTED: _admit,
    Code.JOB_LOST: _end_job,
    Code.MONITOR_OWNER_GONE: _free_monitor,
    Code.TRIGGER_NOT_ADMITTED: _admit_triggers,
}
