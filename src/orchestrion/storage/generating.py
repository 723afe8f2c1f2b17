"""Made-up history in bulk, as large as somebody wants to try out: jobs that have ended, with all that they left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, exists, insert, select, text
from uuid_utils import uuid7

from orchestrion.model.access import SYSTEM
from orchestrion.model.condition import Status
from orchestrion.model.job import InstanceState, JobStatus
from orchestrion.model.runbook import EffectClass
from orchestrion.model.values import Json, Record
from orchestrion.ports.authoring import RunbookRecord
from orchestrion.ports.journal import ExecutionRow, SignalRow
from orchestrion.ports.runs import ExecutionRecord, JobRecord
from orchestrion.storage.admission import ENGINE_LEVEL, JOURNAL_FORMAT
from orchestrion.storage.dialect import insert_rows, instant_text, is_postgres
from orchestrion.storage.journal_rows import execution_values, signal_values
from orchestrion.storage.rows import job_values
from orchestrion.storage.tables import execution, instance, job, signal

NOBODY = "00000000-0000-0000-0000-000000000000"  # no id of anything; stands in rows that are copied
_ONE_IN_FAILED = 50  # of the instances; the last activity of such a one failed
_RUN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class History:
    """So many ended instances of one runbook, spread evenly over a time; each ran these activities once."""

    runbook: RunbookRecord
    activities: tuple[str, ...]
    records: tuple[Record, ...]  # what each activity published
    since: datetime
    until: datetime
    instances: int


@dataclass(frozen=True, slots=True)
class _Run:
    """One job with its one instance."""

    job_id: str
    instance_id: str
    at: datetime
    is_failed: bool

    @property
    def status(self) -> str:
        """How both ended."""
        return (JobStatus.FAILED if self.is_failed else JobStatus.SUCCESS).value

    @property
    def ended_at(self) -> datetime:
        """When both ended."""
        return self.at + timedelta(seconds=_RUN_SECONDS)


def has_other_jobs(connection: Connection, runbook_id: str) -> bool:
    """Whether there is a job of any other runbook."""
    return bool(connection.scalar(select(exists().where(job.c.runbook_id != runbook_id))))


def database_bytes(connection: Connection) -> int:
    """What the whole database takes on disk."""
    if is_postgres(connection.dialect):
        return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    pages = connection.scalar(text("PRAGMA page_count")) or 0
    return int(pages) * int(connection.scalar(text("PRAGMA page_size")) or 0)


def refresh_statistics(connection: Connection) -> None:
    """Tells the planner what has been added."""
    connection.execute(text("ANALYZE"))


def add_history(connection: Connection, history: History, first: int, count: int) -> None:
    """Stores the instances number `first` (from 0) and those after it, `count` in all."""
    runs = [_run(history, number) for number in range(first, min(first + count, history.instances))]
    connection.execute(insert(job), [_job(history, run) for run in runs])
    connection.execute(insert(instance), [_instance(history, run) for run in runs])
    insert_rows(connection, signal, list(_signals(connection, runs)))
    insert_rows(connection, execution, list(_executions(connection, history, runs)))


def _run(history: History, number: int) -> _Run:
    at = history.since + (history.until - history.since) * (number / history.instances)
    nanoseconds = int(at.timestamp() * 1e9)
    ids = (str(uuid7(nanoseconds=nanoseconds)) for _ in range(2))
    return _Run(next(ids), next(ids), at, number % _ONE_IN_FAILED == _ONE_IN_FAILED - 1)


def _job(history: History, run: _Run) -> dict[str, Any]:
    runbook = history.runbook
    record = JobRecord(
        id=run.job_id,
        runbook_id=runbook.id,
        runbook_name=runbook.name,
        runbook_path=runbook.path,
        version=1,
        status=JobStatus(run.status),
        is_monitor=False,
        parameters={},
        servers=(),
        created_by_id=SYSTEM.id,
        created_by_name=SYSTEM.name,
        created_at=run.at,
    )
    ended = {"admitted": True, "instance_count": 1, "latest_instance_id": run.instance_id, "instance_limit": 1}
    return {**job_values(record), **ended, "started_at": run.at, "ended_at": run.ended_at}


def _instance(history: History, run: _Run) -> dict[str, Any]:
    runbook = history.runbook
    return {
        "id": run.instance_id,
        "job_id": run.job_id,
        "runbook_id": runbook.id,
        "runbook_name": runbook.name,
        "runbook_path": runbook.path,
        "version": 1,
        "number": 1,
        "state": InstanceState.ENDED.value,
        "status": run.status,
        "engine_level": ENGINE_LEVEL,
        "journal_format": JOURNAL_FORMAT,
        "takeovers": 0,
        "takeover_sequence": 0,
        "eligible": "",
        "created_at": run.at,
        "started_at": run.at,
        "ended_at": run.ended_at,
    }


def _signals(connection: Connection, runs: Sequence[_Run]) -> Iterator[tuple[Any, ...]]:
    """The first journal entry of each instance."""
    payload: dict[str, Json] = {"parameters": {}, "variables": {}, "trigger": None, "facts": {}}
    row = SignalRow(1, "started", runs[0].at, payload, 0)
    copied = signal_values(NOBODY, row, is_postgres=is_postgres(connection.dialect))
    for run in runs:
        yield _changed(signal, copied, {"instance_id": run.instance_id, "at": _moment(connection, run.at)})


def _executions(connection: Connection, history: History, runs: Sequence[_Run]) -> Iterator[tuple[Any, ...]]:
    copied = [execution_values(row, is_postgres=is_postgres(connection.dialect)) for row in _execution_rows(history)]
    step = timedelta(seconds=_RUN_SECONDS / len(copied))
    for run in runs:
        nanoseconds = int(run.at.timestamp() * 1e9)
        for number, values in enumerate(copied):
            begin = run.at + number * step
            is_failed = run.is_failed and number == len(copied) - 1
            changes = {
                "instance_id": run.instance_id,
                "id": str(uuid7(nanoseconds=nanoseconds)),
                "started_at": _moment(connection, begin),
                "ended_at": _moment(connection, begin + step),
                "status": (Status.FAILED if is_failed else Status.SUCCESS).value,
                "error": "It failed, as one in fifty does here." if is_failed else "",
            }
            yield _changed(execution, values, changes)


def _execution_rows(history: History) -> Iterator[ExecutionRow]:
    """One row for each activity, which those of all instances are copies of."""
    for number, activity_id in enumerate(history.activities):
        record = ExecutionRecord(
            id=NOBODY,
            instance_id=NOBODY,
            sequence=number + 2,
            activity_id=activity_id,
            key=f"{number + 1}.0..1.0",
            attempt=1,
            retry=0,
            status=Status.SUCCESS,
            started_at=history.since,
            ended_at=history.since,
            effect=EffectClass.PURE,
            pack_version="1.0.0",
            server="generated",
            process_id=1,
            error="",
            inputs={},
            records=history.records,
        )
        yield ExecutionRow(record, 0, 0)


def _changed(table: Table, values: tuple[Any, ...], changes: Mapping[str, Any]) -> tuple[Any, ...]:
    """A copy of a row's values, in the order of the table, with some columns changed."""
    return tuple(changes.get(name, value) for name, value in zip(table.columns.keys(), values, strict=True))


def _moment(connection: Connection, moment: datetime) -> datetime | str:
    return moment if is_postgres(connection.dialect) else instant_text(moment)
