"""Looking at jobs, instances and activity instances with their data (spec A.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrion.model import common_items
from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.codec import read_runbook
from orchestrion.model.condition import Status
from orchestrion.model.job import has_settled
from orchestrion.model.values import Value
from orchestrion.ports.authoring import Document
from orchestrion.ports.clock import Clock
from orchestrion.ports.journal import LIVE, Wakeups
from orchestrion.ports.runs import (
    ActivitySummary,
    ExecutionRecord,
    InstanceRecord,
    JobRecord,
    RunFilter,
)
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.documents import document_of
from orchestrion.services.start_reasons import explained_instances, explained_jobs

OPEN = (Status.RUNNING, Status.IN_DOUBT)
_LONGEST_WAIT_SECONDS = 60.0
_LOOK_AGAIN_SECONDS = 1.0  # announcements are hints: a lost one costs this much


@dataclass(frozen=True, slots=True)
class InstanceView:
    """An instance with its diagram, how each activity stands, what is open, and its neighbours among the runbook's."""

    record: InstanceRecord
    document: Document
    summaries: tuple[ActivitySummary, ...]
    open: tuple[ExecutionRecord, ...]
    previous_id: str | None
    next_id: str | None
    latest_id: str | None


@dataclass(frozen=True, slots=True)
class ExecutionView:
    """An activity instance with its common published data, which one that is open does not have yet."""

    record: ExecutionRecord
    activity_name: str
    activity_type: str
    common: dict[str, Value]


class Runs:
    """The use cases of somebody who watches runs; none of them changes anything."""

    def __init__(self, database: Database, wakeups: Wakeups, clock: Clock) -> None:
        self._database = database
        self._wakeups = wakeups
        self._clock = clock

    async def job(self, actor: Actor, job_id: str) -> JobRecord:
        """One job; raises NotFoundError."""
        demand(actor, Right.VIEW_RUNS)
        (found,) = await self._explained(lambda tx: [tx.runs.job(job_id)])
        return found

    async def wait(self, actor: Actor, job_id: str, seconds: float) -> JobRecord:
        """The job when it has ended, is held or armed, or as it is after `seconds` (a minute at most)."""
        end = self._clock.steady() + min(seconds, _LONGEST_WAIT_SECONDS)
        with self._wakeups.listen(LIVE) as listener:
            job = await self.job(actor, job_id)
            while not has_settled(job.status) and (left := end - self._clock.steady()) > 0:
                heard = await listener.next(min(left, _LOOK_AGAIN_SECONDS))
                if heard is None or job_id in heard:
                    job = await self.job(actor, job_id)
        return job

    async def jobs(self, actor: Actor, wanted: RunFilter) -> list[JobRecord]:
        """Jobs, newest first."""
        demand(actor, Right.VIEW_RUNS)
        return await self._explained(lambda tx: tx.runs.jobs(wanted))

    async def instances(self, actor: Actor, wanted: RunFilter) -> list[InstanceRecord]:
        """Instances, newest first."""
        demand(actor, Right.VIEW_RUNS)
        now = self._clock.now()
        return await self._database.read(lambda tx: explained_instances(tx, tx.runs.instances(wanted), now))

    async def instance(self, actor: Actor, instance_id: str) -> InstanceView:
        """One instance with all its page shows; raises NotFoundError."""
        demand(actor, Right.VIEW_RUNS)
        now = self._clock.now()
        return await self._database.read(lambda tx: _instance_view(tx, instance_id, now))

    async def children(self, actor: Actor, instance_id: str) -> list[JobRecord]:
        """The jobs of the runbooks that an instance invoked, oldest first; raises NotFoundError."""
        demand(actor, Right.VIEW_RUNS)
        return await self._explained(lambda tx: _children(tx, instance_id))

    async def _explained(self, find: Callable[[Transaction], list[JobRecord]]) -> list[JobRecord]:
        """Jobs, and why those of them that wait do not start."""
        now = self._clock.now()
        return await self._database.read(lambda tx: explained_jobs(tx, find(tx), now))

    async def executions(
        self, actor: Actor, instance_id: str, activity_id: str | None = None, after: int = 0, limit: int = 200
    ) -> list[ExecutionRecord]:
        """Ended activity instances in the order they ended, with sequence above `after`; raises NotFoundError.

        From the beginning (`after` 0) the open ones, running or in doubt, follow, beyond the limit.
        """
        demand(actor, Right.VIEW_RUNS)
        return await self._database.read(lambda tx: _executions(tx, instance_id, activity_id, after, limit))

    async def execution(self, actor: Actor, execution_id: str) -> ExecutionView:
        """One activity instance with all its data; raises NotFoundError."""
        demand(actor, Right.VIEW_RUNS)
        return await self._database.read(lambda tx: _execution_view(tx, execution_id))


def _instance_view(tx: Transaction, instance_id: str, now: datetime) -> InstanceView:
    (record,) = explained_instances(tx, [tx.runs.instance(instance_id)], now)
    previous_id, next_id, latest_id = tx.runs.neighbours(record)
    return InstanceView(
        record=record,
        document=document_of(tx, record),
        summaries=tuple(tx.runs.summaries(instance_id)),
        open=tuple(tx.runs.open_executions(instance_id)),
        previous_id=previous_id,
        next_id=next_id,
        latest_id=latest_id,
    )


def _children(tx: Transaction, instance_id: str) -> list[JobRecord]:
    tx.runs.instance(instance_id)
    return tx.runs.children(instance_id)


def _executions(
    tx: Transaction, instance_id: str, activity_id: str | None, after: int, limit: int
) -> list[ExecutionRecord]:
    tx.runs.instance(instance_id)
    ended = tx.runs.executions(instance_id, activity_id, after, limit)
    if after:
        return ended
    return ended + [each for each in tx.runs.open_executions(instance_id) if activity_id in (None, each.activity_id)]


def _execution_view(tx: Transaction, execution_id: str) -> ExecutionView:
    record = tx.runs.execution(execution_id)
    instance = tx.runs.instance(record.instance_id)
    job = tx.runs.job(instance.job_id)
    runbook = read_runbook(document_of(tx, instance))
    activity = runbook.activities[record.activity_id]
    if record.status in OPEN:
        return ExecutionView(record, activity.name, activity.type, {})
    facts = common_items.Facts(
        activity_id=activity.id,
        activity_name=activity.name,
        activity_type=activity.type,
        status=record.status,
        error=record.error,
        started=record.started_at,
        ended=record.ended_at,
        server=record.server,
        process_id=record.process_id,
        runbook_name=runbook.name,
        runbook_id=instance.runbook_id,
        runbook_path=instance.runbook_path,
        job_id=job.id,
        instance_id=instance.id,
        starter=job.created_by_name,
        loops=activity.looping is not None,
        attempts=record.attempt,
        loop_duration=timedelta(),
    )
    return ExecutionView(record, activity.name, activity.type, common_items.derive_all(facts))
