"""Running one instance: feeds the conductor what happened, does what it asks, journals everything first.

One task owns the conductor; activities run in tasks of their own and hand their endings back through a queue. Rows are
numbered where they are made and handed to the writer in that order, so the journal's order is the order in which the
conductor saw things.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import anyio
from anyio.abc import TaskGroup
from uuid_utils import uuid7

from orchestrion.engine import control
from orchestrion.engine.binding import Environment, bind
from orchestrion.engine.commands import Command, EndInstance, StartActivity, StartDelay
from orchestrion.engine.conductor import Conductor
from orchestrion.engine.plan import Plan
from orchestrion.engine.signals import ActivityEnded, DelayElapsed, InstanceStarted, RunFacts, Signal, StopRequested
from orchestrion.model.activity_type import ActivityKind
from orchestrion.model.condition import Status
from orchestrion.model.errors import BindingError
from orchestrion.model.job import JobStatus
from orchestrion.model.resources import EventType
from orchestrion.model.runbook import Activity, EffectClass
from orchestrion.model.values import Json, Value
from orchestrion.ports.journal import Claimed, ExecutionRow, Hold, InstanceEnd, Message, SignalRow
from orchestrion.ports.runs import ExecutionRecord
from orchestrion.runbookserver import codec
from orchestrion.runbookserver.activity_runs import ActivityRuns, Finished, Held, Services
from orchestrion.runbookserver.clock import utc_offset
from orchestrion.runbookserver.instance_events import EventSource
from orchestrion.runbookserver.instance_journal import InstanceJournal
from orchestrion.runbookserver.recovery import Recovered, recover
from orchestrion.sdk.invoke import Ended

_LONGEST_SLEEP = 3600.0  # seconds; a wait is measured again after it, so that a changed clock is noticed
_TIMEOUT, _STOP = "timeout", "stop"


@dataclass(frozen=True, slots=True)
class _Elapsed:
    """The wait of a StartDelay is over; without a timer: only look again."""

    timer: str = ""


@dataclass(frozen=True, slots=True)
class _TimedOut:
    """The runbook's own time limit is over."""


@dataclass(frozen=True, slots=True)
class _IsLong:
    """The runbook runs longer than its author expects."""


@dataclass(frozen=True, slots=True)
class Left:
    """The server stops: the instance goes on elsewhere, or here later, where it stands now."""


Outcome: TypeAlias = InstanceEnd | Hold | Left
_Happened: TypeAlias = Finished | Held | _Elapsed | _TimedOut | _IsLong | Message


