"""The executions of one instance that are under way or in doubt on this server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import anyio
from anyio.abc import TaskGroup
from uuid_utils import uuid7

from orchestrion.engine.commands import StartActivity
from orchestrion.engine.plan import Plan
from orchestrion.model.condition import Status
from orchestrion.model.ids import derived_id
from orchestrion.model.resources import EventType
from orchestrion.model.runbook import Activity, EffectClass, InDoubtAnswer
from orchestrion.model.values import Json
from orchestrion.ports.clock import Clock
from orchestrion.ports.journal import Claimed, Message
from orchestrion.ports.packs import PackCatalogue
from orchestrion.ports.runs import DoubtRecord
from orchestrion.runbookserver.context import ServerContext
from orchestrion.runbookserver.counters import RunCounters
from orchestrion.runbookserver.feed import Feed
from orchestrion.runbookserver.given import records_of
from orchestrion.runbookserver.instance_events import EventSource, StoreEvent
from orchestrion.runbookserver.instance_journal import InstanceJournal
from orchestrion.runbookserver.journal_writer import JournalWriter
from orchestrion.runbookserver.recovery import Intent
from orchestrion.runbookserver.resources import Resources
from orchestrion.runbookserver.runner import Execution, Runner, ending_of
from orchestrion.runbookserver.schedules import RunSchedules
from orchestrion.sdk.invoke import Ended
from orchestrion.sdk.outcome import NotDone, Unknown, Verdict
from orchestrion.services import journal_codec as codec


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
        report: Callable[[Finished | Held], None],
    ) -> None:
        self._claimed = claimed
        self._plan = plan
        self._services = services
        self._journal = journal
        self._hand_in = report
        self._events = events
        self._is_dry_run = bool(claimed.test and claimed.test.get("dry_run"))
        self._running: dict[str, anyio.CancelScope] = {}
        self._acting: set[str] = set()
        self._doubts: dict[str, _Doubt] = {}
        self._early_answers: dict[str, Message] = {}

    @property
    def are_running(self) -> bool:
        """Whether any execution is under way."""
        return bool(self._running)

    @property
    def are_acting(self) -> bool:
        """Whether anything is under way that a successor could not simply run again."""
        return bool(self._acting)

    @property
    def are_in_doubt(self) -> bool:
        """Whether any execution waits for a person."""
        return bool(self._doubts)

    def start(self, group: TaskGroup, command: StartActivity, inputs: Mapping[str, Json]) -> None:
        """Runs an execution in a task of its own."""
        scope = self._running[str(command.key)] = anyio.CancelScope()
        group.start_soon(self._run, group, scope, self._execution(command, inputs), command)

    def settle(self, group: TaskGroup, command: StartActivity, intent: Intent) -> None:
        """Decides about an execution whose intent is journaled and whose outcome a crash hid (durability.md 6)."""
        scope = self._running[str(command.key)] = anyio.CancelScope()
        group.start_soon(self._settle, group, scope, command, intent)

    def answer(self, group: TaskGroup, message: Message) -> None:
        """An operator's answer. It leaves the inbox with what follows from it; one about nothing open changes nothing.

        An answer that comes before this server has found out about the doubt waits for it.
        """
        key = str(message.payload.get("key"))
        doubt = self._doubts.pop(key, None)
        if doubt is not None:
            self._apply(group, doubt, message)
        elif key in self._running:
            self._early_answers[key] = message
        else:
            self._journal.consume(message.id)

    def _apply(self, group: TaskGroup, doubt: _Doubt, message: Message) -> None:
        payload = message.payload
        match payload.get("answer"):
            case "repeat":
                self._journal.consume(message.id)
                self._repeat(group, doubt.command, doubt.record.inputs)
            case "succeeded":
                self._end_doubt(doubt, Ended(Status.SUCCESS, records_of(payload.get("records"))), message.id)
            case _:
                error = f"In doubt after a crash; {payload.get('by')} answered that it failed."
                self._end_doubt(doubt, Ended(Status.FAILED, error=error), message.id)

    def cancel(self) -> None:
        """Ends everything that is under way or in doubt."""
        for scope in self._running.values():
            scope.cancel()
        for doubt in self._doubts.values():
            self._journal.resolve(doubt.record.execution_id)
            self._end_doubt(doubt, Ended(Status.CANCELED, error="Stopped while it was in doubt."))
        self._doubts.clear()

    # running -------------------------------------------------------------------------------------------------

    async def _run(
        self, group: TaskGroup, scope: anyio.CancelScope, execution: Execution, command: StartActivity
    ) -> None:
        started = self._services.clock.now()
        execution_id = str(uuid7())
        ended: Ended = Ended(Status.CANCELED, error="Stopped.")
        evidence: Mapping[str, Json] | None = None
        with scope:
            if self._is_dry_run:
                ended, evidence = await self._services.runner.simulated(execution)
            else:
                ended, evidence = await self._prepared(execution)
            if ended.status is Status.SUCCESS and not self._is_dry_run:
                await self._make_durable(command, execution, execution_id, evidence)
                started = self._services.clock.now()
                ended = await self._watched(group, execution)
        if scope.cancelled_caught:
            ended = Ended(Status.CANCELED, error="Stopped.")
        self._running.pop(str(command.key), None)
        self._acting.discard(str(command.key))
        self._hand_in(Finished(command, execution_id, execution.inputs, execution.effect, started, ended, evidence))

    async def _prepared(self, execution: Execution) -> tuple[Ended, Mapping[str, Json] | None]:
        """The evidence from before the effect; whatever collecting it raises is the activity's own failure."""
        if execution.effect is not EffectClass.VERIFIABLE:
            return Ended(Status.SUCCESS), None
        await asyncio.shield(self._journal.flush())
        try:
            return Ended(Status.SUCCESS), await self._services.runner.evidence(execution)
        except Exception as error:  # noqa: BLE001 - a stranger's code
            return Ended(Status.FAILED, error=str(error)), None

    async def _make_durable(
        self,
        command: StartActivity,
        execution: Execution,
        execution_id: str,
        evidence: Mapping[str, Json] | None,
    ) -> None:
        """Before an activity touches the outside, all its instance did so far is durable (durability.md 4)."""
        if execution.effect is EffectClass.PURE:
            return
        if execution.effect in (EffectClass.VERIFIABLE, EffectClass.ONCE):
            self._acting.add(str(command.key))
            payload: dict[str, Json] = {
                "id": execution_id,
                "key": str(command.key),
                "activity_id": command.activity,
                "effect": execution.effect.value,
                "pack_version": execution.installed.pack_version,
                "server": self._services.server,
                "inputs": dict(execution.inputs),
                "evidence": None if evidence is None else dict(evidence),
            }
            self._journal.signal(codec.INTENT, self._journal.stamp(), payload)
        await asyncio.shield(self._journal.flush())

    async def _watched(self, group: TaskGroup, execution: Execution) -> Ended:
        """Runs the activity; tells the live view, and raises an event when it takes longer than its author expects."""
        activity, now = execution.activity, self._services.clock.now()
        self._services.feed.activity(self._claimed.instance_id, activity.id, Status.RUNNING, now, None)
        if activity.behaviour.report_after_seconds:
            async with self._reported_when_long(group, activity):
                ended = await self._services.runner.run(execution)
        else:
            ended = await self._services.runner.run(execution)
        if ended.status is Status.FAILED and activity.behaviour.report_failure:
            await self._events.raise_event(EventType.ERROR, f"Activity '{activity.name}' failed.", ended.error)
        return ended

    @asynccontextmanager
    async def _reported_when_long(self, group: TaskGroup, activity: Activity) -> AsyncIterator[None]:
        scope = anyio.CancelScope()
        seconds = activity.behaviour.report_after_seconds
        summary = f"Activity '{activity.name}' runs longer than {seconds:g} seconds."
        group.start_soon(self._report_after, scope, seconds, summary)
        try:
            yield
        finally:
            scope.cancel()

    async def _report_after(self, scope: anyio.CancelScope, seconds: float, summary: str) -> None:
        with scope:
            await anyio.sleep(seconds)
            await self._events.raise_event(EventType.WARNING, summary)

    # after a crash -------------------------------------------------------------------------------------------

    async def _settle(self, group: TaskGroup, scope: anyio.CancelScope, command: StartActivity, intent: Intent) -> None:
        execution = self._execution(command, intent.inputs)
        verdict: Verdict = Unknown("Stopped.")
        with scope:
            verdict = await self._verdict(execution, intent)
        self._running.pop(str(command.key), None)
        ended = ending_of(verdict)
        if scope.cancelled_caught:
            ended = Ended(Status.CANCELED, error="Stopped while it was in doubt.")
        if ended is not None:
            self._hand_in(
                Finished(command, intent.execution_id, intent.inputs, intent.effect, intent.at, ended, intent.evidence)
            )
        elif isinstance(verdict, NotDone):
            self._repeat(group, command, intent.inputs)
        else:
            self._hold(group, command, intent, verdict.reason if isinstance(verdict, Unknown) else "")

    async def _verdict(self, execution: Execution, intent: Intent) -> Verdict:
        if intent.effect is not EffectClass.VERIFIABLE:
            return Unknown("The server stopped while it ran, and repeating it unknowingly could do harm.")
        return await self._services.runner.verdict(execution, intent.evidence)

    def _hold(self, group: TaskGroup, command: StartActivity, intent: Intent, reason: str) -> None:
        """Keeps the execution in doubt, unless the runbook's author has given the answer (architecture.md 5a)."""
        doubt = _Doubt(command, self._doubt_record(command, intent, reason))
        match self._activity(command).behaviour.in_doubt:
            case InDoubtAnswer.ASK:
                self._doubts[str(command.key)] = doubt
                if early := self._early_answers.pop(str(command.key), None):
                    self.answer(group, early)
                    return
                self._journal.doubt(doubt.record)
                self._hand_in(Held())
                self._services.feed.activity(
                    self._claimed.instance_id, command.activity, Status.IN_DOUBT, doubt.record.since, None
                )
            case InDoubtAnswer.REPEAT:
                self._repeat(group, command, intent.inputs)
            case InDoubtAnswer.SUCCEED:
                self._end_doubt(doubt, Ended(Status.SUCCESS))
            case InDoubtAnswer.FAIL:
                self._end_doubt(doubt, Ended(Status.FAILED, error=f"In doubt after a crash. {reason}"))

    def _repeat(self, group: TaskGroup, command: StartActivity, inputs: Mapping[str, Json]) -> None:
        self._journal.signal(codec.REPEAT, self._journal.stamp(), {"key": str(command.key)})
        self.start(group, command, inputs)

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
            execution_id=derived_id(self._claimed.instance_id, str(command.key)),
            activity_id=activity.id,
            activity_name=activity.name,
            instance_id=self._claimed.instance_id,
            job_id=self._claimed.job_id,
            runbook_name=self._plan.runbook.name,
            server=self._services.server,
            events=self._events,
            counters=self._services.counters,
            schedules=self._services.schedules,
        )
        return Execution(activity, self._services.packs.installed()[activity.type], inputs, ctx)
