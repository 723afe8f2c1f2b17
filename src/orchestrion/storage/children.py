"""Jobs of runbooks that a running instance invokes, stored and stopped with its own journal (durability.md 7)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from orchestrion.model.job import JobStatus, StopLevel, has_ended
from orchestrion.ports.runs import JobRecord
from orchestrion.storage.endings import stop_job
from orchestrion.storage.starts import start_job
from orchestrion.storage.tables import job


def add_child(connection: Connection, child: JobRecord) -> None:
    """Stores the job of an invoked runbook and admits it.

    Its id follows from the execution that invokes it: stored again, it changes nothing.
    """
    start_job(connection, child)


def stop_child(connection: Connection, job_id: str, now: datetime, level: StopLevel) -> None:
    """Asks for the end of an invoked runbook's job, unless it has ended."""
    status = connection.scalar(select(job.c.status).where(job.c.id == job_id))
    if status is not None and not has_ended(JobStatus(status)):
        stop_job(connection, job_id, now, level)