class InstanceExecutor:
    """Runs one claimed instance until it ends or is held.

    `variables` are the values the instance uses, by path; they count only for an instance that begins now.
    """

    def __init__(self, claimed: Claimed, plan: Plan, services: Services, variables: Mapping[str, Value]) -> None:
        self._claimed = claimed
        self._plan = plan
        self._settings = plan.runbook.settings
        self._services = services
        self._variables = variables
        self._journal = InstanceJournal(claimed, services.writer, services.clock)
        self._conductor = Conductor(plan)
        self._happened: asyncio.Queue[_Happened] = asyncio.Queue()
        self._events = EventSource(
            services.server,
            services.clock,
            services.store_event,
            plan.runbook.name,
            claimed.job_id,
            claimed.instance_id,
        )
        self._activities = ActivityRuns(claimed, plan, services, self._journal, self._events, self._happened.put_nowait)
        self._timers: set[str] = set()
        self._stop_reason = ""
        self._is_leaving = False

    def leave(self) -> None:
        """Starts nothing more; `run` returns as soon as nothing is under way that a successor could not repeat."""
        self._is_leaving = True
        self._happened.put_nowait(_Elapsed())

    def deliver(self, message: Message) -> None:
        """Hands a message from the inbox to the instance; one that it has seen already changes nothing."""
        self._happened.put_nowait(message)

    async def run(self, journal: Sequence[ExecutionRow | SignalRow]) -> Outcome:
        """Begins, or goes on after `journal`; returns when what became of the instance is durable.

        Raises DivergenceError when the journal does not fit the plan, RefusedSliceError when the database holds other
        rows in our place: the caller must hold the instance.
        """
        async with anyio.create_task_group() as group:
            outcome = await self._to_its_end(group, journal)
            group.cancel_scope.cancel()
            return outcome
        raise AssertionError("a task group that was not cancelled from outside does not swallow")

    async def _to_its_end(self, group: TaskGroup, journal: Sequence[ExecutionRow | SignalRow]) -> Outcome:
        if journal:
            self._go_on(group, recover(self._plan, journal))
        else:
            self._begin(group)
        self._arm_limits(group)
        while True:
            outcome = await self._turn(group)
            if outcome is not None:
                return outcome

    # one turn ------------------------------------------------------------------------------------------------

    async def _turn(self, group: TaskGroup) -> Outcome | None:
        """Hands what was made to the writer, waits for the next thing to happen, and takes all that has happened.

        Gives what became of the instance when this server is done with it.
        """
        durable = self._journal.flush()
        if self._is_leaving and not self._activities.are_acting:
            await asyncio.shield(durable)
            return Left()
        if self._only_doubts_left():
            return await self._end(
                Hold("An activity is in doubt: a person must say what happened.", self._journal.stamp())
            )
        self._take(group, await self._happened.get())
        while not self._happened.empty() and self._conductor.ended is None:
            self._take(group, self._happened.get_nowait())
        if self._conductor.ended is None:
            return None
        return await self._end(self._instance_end(self._conductor.ended))

    def _only_doubts_left(self) -> bool:
        waits = self._activities.are_running or self._timers or not self._happened.empty()
        return self._activities.are_in_doubt and not waits

    async def _end(self, outcome: InstanceEnd | Hold) -> Outcome:
        if isinstance(outcome, InstanceEnd) and outcome.status is JobStatus.FAILED and self._settings.report_failure:
            await self._events.raise_event(
                EventType.ERROR, f"Runbook '{self._plan.runbook.name}' failed.", outcome.error
            )
        await asyncio.shield(self._journal.flush(outcome))
        return outcome

    def _instance_end(self, end: EndInstance) -> InstanceEnd:
        at = self._journal.stamp()
        if self._stop_reason == _TIMEOUT:
            limit = self._settings.timeout_seconds
            return InstanceEnd(JobStatus.FAILED, at, end.returned, f"The runbook did not end within {limit:g} seconds.")
        return InstanceEnd(JobStatus(end.outcome.value), at, end.returned, end.error)

    # beginnings ----------------------------------------------------------------------------------------------

    def _begin(self, group: TaskGroup) -> None:
        claimed = self._claimed
        facts = RunFacts(claimed.runbook_id, claimed.runbook_path, claimed.job_id, claimed.instance_id, claimed.starter)
        signal = InstanceStarted(
            self._journal.stamp(), dict(claimed.parameters), dict(self._variables), claimed.trigger, facts
        )
        self._receive(group, signal, codec.STARTED, codec.started_payload(signal))

    def _go_on(self, group: TaskGroup, recovered: Recovered) -> None:
        """Takes up an instance where its journal ends: what had finished is not run again."""
        self._conductor = recovered.conductor
        self._stop_reason = recovered.stop_reason
        self._journal.go_on_after(recovered.sequence, recovered.at)
        for command in list(self._conductor.open.values()):
            intent = recovered.intents.get(str(command.key)) if isinstance(command, StartActivity) else None
            if isinstance(command, StartActivity) and intent is not None:
                self._activities.settle(group, command, intent)
            elif isinstance(command, StartActivity) and self._stop_reason:
                self._finish_at_once(command, {}, Ended(Status.CANCELED, error="Stopped."))
            else:
                self._dispatch(group, command)
        if self._stop_reason:
            self._activities.cancel()
        if self._conductor.ended is not None:
            self._happened.put_nowait(_Elapsed())  # the end was decided but not stored: let the loop see it

    def _arm_limits(self, group: TaskGroup) -> None:
        started = self._conductor.started
        if started is None:
            return
        for seconds, then in (
            (self._settings.timeout_seconds, _TimedOut()),
            (self._settings.report_after_seconds, _IsLong()),
        ):
            if seconds:
                group.start_soon(self._wait, started.at + timedelta(seconds=seconds), then)

    async def _wait(self, due: datetime, then: _Happened) -> None:
        while (left := (due - self._services.clock.now()).total_seconds()) > 0:  # noqa: ASYNC110 - time is no event
            await anyio.sleep(min(left, _LONGEST_SLEEP))
        self._happened.put_nowait(then)

    # what happened -------------------------------------------------------------------------------------------

    def _take(self, group: TaskGroup, happened: _Happened) -> None:
        match happened:
            case Finished():
                self._take_ending(group, happened)
            case _Elapsed(timer):
                self._timers.discard(timer)
                if f"delay:{timer}" in self._conductor.open:
                    signal = DelayElapsed(self._journal.stamp(), timer)
                    self._receive(group, signal, codec.DELAY, {"timer": timer})
            case _TimedOut():
                self._stop(group, _TIMEOUT)
            case _IsLong():
                group.start_soon(self._tell_that_it_is_long)
            case Held():
                pass  # `_turn` looks whether anything else goes on
            case Message():
                self._take_message(group, happened)

    def _receive(self, group: TaskGroup, signal: Signal, kind: str, payload: Mapping[str, Json]) -> None:
        commands = self._conductor.receive(signal)
        self._journal.signal(kind, signal.at, payload, self._conductor.digest)
        self._dispatch_all(group, commands)

    def _take_ending(self, group: TaskGroup, finished: Finished) -> None:
        command, ended = finished.command, finished.ended
        at = self._journal.stamp()
        signal = ActivityEnded(
            at=at,
            key=command.key,
            status=ended.status,
            records=ended.records,
            error=ended.error,
            started=finished.started,
            server=self._services.server,
            process_id=os.getpid(),
            offset=utc_offset(at),
        )
        commands = self._conductor.receive(signal)
        self._journal.add(self._row(finished, signal))
        seconds = (at - finished.started).total_seconds()
        self._services.feed.activity(self._claimed.instance_id, command.activity, ended.status, at, seconds)
        self._dispatch_all(group, commands)

    def _row(self, finished: Finished, signal: ActivityEnded) -> ExecutionRow:
        command = finished.command
        installed = self._services.packs.installed().get(self._activity(command).type)
        record = ExecutionRecord(
            id=finished.execution_id,
            instance_id=self._claimed.instance_id,
            sequence=self._journal.next_sequence(),
            activity_id=command.activity,
            key=str(command.key),
            attempt=command.key.attempt,
            retry=command.key.retry,
            status=signal.status,
            started_at=finished.started,
            ended_at=signal.at,
            effect=finished.effect,
            pack_version=installed.pack_version if installed else "",
            server=signal.server,
            process_id=signal.process_id,
            error=signal.error,
            inputs=finished.inputs,
            records=signal.records,
            evidence=finished.evidence,
        )
        return ExecutionRow(record, self._conductor.digest, int(signal.offset.total_seconds()))

    def _take_message(self, group: TaskGroup, message: Message) -> None:
        if message.kind == "answer":
            self._activities.answer(group, message)
            return
        self._journal.consume(message.id)
        if message.kind == "stop":
            self._stop(group, _STOP)

    async def _tell_that_it_is_long(self) -> None:
        seconds = self._settings.report_after_seconds
        summary = f"Runbook '{self._plan.runbook.name}' runs longer than {seconds:g} seconds."
        await self._events.raise_event(EventType.WARNING, summary)

    def _stop(self, group: TaskGroup, reason: str) -> None:
        if self._conductor.is_stopped or self._conductor.ended is not None:
            return
        self._stop_reason = reason
        self._receive(group, StopRequested(self._journal.stamp()), codec.STOP, {"reason": reason})
        self._activities.cancel()

    # what to do ----------------------------------------------------------------------------------------------

    def _dispatch_all(self, group: TaskGroup, commands: Sequence[Command]) -> None:
        for command in commands:
            self._dispatch(group, command)

    def _dispatch(self, group: TaskGroup, command: Command) -> None:
        match command:
            case StartActivity() if self._is_leaving:
                pass  # it stays open in the journal, and whoever takes the instance up starts it
            case StartActivity():
                self._start(group, command)
            case StartDelay(timer, due):
                self._timers.add(timer)
                group.start_soon(self._wait, due, _Elapsed(timer))
            case EndInstance():
                pass  # `_turn` looks at `ended`

    def _start(self, group: TaskGroup, command: StartActivity) -> None:
        activity, started = self._activity(command), self._conductor.started
        environment = Environment(command.lineage, started.variables if started else {})
        try:
            inputs = bind(activity.name, self._plan.activities[activity.id].inputs, environment)
        except BindingError as error:
            self._finish_at_once(command, {}, Ended(Status.FAILED, error=str(error)))
            return
        ended = self._answered_here(activity, inputs, started, command)
        if ended is None:
            self._activities.start(group, command, inputs)
        else:
            self._finish_at_once(command, inputs, ended)

    def _answered_here(
        self, activity: Activity, inputs: Mapping[str, Json], started: InstanceStarted | None, command: StartActivity
    ) -> Ended | None:
        """The ending of an activity that needs no running: the engine's own, and a monitor that has triggered."""
        if started is not None and control.is_control(activity):
            answer = control.answer(activity, inputs, started, command)
            return Ended(answer.status, answer.records, answer.error)
        installed = self._services.packs.installed()[activity.type]
        if installed.type.kind is ActivityKind.MONITOR:
            return Ended(Status.SUCCESS, ((started.trigger if started else None) or {},))
        return None

    def _finish_at_once(self, command: StartActivity, inputs: Mapping[str, Json], ended: Ended) -> None:
        now = self._journal.stamp()
        self._happened.put_nowait(Finished(command, str(uuid7()), inputs, EffectClass.PURE, now, ended))

    def _activity(self, command: StartActivity) -> Activity:
        return self._plan.activities[command.activity].activity
