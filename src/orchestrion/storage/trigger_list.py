"""Lists of triggers: which rows a filter means, so that an index finds them, and what a row says."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import ColumnElement, RowMapping, Select, literal_column, or_, select

from orchestrion.model.triggers import TriggerStatus
from orchestrion.ports.triggers import TriggerFilter, TriggerRecord
from orchestrion.storage.tables import instance, job, monitor, trigger
from orchestrion.storage.trigger_outcomes import RUNS, WAITS

_VERSION_AND_VARIANT = 0x7000_8000000000000000  # of a uuid7 whose random part is zero
_OF_TIME = 80  # bits behind the milliseconds


def triggers() -> Select[tuple[object, ...]]:
    """Triggers with names of runbooks, why their instances failed, and whether their monitors are in quarantine."""
    of_instance = instance.c.error.label("instance_error")
    return (
        select(trigger, job.c.runbook_id, job.c.runbook_path, monitor.c.quarantined_at, of_instance)
        .join(job, job.c.id == trigger.c.job_id)
        .outerjoin(monitor, monitor.c.job_id == trigger.c.job_id)
        .outerjoin(instance, instance.c.id == trigger.c.instance_id)
    )


def wanted_triggers(wanted: TriggerFilter) -> Select[tuple[object, ...]]:
    """The triggers of one page of a list, newest first."""
    query = triggers().order_by(trigger.c.id.desc()).limit(wanted.limit)
    if wanted.job_id is not None:
        query = query.where(trigger.c.job_id == wanted.job_id)
    if wanted.runbook_id is not None:
        query = query.where(trigger.c.job_id.in_(select(job.c.id).where(job.c.runbook_id == wanted.runbook_id)))
    if wanted.statuses:
        query = query.where(or_(*map(_stands, wanted.statuses)))
    if wanted.since is not None:
        query = query.where(trigger.c.id >= _first_id(wanted.since), trigger.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(trigger.c.id < _first_id(wanted.until))
    if wanted.before is not None:
        query = query.where(trigger.c.id < wanted.before)
    return query


def _stands(status: TriggerStatus) -> ColumnElement[bool]:
    """Whether a trigger stands so; outcomes are written out, or the databases would not see the index."""
    match status:
        case TriggerStatus.WAITING:
            return WAITS & monitor.c.quarantined_at.is_(None)
        case TriggerStatus.QUARANTINED:
            return WAITS & monitor.c.quarantined_at.is_not(None)
        case TriggerStatus.RUNNING:
            return RUNS
        case _:
            return trigger.c.outcome == literal_column(f"'{status.value}'")


def _first_id(moment: datetime) -> str:
    """The lowest id that can be made at a moment: ids are uuid7, so they are found by time as well, from 1970 on."""
    milliseconds = max(0, int(moment.timestamp() * 1000))
    return str(UUID(int=(milliseconds << _OF_TIME) | _VERSION_AND_VARIANT))


def trigger_record(row: RowMapping) -> TriggerRecord:
    """A row of `triggers` as people see it."""
    status = _status(row)
    waits = status in (TriggerStatus.WAITING, TriggerStatus.QUARANTINED)
    return TriggerRecord(
        id=row["id"],
        job_id=row["job_id"],
        runbook_id=row["runbook_id"],
        runbook_path=row["runbook_path"],
        key=row["key"],
        at=row["at"],
        status=status,
        published=from_json(row["published"]),
        instance_id=row["instance_id"],
        error=row["error"] or row["instance_error"] or None,
        number=row["number"],
        retries=row["retries"],
        waits_since=(row["retried_at"] or row["at"]) if waits else None,
    )


def _status(row: RowMapping) -> TriggerStatus:
    if row["outcome"] is not None:
        return TriggerStatus(row["outcome"])
    if row["instance_id"] is not None:
        return TriggerStatus.RUNNING
    return TriggerStatus.WAITING if row["quarantined_at"] is None else TriggerStatus.QUARANTINED
