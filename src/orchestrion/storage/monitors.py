"""Armed monitors and what they have seen (durability.md 2; ports.JournalStore)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from pydantic_core import from_json
from sqlalchemy import Connection, case, literal, select, update
from uuid_utils import uuid7

from orchestrion.model.job import JobStatus
from orchestrion.ports.journal import ArmedMonitor, Fence
from orchestrion.storage.admission import lock_jobs
from orchestrion.storage.assignment import Assignment
from orchestrion.storage.dialect import Instant
from orchestrion.storage.endings import end_monitor
from orchestrion.storage.fencing import check_fence
from orchestrion.storage.tables import job, monitor


def claim_monitors(
    connection: Connection, fence: Fence, assignment: Assignment, limit: int, now: datetime
) -> list[ArmedMonitor]:
    """See ports.JournalStore."""
    own = assignment.own(connection, fence, now)
    wanted = assignment.monitors(connection, own, limit, now) if own.takes_work else []
    if not wanted:
        return []
    ready = select(monitor.c.job_id).where(monitor.c.job_id.in_(wanted), monitor.c.state == "ready")
    picked = list(connection.scalars(ready.with_for_update(skip_locked=True)))
    if not picked:
        return []
    token = str(uuid7())
    owned = {"state": "owned", "server_id": fence.server_id, "lease": token}
    connection.execute(update(monitor).where(monitor.c.job_id.in_(picked)).values(owned))
    waiting = {"status": JobStatus.WAITING.value, "server_id": fence.server_id, "reason": None}
    begun = case((job.c.started_at.is_(None), literal(now, Instant)), else_=job.c.started_at)
    connection.execute(update(job).where(job.c.id.in_(picked)).values(started_at=begun, **waiting))
    return _armed_monitors(connection, dict.fromkeys(picked, token))


def owned_monitors(connection: Connection, fence: Fence, known: Collection[str]) -> list[ArmedMonitor]:
    """See ports.JournalStore."""
    check_fence(connection, fence)
    mine = (monitor.c.server_id == fence.server_id) & monitor.c.state.in_(("owned", "stopping"))
    owned = connection.execute(select(monitor.c.job_id, monitor.c.lease).where(mine)).all()
    return _armed_monitors(connection, {row.job_id: row.lease for row in owned if row.job_id not in known})


def _armed_monitors(connection: Connection, leases: Mapping[str, str]) -> list[ArmedMonitor]:
    query = select(job, monitor.c.cursor).join(monitor, monitor.c.job_id == job.c.id).where(job.c.id.in_(leases))
    return [
        ArmedMonitor(
            job_id=row["id"],
            runbook_id=row["runbook_id"],
            version=row["version"],
            lease=leases[row["id"]],
            cursor=row["cursor"],
            starter=row["created_by_name"],
            parameters=from_json(row["parameters"]),
        )
        for row in connection.execute(query).mappings()
    ]


def _holds_monitor(connection: Connection, fence: Fence, armed: ArmedMonitor) -> bool:
    query = select(monitor.c.job_id).where(
        monitor.c.job_id == armed.job_id, monitor.c.server_id == fence.server_id, monitor.c.lease == armed.lease
    )
    return connection.scalar(query.with_for_update()) is not None


def disarm(connection: Connection, fence: Fence, armed: ArmedMonitor, error: str, at: datetime) -> None:
    """See ports.JournalStore."""
    check_fence(connection, fence)
    lock_jobs(connection, [armed.job_id])  # before the monitor, as everybody does
    if _holds_monitor(connection, fence, armed):
        end_monitor(connection, armed.job_id, error, at)


def let_go(connection: Connection, fence: Fence, armed: ArmedMonitor) -> None:
    """See ports.JournalStore."""
    check_fence(connection, fence)
    mine = (monitor.c.job_id == armed.job_id) & (monitor.c.server_id == fence.server_id)
    free = {"state": "ready", "server_id": None, "lease": None}
    connection.execute(
        update(monitor).where(mine, monitor.c.lease == armed.lease, monitor.c.state == "owned").values(free)
    )
