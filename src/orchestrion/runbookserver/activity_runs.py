"""The executions of one instance that are under way or in doubt on this server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from uuid_utils import uuid7

from orchestrion.engine.commands import StartActivity
from orchestrion.engine.plan import Plan
from orchestrion.engine.signals import ExecutionKey
from orchestrion.model.condition import Status
from orchestrion.model.resources import EventType
from orchestrion.model.runbook import Activity, EffectClass, InDoubtAnswer
from orchestrion.model.values import Json
from orchestrion.ports.clock import Clock
from orchestrion.ports.journal import Claimed, Message
from orchestrion.ports.observability import NO_TELEMETRY, Telemetry
from orchestrion.ports.packs import PackCatalogue
from orchestrion.ports.runs import DoubtRecord, LateOutcome
from orchestrion.runbookserver.context import ServerContext
from orchestrion.runbookserver.counters import RunCounters
from orchestrion.runbookserver.feed import Feed
from orchestrion.runbookserver.given import records_of
from orchestrion.runbookserver.instance_events import EventSource, StoreEvent
from orchestrion.runbookserver.instance_journal import InstanceJournal
from orchestrion.runbookserver.journal_writer import JournalWriter
from orchestrion.runbookserver.late import LateOutcomes, late_ending
from orchestrion.runbookserver.recovery import Intent
from orchestrion.runbookserver.resources import Resources
from orchestrion.runbookserver.runner import Execution, Runner, ending_of
from orchestrion.runbookserver.schedules import RunSchedules
from orchestrion.runbookserver.tasks import Tasks, Timers
from orchestrion.sdk.invoke import Ended
from orchestrion.sdk.outcome import NotDone, Unknown, Verdict
from orchestrion.services import journal_codec as codec

MOST_AHEAD = 200  # journal entries by which pure executions may run ahead of what is durable


@dataclass(frozen=True, slots=True)
class Services:
    """What every instance of one server shares."""

    server: str
    writer: JournalWriter
    runner: Runner
    packs: PackCatalogue
    clock: Clock
    feed: Feed
    store_event: StoreEvent
    counters: RunCounters
    resources: Resources
    schedules: RunSchedules
    late: LateOutcomes
    stop_grace_seconds: float = 10.0
    telemetry: Telemetry = NO_TELEMETRY


@dataclass(frozen=True, slots=True)
class Finished:
    """An execution came to its end; the executor journals it and tells the conductor.

    The message whose effect this is, if any, leaves the inbox with it: not before, or a crash in between would lose it.
    """

    command: StartActivity
    execution_id: str
    inputs: Mapping[str, Json]
    effect: EffectClass
    started: datetime
    ended: Ended
    evidence: Mapping[str, Json] | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """An execution waits for something outside from now on; the executor looks whether anything else goes on."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What an instance has besides its turns: where its parts hand in what happened, and what they have under way."""

    hand_in: Callable[[Finished | Held], None]
    tasks: Tasks
    timers: Timers


@dataclass(slots=True)
class _Run:
    """An execution from the moment it may start until it has ended; `id` is the execution's own."""

    command: StartActivity
    execution: Execution
    effect: EffectClass
    id: str = field(default_factory=lambda: str(uuid7()))
    evidence: Mapping[str, Json] | None = None
    started: datetime | None = None
    task: asyncio.Task[None] | None = None
    is_canceled: bool = False
    is_acting: bool = False  # it may have an effect that a successor could not simply repeat


@dataclass(frozen=True, slots=True)
class _Doubt:
    command: StartActivity
    record: DoubtRecord


