"""Rows of the run tables <-> the records of ports/runs.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import RowMapping

from orchestrion.engine.signals import parse_key
from orchestrion.model.condition import Status
from orchestrion.model.job import InstanceState, JobStatus, StopLevel
from orchestrion.model.runbook import EffectClass
from orchestrion.model.values import Record
from orchestrion.ports.runs import DoubtRecord, ExecutionRecord, InstanceRecord, JobRecord
from orchestrion.storage.turns import queue_place


def json_text(value: object) -> str:
    """The stored form of JSON data."""
    return to_json(value).decode()


def records_of(text: str | None) -> tuple[Record, ...]:
    """The stored records; none for an empty column."""
    return tuple(from_json(text)) if text else ()


def optional_json(text: str | None) -> Any:
    """The stored data, or None for an empty column."""
    return from_json(text) if text else None


def job_record(row: RowMapping, server: str | None) -> JobRecord:
    """A job row with the name of its server."""
    return JobRecord(
        id=row["id"],
        runbook_id=row["runbook_id"],
        runbook_name=row["runbook_name"],
        runbook_path=row["runbook_path"],
        version=row["version"],
        status=JobStatus(row["status"]),
        is_monitor=row["is_monitor"],
        parameters=from_json(row["parameters"]),
        servers=tuple(from_json(row["servers"])),
        created_by_id=row["created_by_id"],
        created_by_name=row["created_by_name"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        server=server,
        instance_count=row["instance_count"],
        latest_instance_id=row["latest_instance_id"],
        returned=records_of(row["returned"]),
        error=row["error"],
        reason=row["reason"],
        idempotency_key=row["idempotency_key"],
        parent_job_id=row["parent_job_id"],
        parent_instance_id=row["parent_instance_id"],
        parent_key=row["parent_key"],
        predecessor_id=row["predecessor_id"],
        depth=row["depth"],
        rerun=optional_json(row["rerun"]),
        test=optional_json(row["test"]),
        stop_level=None if row["stop_level"] is None else StopLevel(row["stop_level"]),
        stop_requested_at=row["stop_requested_at"],
        stop_acknowledged_at=row["stop_acknowledged_at"],
        is_kept=row["kept"],
        trace_context=row["trace_context"],
        priority=row["priority"],
    )


def job_values(job: JobRecord) -> dict[str, Any]:
    """The columns of a new job, which is admitted when it has its first instance."""
    return {
        "id": job.id,
        "runbook_id": job.runbook_id,
        "runbook_name": job.runbook_name,
        "runbook_path": job.runbook_path,
        "version": job.version,
        "status": job.status.value,
        "is_monitor": job.is_monitor,
        "parameters": json_text(job.parameters),
        "servers": json_text(job.servers),
        "created_by_id": job.created_by_id,
        "created_by_name": job.created_by_name,
        "created_at": job.created_at,
        "idempotency_key": job.idempotency_key,
        "parent_job_id": job.parent_job_id,
        "parent_instance_id": job.parent_instance_id,
        "parent_key": job.parent_key,
        "predecessor_id": job.predecessor_id,
        "depth": job.depth,
        "rerun": None if job.rerun is None else json_text(job.rerun),
        "test": None if job.test is None else json_text(job.test),
        "trace_context": job.trace_context,
        "priority": job.priority,
        "queue_place": queue_place(job.created_at, job.priority),
        "instance_count": job.instance_count,
        "latest_instance_id": job.latest_instance_id,
        "admitted": job.latest_instance_id is not None,
    }


def instance_record(row: RowMapping, server: str | None) -> InstanceRecord:
    """An instance row with the name of its server."""
    return InstanceRecord(
        id=row["id"],
        job_id=row["job_id"],
        runbook_id=row["runbook_id"],
        runbook_name=row["runbook_name"],
        runbook_path=row["runbook_path"],
        version=row["version"],
        number=row["number"],
        state=InstanceState(row["state"]),
        status=JobStatus(row["status"]),
        created_at=row["created_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        server=server,
        trigger=optional_json(row["trigger"]),
        returned=records_of(row["returned"]),
        error=row["error"],
        reason=row["reason"],
    )


def execution_record(row: RowMapping) -> ExecutionRecord:
    """An execution row with all its data."""
    key = parse_key(row["key"])
    return ExecutionRecord(
        id=row["id"],
        instance_id=row["instance_id"],
        sequence=row["sequence"],
        activity_id=row["activity_id"],
        key=row["key"],
        attempt=key.attempt,
        retry=key.retry,
        status=Status(row["status"]),
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        effect=EffectClass(row["effect"]),
        pack_version=row["pack_version"],
        server=row["server"],
        process_id=row["process_id"],
        error=row["error"],
        inputs=from_json(row["inputs"]),
        records=records_of(row["records"]),
        evidence=optional_json(row["evidence"]),
    )


def intent_record(row: RowMapping) -> ExecutionRecord:
    """An intent's signal row as an execution that still runs."""
    payload: Mapping[str, Any] = from_json(row["payload"])
    key = parse_key(payload["key"])
    return ExecutionRecord(
        id=payload["id"],
        instance_id=row["instance_id"],
        sequence=row["sequence"],
        activity_id=payload["activity_id"],
        key=payload["key"],
        attempt=key.attempt,
        retry=key.retry,
        status=Status.RUNNING,
        started_at=row["at"],
        ended_at=row["at"],
        effect=EffectClass(payload["effect"]),
        pack_version=payload["pack_version"],
        server=payload["server"],
        process_id=0,
        error="",
        inputs=payload["inputs"],
        evidence=payload["evidence"],
    )


def doubt_record(row: RowMapping) -> DoubtRecord:
    """A doubt row."""
    return DoubtRecord(
        execution_id=row["execution_id"],
        instance_id=row["instance_id"],
        job_id=row["job_id"],
        runbook_name=row["runbook_name"],
        activity_id=row["activity_id"],
        key=row["key"],
        effect=EffectClass(row["effect"]),
        since=row["since"],
        reason=row["reason"],
        inputs=from_json(row["inputs"]),
        evidence=optional_json(row["evidence"]),
        answer=row["answer"],
        answered_by=row["answered_by"],
    )


def doubt_values(doubt: DoubtRecord) -> dict[str, Any]:
    """The columns of a new doubt."""
    return {
        "execution_id": doubt.execution_id,
        "instance_id": doubt.instance_id,
        "job_id": doubt.job_id,
        "runbook_name": doubt.runbook_name,
        "activity_id": doubt.activity_id,
        "key": doubt.key,
        "effect": doubt.effect.value,
        "since": doubt.since,
        "reason": doubt.reason,
        "inputs": json_text(doubt.inputs),
        "evidence": None if doubt.evidence is None else json_text(doubt.evidence),
    }


def eligible_text(servers: Sequence[str]) -> str:
    """The names of the servers that may run an instance, so that one LIKE finds a name in them; '' for all."""
    return f"|{'|'.join(servers)}|" if servers else ""
