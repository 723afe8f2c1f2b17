"""Jobs, instances, executions and doubts as services read and write them (ports.RunStore)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pydantic_core import from_json
from sqlalchemy import Connection, RowMapping, Select, bindparam, case, func, select, update
from uuid_utils import uuid7

from orchestrion.model.condition import Status
from orchestrion.model.errors import NotFoundError
from orchestrion.model.job import InstanceState, StopLevel, has_ended
from orchestrion.model.runbook import EffectClass
from orchestrion.model.values import Json, Record
from orchestrion.ports.runs import (
    ActivitySummary,
    DoubtRecord,
    ExecutionRecord,
    InstanceRecord,
    JobRecord,
    LateOutcome,
    RunFilter,
)
from orchestrion.storage.admission import ACTIVE
from orchestrion.storage.endings import stop_job
from orchestrion.storage.holding import Posted, post_message, put_on_hold, release_instance
from orchestrion.storage.rows import (
    doubt_record,
    execution_record,
    instance_record,
    intent_record,
    job_record,
)
from orchestrion.storage.starts import start_job
from orchestrion.storage.tables import IS_OPEN, doubt, execution, instance, job, runbook, server, signal


class SqlRuns:
    """See ports.RunStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # jobs ----------------------------------------------------------------------------------------------------

    def add_job(self, new: JobRecord, instance_limit: int = 1) -> JobRecord:
        """See ports.RunStore."""
        known = self._job_by_key(new.idempotency_key)
        if known is not None:
            return known
        started = start_job(self._connection, new, instance_limit)
        # Else it queues, or it lost a race against a start with the same key, or its own answer got lost before.
        return started or self._job_by_key(new.idempotency_key) or self.job(new.id)

    def job(self, job_id: str) -> JobRecord:
        """See ports.RunStore."""
        row = self._connection.execute(_JOB, {"wanted": job_id}).mappings().one_or_none()
        if row is None:
            raise NotFoundError("job", job_id)
        return job_record(row, row["server_name"])

    def jobs(self, wanted: RunFilter) -> list[JobRecord]:
        """See ports.RunStore."""
        query = _jobs().order_by(job.c.id.desc()).limit(wanted.limit)
        if wanted.runbook_id:
            query = query.where(job.c.runbook_id == wanted.runbook_id)
        if wanted.statuses:
            query = query.where(job.c.status.in_([status.value for status in wanted.statuses]))
        if wanted.before:
            query = query.where(job.c.id < wanted.before)
        return [job_record(row, row["server_name"]) for row in self._connection.execute(query).mappings()]

    def active_counts(self, runbook_ids: Sequence[str]) -> dict[str, int]:
        """See ports.RunStore."""
        query = (
            select(job.c.runbook_id, func.count())
            .where(job.c.runbook_id.in_(runbook_ids), job.c.status.in_(ACTIVE))
            .group_by(job.c.runbook_id)
        )
        return dict(self._connection.execute(query).all())

    def latest_jobs(self, runbook_ids: Sequence[str]) -> dict[str, JobRecord]:
        """See ports.RunStore."""
        newest = (
            select(job.c.id)
            .where(job.c.runbook_id == runbook.c.id)
            .order_by(job.c.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        query = _jobs().where(job.c.id.in_(select(newest).where(runbook.c.id.in_(runbook_ids))))
        rows = self._connection.execute(query).mappings()
        return {row["runbook_id"]: job_record(row, row["server_name"]) for row in rows}

    def release_held(self, job_id: str) -> int:
        """See ports.RunStore."""
        doubted = select(doubt.c.instance_id).where(doubt.c.job_id == job_id, doubt.c.answer.is_(None))
        held = select(instance.c.id).where(
            instance.c.job_id == job_id, instance.c.state == InstanceState.HELD.value, instance.c.id.not_in(doubted)
        )
        found = list(self._connection.scalars(held))
        for instance_id in found:
            release_instance(self._connection, instance_id)
        return len(found)

    def post_control(self, instance_id: str, payload: Mapping[str, Json], now: datetime) -> None:
        """See ports.RunStore."""
        message = Posted(f"control:{uuid7()}", "control", payload, now)
        post_message(self._connection, instance_id, message)

    def hold_unowned(self, instance_id: str, reason: str) -> None:
        """See ports.RunStore."""
        query = select(instance.c.state).where(instance.c.id == instance_id).with_for_update()
        if self._connection.scalar(query) in (InstanceState.READY.value, InstanceState.PARKED.value):
            put_on_hold(self._connection, instance_id, reason)

    def release(self, instance_id: str) -> None:
        """See ports.RunStore."""
        release_instance(self._connection, instance_id)

    def children(self, instance_id: str) -> list[JobRecord]:
        """See ports.RunStore."""
        query = _jobs().where(job.c.parent_instance_id == instance_id).order_by(job.c.id)
        return [job_record(row, row["server_name"]) for row in self._connection.execute(query).mappings()]

    def request_stop(self, job_id: str, now: datetime, level: StopLevel = StopLevel.NOW) -> JobRecord:
        """See ports.RunStore."""
        if not has_ended(self.job(job_id).status):
            stop_job(self._connection, job_id, now, level)
        return self.job(job_id)

    def _job_by_key(self, key: str | None) -> JobRecord | None:
        if key is None:
            return None
        row = self._connection.execute(_jobs().where(job.c.idempotency_key == key)).mappings().one_or_none()
        return job_record(row, row["server_name"]) if row else None

    # instances -----------------------------------------------------------------------------------------------

    def instance(self, instance_id: str) -> InstanceRecord:
        """See ports.RunStore."""
        row = self._connection.execute(_instances().where(instance.c.id == instance_id)).mappings().one_or_none()
        if row is None:
            raise NotFoundError("instance", instance_id)
        return instance_record(row, row["server_name"])

    def instances(self, wanted: RunFilter) -> list[InstanceRecord]:
        """See ports.RunStore."""
        query = _instances().order_by(instance.c.id.desc()).limit(wanted.limit)
        if wanted.runbook_id:
            query = query.where(instance.c.runbook_id == wanted.runbook_id)
        if wanted.job_id:
            query = query.where(instance.c.job_id == wanted.job_id)
        if wanted.statuses:
            query = query.where(instance.c.status.in_([status.value for status in wanted.statuses]))
        if wanted.before:
            query = query.where(instance.c.id < wanted.before)
        return [instance_record(row, row["server_name"]) for row in self._connection.execute(query).mappings()]

    def neighbours(self, found: InstanceRecord) -> tuple[str | None, str | None, str | None]:
        """See ports.RunStore."""
        same = instance.c.runbook_id == found.runbook_id
        previous = select(instance.c.id).where(same, instance.c.id < found.id).order_by(instance.c.id.desc()).limit(1)
        following = select(instance.c.id).where(same, instance.c.id > found.id).order_by(instance.c.id).limit(1)
        latest = select(instance.c.id).where(same).order_by(instance.c.id.desc()).limit(1)
        run = self._connection.scalar
        return run(previous), run(following), run(latest)

    # executions ----------------------------------------------------------------------------------------------

    def executions(
        self, instance_id: str, activity_id: str | None = None, after: int = 0, limit: int = 200
    ) -> list[ExecutionRecord]:
        """See ports.RunStore."""
        query = (
            select(execution)
            .where(execution.c.instance_id == instance_id, execution.c.sequence > after)
            .order_by(execution.c.sequence)
            .limit(limit)
        )
        if activity_id:
            query = query.where(execution.c.activity_id == activity_id)
        return [execution_record(row) for row in self._connection.execute(query).mappings()]

    def execution(self, execution_id: str) -> ExecutionRecord:
        """See ports.RunStore."""
        # At last once more among the ended: it may have ended between the first two looks.
        found = self._ended_execution(execution_id) or self._open_execution(execution_id)
        found = found or self._ended_execution(execution_id)
        if found is None:
            raise NotFoundError("activity instance", execution_id)
        return found

    def open_executions(self, instance_id: str) -> list[ExecutionRecord]:
        """See ports.RunStore."""
        intents = self._newest_intents(instance_id)
        if not intents:
            return []
        with_intent = execution.c.effect.in_([EffectClass.VERIFIABLE.value, EffectClass.ONCE.value])
        ended = select(execution.c.key).where(execution.c.instance_id == instance_id, with_intent)
        known = set(self._connection.scalars(ended))
        asked = select(doubt.c.execution_id).where(doubt.c.instance_id == instance_id, doubt.c.answer.is_(None))
        doubted = set(self._connection.scalars(asked))
        return [
            replace(each, status=Status.IN_DOUBT) if each.id in doubted else each
            for key, each in intents.items()
            if key not in known
        ]

    def _ended_execution(self, execution_id: str) -> ExecutionRecord | None:
        query = select(execution).where(execution.c.id == execution_id)
        row = self._connection.execute(query).mappings().one_or_none()
        return execution_record(row) if row else None

    def _open_execution(self, execution_id: str) -> ExecutionRecord | None:
        """The open execution with this id, which stands inside the intents of the instances that have not ended."""
        query = _signals_of_open_instances().where(
            signal.c.kind == "intent", signal.c.payload.contains(execution_id, autoescape=True)
        )
        for instance_id in {row["instance_id"] for row in self._connection.execute(query).mappings()}:
            for each in self.open_executions(instance_id):
                if each.id == execution_id:
                    return each
        return None

    def _newest_intents(self, instance_id: str) -> dict[str, ExecutionRecord]:
        """The intents by execution key: the newest one counts, unless it was decided since that it runs again."""
        query = _signals_of_open_instances().where(
            signal.c.instance_id == instance_id, signal.c.kind.in_(["intent", "repeat"])
        )
        intents: dict[str, ExecutionRecord] = {}
        for row in self._connection.execute(query.order_by(signal.c.sequence)).mappings():
            intents.pop(from_json(row["payload"])["key"], None)
            if row["kind"] == "intent":
                each = intent_record(row)
                intents[each.key] = each
        return intents

    def summaries(self, instance_id: str) -> list[ActivitySummary]:
        """See ports.RunStore."""
        counted = (
            select(
                execution.c.activity_id,
                func.count().label("executions"),
                func.sum(case((execution.c.status == Status.FAILED.value, 1), else_=0)).label("failed"),
                func.sum(case((execution.c.status == Status.WARNING.value, 1), else_=0)).label("warnings"),
                func.max(execution.c.sequence).label("last"),
            )
            .where(execution.c.instance_id == instance_id)
            .group_by(execution.c.activity_id)
            .subquery()
        )
        query = select(counted, execution.c.status, execution.c.started_at, execution.c.ended_at).join(
            execution, (execution.c.instance_id == instance_id) & (execution.c.sequence == counted.c.last)
        )
        return [_summary(row) for row in self._connection.execute(query).mappings()]

    # doubts --------------------------------------------------------------------------------------------------

    def doubts(self, execution_id: str | None = None) -> list[DoubtRecord]:
        """See ports.RunStore."""
        query = select(doubt).order_by(doubt.c.since)
        query = (
            query.where(doubt.c.execution_id == execution_id) if execution_id else query.where(doubt.c.answer.is_(None))
        )
        return [doubt_record(row) for row in self._connection.execute(query).mappings()]

    def answer_doubt(self, execution_id: str, answer: str, by: str, records: Sequence[Record], now: datetime) -> bool:
        """See ports.RunStore."""
        answered = self._connection.execute(
            update(doubt)
            .where(doubt.c.execution_id == execution_id, doubt.c.answer.is_(None))
            .values(answer=answer, answered_by=by, answered_at=now)
            .returning(doubt.c.instance_id, doubt.c.key)
        ).one_or_none()
        if answered is None:
            return False
        payload: dict[str, Json] = {
            "key": answered.key,
            "answer": answer,
            "by": by,
            "records": [dict(each) for each in records],
        }
        post_message(self._connection, answered.instance_id, Posted(f"answer:{execution_id}", "answer", payload, now))
        release_instance(self._connection, answered.instance_id)
        return True

    def post_late(self, late: LateOutcome, now: datetime) -> None:
        """See ports.RunStore."""
        state = self._connection.scalar(
            select(instance.c.state).where(instance.c.id == late.instance_id).with_for_update()
        )
        if state in (None, InstanceState.ENDED.value):
            return
        answered = self._connection.execute(
            update(doubt)
            .where(doubt.c.execution_id == late.execution_id, doubt.c.answer.is_(None))
            .values(answer="late", answered_by="", answered_at=now)
        )
        payload: dict[str, Json] = {
            "key": late.key,
            "answer": "late",
            "status": late.status.value,
            "records": [dict(each) for each in late.records],
            "error": late.error,
        }
        post_message(self._connection, late.instance_id, Posted(f"late:{late.execution_id}", "answer", payload, now))
        if answered.rowcount:
            release_instance(self._connection, late.instance_id)


def _jobs() -> Select[tuple[object, ...]]:
    return select(job, server.c.name.label("server_name")).outerjoin(server, server.c.id == job.c.server_id)


_JOB = _jobs().where(job.c.id == bindparam("wanted"))


def _instances() -> Select[tuple[object, ...]]:
    return select(instance, server.c.name.label("server_name")).outerjoin(server, server.c.id == instance.c.server_id)


def _signals_of_open_instances() -> Select[tuple[object, ...]]:
    return select(signal).join(instance, instance.c.id == signal.c.instance_id).where(IS_OPEN)


def _summary(row: RowMapping) -> ActivitySummary:
    return ActivitySummary(
        activity_id=row["activity_id"],
        executions=row["executions"],
        failed=int(row["failed"]),
        warnings=int(row["warnings"]),
        last_status=Status(row["status"]),
        last_started_at=row["started_at"],
        last_ended_at=row["ended_at"],
    )