class ActivityRuns:
    """Starts executions, probes and holds them after a crash, and cancels them; `report` takes every ending."""

    def __init__(
        self,
        claimed: Claimed,
        plan: Plan,
        services: Services,
        journal: InstanceJournal,
        events: EventSource,
        beside: Beside,
    ) -> None:
        self._claimed = claimed
        self._plan = plan
        self._services = services
        self._journal = journal
        self._events = events
        self._hand_in = beside.hand_in
        self._tasks = beside.tasks
        self._timers = beside.timers
        self._is_dry_run = bool(claimed.test and claimed.test.get("dry_run"))
        self._running: dict[ExecutionKey, _Run] = {}
        self._to_begin: list[_Run] = []
        self._is_cut_off = self._is_closed = False
        self._doubts: dict[str, _Doubt] = {}
        self._early_answers: dict[str, Message] = {}

    @property
    def are_running(self) -> bool:
        """Whether any execution is under way."""
        return bool(self._running)

    @property
    def are_acting(self) -> bool:
        """Whether anything is under way that a successor could not simply run again."""
        return any(run.is_acting for run in self._running.values())

    @property
    def are_in_doubt(self) -> bool:
        """Whether any execution waits for a person."""
        return bool(self._doubts)

    def start(self, command: StartActivity, inputs: Mapping[str, Json]) -> None:
        """Runs an execution as soon as all its instance did so far is durable (durability.md 4).

        A pure one touches nothing outside, so that it need not wait; only so far ahead of the journal.
        """
        execution = self._execution(command, inputs)
        run = self._running[command.key] = _Run(command, execution, execution.effect)
        if self._is_dry_run:
            run.task = self._tasks.start(self._rehearse(run))
        elif run.effect is EffectClass.PURE and self._journal.lead < MOST_AHEAD:
            run.task = self._tasks.start(self._act(run))
        else:
            if run.effect is EffectClass.ONCE:
                self._note_intent(run)
            self._to_begin.append(run)

    def waiting(self) -> Callable[[], None] | None:
        """What to call when the journal is durable as of now, so that the executions begin that wait for it."""
        if not self._to_begin:
            return None
        runs, self._to_begin = self._to_begin, []
        return lambda: self._begin(runs)

    def settle(self, command: StartActivity, intent: Intent) -> None:
        """Decides about an execution whose intent is journaled and whose outcome a crash hid (durability.md 6)."""
        execution = self._execution(command, intent.inputs)
        run = _Run(command, execution, intent.effect, intent.execution_id, intent.evidence, intent.at)
        self._running[command.key] = run
        run.task = self._tasks.start(self._settle(run, intent))

    def answer(self, message: Message) -> None:
        """An operator's answer. It leaves the inbox with what follows from it; one about nothing open changes nothing.

        An answer that comes before this server has found out about the doubt waits for it.
        """
        key = str(message.payload.get("key"))
        doubt = self._doubts.pop(key, None)
        if doubt is not None:
            self._apply(doubt, message)
        elif any(str(each) == key for each in self._running):
            self._early_answers[key] = message
        else:
            self._journal.consume(message.id)

    def _apply(self, doubt: _Doubt, message: Message) -> None:
        payload = message.payload
        match payload.get("answer"):
            case "repeat":
                self._journal.consume(message.id)
                self._repeat(doubt.command, doubt.record.inputs)
            case "succeeded":
                self._end_doubt(doubt, Ended(Status.SUCCESS, records_of(payload.get("records"))), message.id)
            case "late":
                self._journal.resolve(doubt.record.execution_id)
                self._end_doubt(doubt, late_ending(payload), message.id)
            case _:
                error = f"In doubt after a crash; {payload.get('by')} answered that it failed."
                self._end_doubt(doubt, Ended(Status.FAILED, error=error), message.id)

    def cancel(self, *, running: bool = True) -> None:
        """Ends everything that has not begun or is in doubt, and what is under way too unless it may finish.

        What does not end within the grace period is left behind.
        """
        for run in list(self._running.values()):
            if run.task is None:
                self._cancel(run)
            elif running and not run.is_canceled:
                run.is_canceled = True
                run.task.cancel()
                due = self._services.clock.now() + timedelta(seconds=self._services.stop_grace_seconds)
                self._timers.at(due, partial(self._abandon, run))
        for doubt in self._doubts.values():
            self._journal.resolve(doubt.record.execution_id)
            self._end_doubt(doubt, Ended(Status.CANCELED, error="Stopped while it was in doubt."))
        self._doubts.clear()

    def cut_off(self, handed_in: Iterable[Finished]) -> None:
        """Somebody else may go on with the instance: what a successor would only hold may finish.

        The caller ends all other tasks. An outcome that comes late answers the doubt by itself (durability.md 5), and
        so does one that was known in time, and that the database may not know: `handed_in`, or made and not durable.
        """
        self._is_cut_off = self._is_closed = True
        for run in self._running.values():
            if run.task is not None and run.is_acting and run.effect is EffectClass.ONCE:
                self._tasks.let_go(run.task)
        for row in self._journal.unsaved:
            if row.execution.effect is EffectClass.ONCE:
                self._post_late(
                    row.execution.id,
                    row.execution.key,
                    Ended(row.execution.status, tuple(row.execution.records), row.execution.error),
                )
        for each in handed_in:
            if each.effect is EffectClass.ONCE:
                self._post_late(each.execution_id, str(each.command.key), each.ended)

    def close(self) -> None:
        """The instance is done here: nothing begins any more."""
        self._is_closed = True

    # running -------------------------------------------------------------------------------------------------

    def _begin(self, runs: list[_Run]) -> None:
        """The journal is durable as of the commands that asked for these executions."""
        for run in runs:
            if run.is_canceled or self._is_closed:
                continue
            is_verifiable = run.effect is EffectClass.VERIFIABLE
            run.task = self._tasks.start(self._prepare(run) if is_verifiable else self._act(run))

    def _cancel(self, run: _Run) -> None:
        """Ends an execution that has not begun."""
        run.is_canceled = True
        self._end(run, Ended(Status.CANCELED, error="Stopped."))

    def _abandon(self, run: _Run) -> None:
        if self._running.get(run.command.key) is not run or run.task is None:
            return
        self._tasks.let_go(run.task)
        seconds = self._services.stop_grace_seconds
        error = f"Stopped. The activity did not end within {seconds:g} seconds and was left behind."
        self._end(run, Ended(Status.CANCELED, error=error))

    def _end(self, run: _Run, ended: Ended) -> None:
        """Reports how an execution ended, once."""
        if self._running.pop(run.command.key, None) is not run:
            return
        if self._is_cut_off:
            self._post_late(run.id, str(run.command.key), ended)
            return
        started = run.started or self._services.clock.now()
        self._hand_in(Finished(run.command, run.id, run.execution.inputs, run.effect, started, ended, run.evidence))

    def _post_late(self, execution_id: str, key: str, ended: Ended) -> None:
        late = LateOutcome(execution_id, self._claimed.instance_id, key, ended.status, ended.records, ended.error)
        self._services.late.post(late)

    async def _rehearse(self, run: _Run) -> None:
        """A dry run: nothing outside is changed."""
        run.started = self._services.clock.now()
        try:
            ended, run.evidence = await self._services.runner.simulated(run.execution)
        except asyncio.CancelledError:
            if not run.is_canceled:
                raise
            ended = Ended(Status.CANCELED, error="Stopped.")
        self._end(run, ended)

    async def _prepare(self, run: _Run) -> None:
        """The evidence from before the effect, and the intent; whatever collecting it raises is its own failure."""
        try:
            run.evidence = await self._services.runner.evidence(run.execution)
        except asyncio.CancelledError:
            if not run.is_canceled:
                raise
            self._end(run, Ended(Status.CANCELED, error="Stopped."))
            return
        except Exception as error:  # noqa: BLE001 - a stranger's code
            self._end(run, Ended(Status.FAILED, error=str(error)))
            return
        if not run.is_canceled:
            self._note_intent(run)
            self._journal.flush(then=partial(self._begin_verifiable, run))
            return
        self._end(run, Ended(Status.CANCELED, error="Stopped."))

    def _begin_verifiable(self, run: _Run) -> None:
        if not (run.is_canceled or self._is_closed):
            run.task = self._tasks.start(self._act(run))

    def _note_intent(self, run: _Run) -> None:
        run.is_acting = True
        payload: dict[str, Json] = {
            "id": run.id,
            "key": str(run.command.key),
            "activity_id": run.command.activity,
            "effect": run.effect.value,
            "pack_version": run.execution.installed.pack_version,
            "server": self._services.server,
            "inputs": dict(run.execution.inputs),
            "evidence": None if run.evidence is None else dict(run.evidence),
        }
        self._journal.signal(codec.INTENT, self._journal.stamp(), payload)

    async def _act(self, run: _Run) -> None:
        """Runs the activity; tells the live view, and raises an event when it takes longer than its author expects."""
        activity = run.execution.activity
        run.started = self._services.clock.now()
        self._services.feed.activity(self._claimed.instance_id, activity.id, Status.RUNNING, run.started, None)
        if activity.behaviour.report_after_seconds:
            self._report_when_long(run, activity, run.started)
        try:
            ended = await self._services.runner.run(run.execution)
            if ended.status is Status.FAILED and activity.behaviour.report_failure:
                await self._events.raise_event(EventType.ERROR, f"Activity '{activity.name}' failed.", ended.error)
        except asyncio.CancelledError:
            if not run.is_canceled:
                raise
            ended = Ended(Status.CANCELED, error="Stopped.")
        self._end(run, ended)

    def _report_when_long(self, run: _Run, activity: Activity, started: datetime) -> None:
        seconds = activity.behaviour.report_after_seconds
        summary = f"Activity '{activity.name}' runs longer than {seconds:g} seconds."

        def report() -> None:
            if self._running.get(run.command.key) is run:
                self._tasks.start(self._events.raise_event(EventType.WARNING, summary))

        self._timers.at(started + timedelta(seconds=seconds), report)

    # after a crash -------------------------------------------------------------------------------------------

    async def _settle(self, run: _Run, intent: Intent) -> None:
        verdict: Verdict = Unknown("Stopped.")
        try:
            verdict = await self._verdict(run.execution, intent)
        except asyncio.CancelledError:
            if not run.is_canceled:
                raise
            self._end(run, Ended(Status.CANCELED, error="Stopped while it was in doubt."))
            return
        ended = ending_of(verdict)
        if ended is not None:
            self._end(run, ended)
            return
        del self._running[run.command.key]
        if isinstance(verdict, NotDone):
            self._repeat(run.command, intent.inputs)
        else:
            self._hold(run.command, intent, verdict.reason if isinstance(verdict, Unknown) else "")

    async def _verdict(self, execution: Execution, intent: Intent) -> Verdict:
        if intent.effect is not EffectClass.VERIFIABLE:
            return Unknown("The server stopped while it ran, and repeating it unknowingly could do harm.")
        return await self._services.runner.verdict(execution, intent.evidence)

    def _hold(self, command: StartActivity, intent: Intent, reason: str) -> None:
        """Keeps the execution in doubt, unless the runbook's author has given the answer (architecture.md 5a)."""
        doubt = _Doubt(command, self._doubt_record(command, intent, reason))
        match self._activity(command).behaviour.in_doubt:
            case InDoubtAnswer.ASK:
                self._doubts[str(command.key)] = doubt
                if early := self._early_answers.pop(str(command.key), None):
                    self.answer(early)
                    return
                self._journal.doubt(doubt.record)
                self._hand_in(Held())
                self._services.feed.activity(
                    self._claimed.instance_id, command.activity, Status.IN_DOUBT, doubt.record.since, None
                )
            case InDoubtAnswer.REPEAT:
                self._repeat(command, intent.inputs)
            case InDoubtAnswer.SUCCEED:
                self._end_doubt(doubt, Ended(Status.SUCCESS))
            case InDoubtAnswer.FAIL:
                self._end_doubt(doubt, Ended(Status.FAILED, error=f"In doubt after a crash. {reason}"))

    def _repeat(self, command: StartActivity, inputs: Mapping[str, Json]) -> None:
        self._journal.signal(codec.REPEAT, self._journal.stamp(), {"key": str(command.key)})
        self.start(command, inputs)
        self._hand_in(Held())  # the executor flushes, and with that it begins

    def _end_doubt(self, doubt: _Doubt, ended: Ended, message_id: str | None = None) -> None:
        record = doubt.record
        self._hand_in(
            Finished(
                command=doubt.command,
                execution_id=record.execution_id,
                inputs=record.inputs,
                effect=record.effect,
                started=record.since,
                ended=ended,
                evidence=record.evidence,
                message_id=message_id,
            )
        )

    def _doubt_record(self, command: StartActivity, intent: Intent, reason: str) -> DoubtRecord:
        return DoubtRecord(
            execution_id=intent.execution_id,
            instance_id=self._claimed.instance_id,
            job_id=self._claimed.job_id,
            runbook_name=self._plan.runbook.name,
            activity_id=command.activity,
            key=str(command.key),
            effect=intent.effect,
            since=intent.at,
            reason=reason,
            inputs=intent.inputs,
            evidence=intent.evidence,
        )

    # what executions are made of -----------------------------------------------------------------------------

    def _activity(self, command: StartActivity) -> Activity:
        return self._plan.activities[command.activity].activity

    def _execution(self, command: StartActivity, inputs: Mapping[str, Json]) -> Execution:
        activity = self._activity(command)
        ctx = ServerContext(
            key=str(command.key),
            activity_id=activity.id,
            activity_name=activity.name,
            instance_id=self._claimed.instance_id,
            job_id=self._claimed.job_id,
            runbook_name=self._plan.runbook.name,
            server=self._services.server,
            events=self._events,
            counters=self._services.counters,
            schedules=self._services.schedules,
            run=self._claimed,
            telemetry=self._services.telemetry,
        )
        return Execution(activity, self._services.packs.installed()[activity.type], inputs, ctx)
