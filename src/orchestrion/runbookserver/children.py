"""The runbooks that one instance invokes: their jobs are started with its journal and end in its inbox (spec 5.8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from uuid_utils import uuid7

from orchestrion.engine.commands import StartActivity
from orchestrion.model.codec import read_runbook
from orchestrion.model.condition import Status
from orchestrion.model.errors import InvalidError, NotFoundError, OrchestrionError
from orchestrion.model.ids import derived_id
from orchestrion.model.job import JobStatus, StopLevel, check_parameters
from orchestrion.model.runbook import EffectClass, declared_parameters, start_activities
from orchestrion.model.values import Json, Record, to_text
from orchestrion.ports.authoring import RunbookRecord
from orchestrion.ports.journal import Claimed, Message
from orchestrion.ports.runs import JobRecord
from orchestrion.ports.transaction import Transaction
from orchestrion.runbookserver.activity_runs import Beside, Finished, Held, Services
from orchestrion.runbookserver.given import record_of, records_of
from orchestrion.runbookserver.instance_journal import InstanceJournal
from orchestrion.runbookserver.recovery import Intent
from orchestrion.sdk.invoke import Ended
from orchestrion.services import journal_codec as codec
from orchestrion.services.server_names import unknown_servers

DEEPEST = 32  # runbooks that invoke each other; a chain this long is a mistake
JOB_ID, STATUS = "Child runbook Job ID", "Child runbook status"
_ENDINGS = {
    "success": Status.SUCCESS,
    "warning": Status.WARNING,
    "failed": Status.FAILED,
    "canceled": Status.FAILED,
}


@dataclass(frozen=True, slots=True)
class _Child:
    """One execution of Invoke Runbook whose job is stored, or is about to be."""

    command: StartActivity
    intent: Intent

    @property
    def job_id(self) -> str:
        return str((self.intent.evidence or {}).get("job_id"))

    def wants(self, option: str) -> bool:
        """Whether the author has left an option on, as it is by default."""
        return self.intent.inputs.get(option, True) not in (False, "false")


class ChildRuns:
    """Starts the runbooks that an instance invokes, and waits for them without a task of their own."""

    def __init__(
        self,
        claimed: Claimed,
        services: Services,
        journal: InstanceJournal,
        beside: Beside,
    ) -> None:
        self._claimed = claimed
        self._services = services
        self._journal = journal
        self._report = beside.hand_in
        self._tasks = beside.tasks
        self._starting: set[str] = set()
        self._waiting: dict[str, _Child] = {}

    @property
    def are_starting(self) -> bool:
        """Whether any runbook is about to be invoked."""
        return bool(self._starting)

    @property
    def are_waited_for(self) -> bool:
        """Whether any invoked runbook is waited for."""
        return bool(self._waiting)

    def start(self, command: StartActivity, inputs: Mapping[str, Json]) -> None:
        """Invokes a runbook."""
        self._starting.add(str(command.key))
        self._tasks.start(self._start(command, dict(inputs)))

    def go_on(self, command: StartActivity, intent: Intent) -> None:
        """Takes up an invocation whose job is stored: its end is in the inbox, or comes there."""
        self._wait(_Child(command, intent))

    def take(self, message: Message) -> None:
        """The end of an invoked runbook; one that nobody waits for changes nothing."""
        child = self._waiting.pop(str(message.payload.get("key")), None)
        if child is None:
            self._journal.consume(message.id)
        else:
            self._end(child, _ending(child, message.payload), message.id)

    def cancel(self, level: StopLevel = StopLevel.NOW) -> None:
        """The instance is stopped: it waits for nobody any longer, and stops those its author wants stopped."""
        now = self._journal.stamp()
        for child in self._waiting.values():
            if child.wants("stop_with_parent"):
                self._journal.stop_child(child.job_id, now, level)
            self._end(child, Ended(Status.CANCELED, ({JOB_ID: child.job_id},), "Stopped while it waited."))
        self._waiting.clear()

    async def _start(self, command: StartActivity, inputs: dict[str, Json]) -> None:
        """Finds the runbook and hands its job to the journal, with the intent to invoke it."""
        key, execution_id = str(command.key), str(uuid7())
        try:
            job = await self._services.resources.read(lambda tx: self._planned(tx, key, inputs))
        except OrchestrionError as error:
            self._starting.discard(key)
            now = self._services.clock.now()
            ended = Ended(Status.FAILED, error=str(error))
            self._report(Finished(command, execution_id, inputs, EffectClass.VERIFIABLE, now, ended))
            return
        intent = Intent(execution_id, EffectClass.VERIFIABLE, self._journal.stamp(), inputs, {"job_id": job.id})
        payload: dict[str, Json] = {
            "id": execution_id,
            "key": key,
            "activity_id": command.activity,
            "effect": intent.effect.value,
            "pack_version": "",
            "server": self._services.server,
            "inputs": inputs,
            "evidence": intent.evidence,
        }
        self._journal.signal(codec.INTENT, intent.at, payload)
        self._journal.invoke(job)
        self._journal.flush(then=self._services.feed.work)
        self._wait(_Child(command, intent))
        self._starting.discard(key)
        self._report(Held())  # there is nothing more to do here: the instance may leave memory

    def _wait(self, child: _Child) -> None:
        if child.wants("wait"):
            self._waiting[str(child.command.key)] = child
            return
        self._end(child, Ended(Status.SUCCESS, ({JOB_ID: child.job_id, STATUS: JobStatus.PENDING.value},)))

    def _end(self, child: _Child, ended: Ended, message_id: str | None = None) -> None:
        intent = child.intent
        self._report(
            Finished(
                command=child.command,
                execution_id=intent.execution_id,
                inputs=intent.inputs,
                effect=intent.effect,
                started=intent.at,
                ended=ended,
                evidence=intent.evidence,
                message_id=message_id,
            )
        )

    def _planned(self, tx: Transaction, key: str, inputs: Mapping[str, Json]) -> JobRecord:
        claimed, wanted = self._claimed, to_text(_scalar(inputs.get("runbook")))
        runbook = _found(tx, wanted, by_path=inputs.get("by_path") in (True, "true"))
        if runbook.version is None:
            raise InvalidError(f"'{runbook.path}' cannot run: it has never been checked in.")
        document = read_runbook(tx.runbooks.version(runbook.id, runbook.version).document)
        values, problems = check_parameters(declared_parameters(document), record_of(inputs.get("parameters")))
        servers = tuple(to_text(_scalar(each)) for each in _several(inputs.get("servers")))
        problems += unknown_servers(tx, servers)
        if runbook.is_monitor:
            name = start_activities(document)[0].name
            problems.append(f"It begins with the monitor '{name}', so it cannot be invoked; start its job instead.")
        if inputs.get("wait", True) not in (False, "false"):
            problems += self._never_admitted(tx, runbook)
        if claimed.depth + 1 > DEEPEST:
            problems.append(f"{DEEPEST} runbooks have invoked each other to get here; that is the most.")
        if problems:
            raise InvalidError(f"'{runbook.path}' cannot be invoked: {problems[0]}", problems)
        place = self._services.telemetry.place(claimed, key)
        return JobRecord(
            id=derived_id(claimed.instance_id, key),
            runbook_id=runbook.id,
            runbook_name=runbook.name,
            runbook_path=runbook.path,
            version=runbook.version,
            status=JobStatus.PENDING,
            is_monitor=False,
            parameters=values,
            servers=servers or document.settings.servers,
            created_by_id=claimed.starter_id,
            created_by_name=claimed.starter,
            created_at=self._services.clock.now(),
            parent_job_id=claimed.job_id,
            parent_instance_id=claimed.instance_id,
            parent_key=key,
            depth=claimed.depth + 1,
            # Whoever waits for it has waited its turn with its own priority.
            priority=max(document.settings.priority, tx.runs.job(claimed.job_id).priority),
            test={"dry_run": True} if claimed.test and claimed.test.get("dry_run") else None,
            trace_context=None if place is None else str(place),
        )

    def _never_admitted(self, tx: Transaction, runbook: RunbookRecord) -> list[str]:
        """Recursion that would wait for itself: all jobs that the runbook may run at once wait for this one."""
        waiting = sum(each.runbook_id == runbook.id for each in _ancestors(tx, self._claimed.job_id))
        if not waiting or waiting < runbook.max_simultaneous_jobs:
            return []
        most = runbook.max_simultaneous_jobs
        said = f"It waits for itself: {waiting} of its jobs wait for this one, and it runs at most {most} at a time."
        return [f"{said} Allow more simultaneous jobs, or do not wait."]


def _ancestors(tx: Transaction, job_id: str | None) -> Iterator[JobRecord]:
    while job_id is not None:
        job = tx.runs.job(job_id)
        yield job
        job_id = job.parent_job_id


def _found(tx: Transaction, wanted: str, *, by_path: bool) -> RunbookRecord:
    if not wanted:
        raise InvalidError("No runbook is given to invoke.")
    if not by_path:
        return tx.runbooks.get(wanted)
    found = tx.runbooks.find(wanted)
    if found is None:
        raise NotFoundError("runbook", wanted)
    return found


def _ending(child: _Child, payload: Mapping[str, Json]) -> Ended:
    status = str(payload.get("status"))
    own: Record = {JOB_ID: child.job_id, STATUS: status}
    records = tuple({**each, **own} for each in records_of(payload.get("returned")))
    error = to_text(_scalar(payload.get("error")))
    ending = _ENDINGS.get(status, Status.FAILED) if child.wants("fail_with_child") else Status.SUCCESS
    told = f"The invoked runbook ended as {status}{': ' + error if error else '.'}"
    return Ended(ending, records, "" if ending is Status.SUCCESS else told)


def _several(value: Json) -> Sequence[Json]:
    return value if isinstance(value, (list, tuple)) else [each for each in str(value or "").split(";") if each]


def _scalar(value: Json) -> str | int | float | bool | None:
    return value if isinstance(value, (str, int, float, bool)) else None
