"""Starting and stopping jobs and answering doubts (spec 5); `runs.py` looks at what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from uuid_utils import uuid7

from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.codec import read_runbook
from orchestrion.model.errors import ConflictError, InvalidError, NotFoundError
from orchestrion.model.job import JobStatus, StopLevel, check_parameters, has_ended
from orchestrion.model.runbook import declared_parameters
from orchestrion.model.trace import TraceContext
from orchestrion.model.values import Json, Record, Value
from orchestrion.ports.authoring import RunbookRecord
from orchestrion.ports.clock import Clock
from orchestrion.ports.journal import INBOX, LIVE, WORK, Wakeups
from orchestrion.ports.runs import DoubtRecord, JobRecord, RunFilter
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.audit import Subject, audit_entry
from orchestrion.services.live_events import job_changed
from orchestrion.services.server_names import unknown_servers
from orchestrion.services.versions import Versions

_ACTIVE = tuple(status for status in JobStatus if not has_ended(status))
ANSWERS = ("succeeded", "repeat", "fail")
_MOST_STOPPED = 1000  # jobs of one runbook that a single stop ends; more are ended by asking again


@dataclass(frozen=True, slots=True)
class StartRequest:
    """What to start: a runbook by id or path, parameters by name, names or tags of the servers that may run it.

    Without servers and priority, those of the runbook count.
    """

    runbook_id: str | None = None
    path: str | None = None
    parameters: Mapping[str, Value] = field(default_factory=dict)
    servers: tuple[str, ...] = ()
    priority: int | None = None
    idempotency_key: str | None = None
    trace: TraceContext | None = None
    """Where the trace stands that the job goes on with."""


class Jobs:
    """The use cases of somebody who runs runbooks."""

    def __init__(self, database: Database, wakeups: Wakeups, clock: Clock) -> None:
        self._database = database
        self._wakeups = wakeups
        self._clock = clock
        self._versions = Versions()

    async def start(self, actor: Actor, request: StartRequest) -> JobRecord:
        """Stores a job for the newest version and gives it; a known idempotency key gives the job it made before.

        Raises NotFoundError, RefusedError, ConflictError when nothing is checked in, and InvalidError whose
        `problems` name each wrong parameter or server.
        """
        job_id = str(uuid7())  # outside the transaction: a repeated one must store the same job
        job = await self._database.write(lambda tx: self._start(tx, actor, request, job_id))
        self._wakeups.announce(WORK)
        self._tell(job)
        return job

    async def stop(self, actor: Actor, job_id: str, level: StopLevel = StopLevel.NOW) -> JobRecord:
        """Asks for the end of a job; one that has ended stays as it is. Raises NotFoundError and RefusedError."""
        job = await self._database.write(lambda tx: self._stop(tx, actor, tx.runs.job(job_id), level))
        self._after_stop(job)
        return job

    async def stop_runbook(self, actor: Actor, runbook_id: str, level: StopLevel = StopLevel.NOW) -> int:
        """Asks for the end of all jobs of a runbook; gives their number."""
        stopped = await self._database.write(lambda tx: self._stop_all(tx, actor, runbook_id, level))
        for job in stopped:
            self._after_stop(job)
        return len(stopped)

    async def resume(self, actor: Actor, job_id: str) -> JobRecord:
        """Lets a held job go on where it stood.

        Raises NotFoundError, and ConflictError when nothing of it is held, or when an activity in doubt has to be
        answered first.
        """
        job = await self._database.write(lambda tx: self._resume(tx, actor, tx.runs.job(job_id)))
        self._wakeups.announce(WORK)
        self._tell(job)
        return job

    async def after_check_in(self, actor: Actor, runbook_id: str) -> JobRecord | None:
        """Starts the runbook's monitor where its settings ask for it: its job, or None.

        A job that watches with an earlier version is stopped, and the new one goes on from its cursor, so that nothing
        is lost in between (durability.md 9).
        """
        job_id = str(uuid7())
        stopped, job = await self._database.write(lambda tx: self._replace_monitor(tx, actor, runbook_id, job_id))
        for each in [*stopped, *([job] if job else [])]:
            self._after_stop(each)
        return job

    async def doubts(self, actor: Actor) -> list[DoubtRecord]:
        """Everything in doubt that nobody has answered, oldest first."""
        demand(actor, Right.VIEW_RUNS)
        return await self._database.read(lambda tx: tx.runs.doubts())

    async def answer(
        self, actor: Actor, execution_id: str, answer: str, records: Sequence[Record], comment: str
    ) -> DoubtRecord:
        """Answers an execution in doubt: `succeeded` with these records, `repeat` it, or `fail` it.

        Raises InvalidError for another answer, NotFoundError, and ConflictError when somebody answered before.
        """
        if answer not in ANSWERS:
            raise InvalidError(f"'{answer}' is no answer: use one of {', '.join(ANSWERS)}.")
        if records and answer != "succeeded":
            raise InvalidError("Data can be given only with the answer 'succeeded'.")
        doubt = await self._database.write(lambda tx: self._answer(tx, actor, execution_id, answer, records, comment))
        self._wakeups.announce(WORK)
        self._wakeups.announce(INBOX)
        return doubt

    def _resume(self, tx: Transaction, actor: Actor, job: JobRecord) -> JobRecord:
        demand(actor, Right.ANSWER, job.runbook_path)
        if not tx.runs.release_held(job.id):
            raise ConflictError(
                "Nothing of this job can be continued: it is not held, or an activity in doubt waits for its answer."
            )
        tx.audit.add(audit_entry(actor, self._clock.now(), "continued", Subject("job", job.id, job.runbook_path)))
        return tx.runs.job(job.id)

    def _replace_monitor(
        self, tx: Transaction, actor: Actor, runbook_id: str, job_id: str
    ) -> tuple[list[JobRecord], JobRecord | None]:
        runbook = tx.runbooks.get(runbook_id)
        if runbook.version is None or not runbook.is_monitor:
            return [], None
        document = read_runbook(tx.runbooks.version(runbook_id, runbook.version).document)
        if not document.settings.start_monitor_on_check_in:
            return [], None
        active = tx.runs.jobs(RunFilter(runbook_id=runbook_id, statuses=_ACTIVE, limit=_MOST_STOPPED))
        if any(job.version == runbook.version for job in active):
            return [], None
        stopped = [self._stop(tx, actor, job) for job in active]
        before = next((job.id for job in stopped if job.started_at is not None), None)
        return stopped, self._start(tx, actor, StartRequest(runbook_id), job_id, before)

    def _start(
        self, tx: Transaction, actor: Actor, request: StartRequest, job_id: str, predecessor_id: str | None = None
    ) -> JobRecord:
        runbook = _wanted(tx, request)
        demand(actor, Right.RUN, runbook.path)
        if runbook.version is None:
            raise ConflictError(f"'{runbook.path}' cannot run: it has never been checked in.")
        document = self._versions.get(tx, runbook.id, runbook.version)
        values, problems = check_parameters(declared_parameters(document), request.parameters)
        problems += unknown_servers(tx, request.servers)
        if request.priority is not None:
            demand(actor, Right.PRIORITIZE, runbook.path)
        if problems:
            raise InvalidError(f"'{runbook.path}' cannot start: {problems[0]}", problems)
        now = self._clock.now()
        job = JobRecord(
            id=job_id,
            runbook_id=runbook.id,
            runbook_name=runbook.name,
            runbook_path=runbook.path,
            version=runbook.version,
            status=JobStatus.PENDING,
            is_monitor=runbook.is_monitor,
            parameters=values,
            servers=request.servers or document.settings.servers,
            created_by_id=actor.id,
            created_by_name=actor.name,
            created_at=now,
            idempotency_key=request.idempotency_key,
            predecessor_id=predecessor_id,
            trace_context=None if request.trace is None else str(request.trace),
            priority=document.settings.priority if request.priority is None else request.priority,
        )
        stored = tx.runs.add_job(job, document.settings.max_monitor_instances)
        if stored.id == job_id:
            details: dict[str, Json] = {"job_id": job_id, "version": runbook.version, "parameters": list(values)}
            tx.audit.add(audit_entry(actor, now, "started", Subject("runbook", runbook.id, runbook.path), details))
        return stored

    def _stop(self, tx: Transaction, actor: Actor, job: JobRecord, level: StopLevel = StopLevel.NOW) -> JobRecord:
        demand(actor, Right.STOP, job.runbook_path)
        if has_ended(job.status):
            return job
        now = self._clock.now()
        subject = Subject("job", job.id, job.runbook_path)
        tx.audit.add(audit_entry(actor, now, "stopped", subject, {"level": level.value}))
        return tx.runs.request_stop(job.id, now, level)

    def _stop_all(self, tx: Transaction, actor: Actor, runbook_id: str, level: StopLevel) -> list[JobRecord]:
        demand(actor, Right.STOP, tx.runbooks.get(runbook_id).path)
        wanted = RunFilter(runbook_id=runbook_id, statuses=_ACTIVE, limit=_MOST_STOPPED)
        return [self._stop(tx, actor, job, level) for job in tx.runs.jobs(wanted)]

    def _answer(
        self, tx: Transaction, actor: Actor, execution_id: str, answer: str, records: Sequence[Record], comment: str
    ) -> DoubtRecord:
        found = tx.runs.doubts(execution_id)
        if not found:
            raise NotFoundError("activity in doubt", execution_id)
        demand(actor, Right.ANSWER, found[0].runbook_name)
        now = self._clock.now()
        if not tx.runs.answer_doubt(execution_id, answer, actor.name, records, now):
            raise ConflictError(
                f"{found[0].answered_by} has answered already: {found[0].answer}.", found[0].answered_by
            )
        subject = Subject("activity-instance", execution_id, f"{found[0].runbook_name}: {found[0].activity_id}")
        tx.audit.add(audit_entry(actor, now, "answered", subject, {"answer": answer, "comment": comment}))
        return tx.runs.doubts(execution_id)[0]

    def _after_stop(self, job: JobRecord) -> None:
        self._wakeups.announce(INBOX)
        self._wakeups.announce(WORK)
        self._tell(job)

    def _tell(self, job: JobRecord) -> None:
        self._wakeups.announce(LIVE, job_changed(job.id, job.runbook_id, job.status.value))


def _wanted(tx: Transaction, request: StartRequest) -> RunbookRecord:
    if request.runbook_id is not None:
        return tx.runbooks.get(request.runbook_id)
    found = tx.runbooks.find(request.path or "")
    if found is None:
        raise NotFoundError("runbook", request.path or "")
    return found
