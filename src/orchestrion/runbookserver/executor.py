"""Running one instance: feeds the conductor what happened, does what it asks, journals everything first.

Activities run in tasks of their own and hand in their endings. Rows are numbered where they are made and handed to the
writer in that order, so the journal's order is the order in which the conductor saw things.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

from orchestrion.engine.commands import Command, EndInstance, ExpandGroup, StartActivity, StartDelay
from orchestrion.engine.conductor import Conductor
from orchestrion.engine.plan import Plan
from orchestrion.engine.signals import (
    ActivityEnded,
    DelayElapsed,
    ExecutionKey,
    GroupExpanded,
    InstanceStarted,
    RunFacts,
    Signal,
    StopRequested,
)
from orchestrion.model.job import JobStatus, StopLevel
from orchestrion.model.resources import EventType
from orchestrion.model.runbook import INVOKE_RUNBOOK
from orchestrion.model.values import Json, Value
from orchestrion.ports.journal import (
    Claimed,
    ExecutionRow,
    Hold,
    InstanceEnd,
    Message,
    Park,
    SignalRow,
    Snapshot,
)
from orchestrion.ports.runs import ExecutionRecord
from orchestrion.runbookserver.activity_runs import ActivityRuns, Beside, Finished, Held, Services
from orchestrion.runbookserver.children import ChildRuns
from orchestrion.runbookserver.clock import utc_offset
from orchestrion.runbookserver.gate import gate_of
from orchestrion.runbookserver.instance_clock import InstanceClock
from orchestrion.runbookserver.instance_events import EventSource
from orchestrion.runbookserver.instance_journal import InstanceJournal
from orchestrion.runbookserver.recovery import Recovered, recover
from orchestrion.runbookserver.reuse import Reuse
from orchestrion.runbookserver.starting import Reads, Start
from orchestrion.runbookserver.tasks import Tasks, Timers
from orchestrion.services import journal_codec as codec

_TIMEOUT, _STOP = "timeout", "stop"
#: A wait that is longer leaves memory; a shorter one costs less than coming back from the journal.
PARKED_AFTER = timedelta(seconds=5)
SNAPSHOT_ROWS = 1000  # after so many journal entries a running instance leaves a snapshot
PARKING_ROWS = 100  # and after so many one that parks


@dataclass(frozen=True, slots=True)
class _Elapsed:
    """The wait of a StartDelay is over; without a timer: only look again."""

    timer: str = ""


@dataclass(frozen=True, slots=True)
class _Expanded:
    """The members of a computer group are known."""

    key: ExecutionKey
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Ready:
    """What an execution reads from outside is known: it can start."""

    command: StartActivity
    reads: Reads


@dataclass(frozen=True, slots=True)
class _TimedOut:
    """The runbook's own time limit is over."""


@dataclass(frozen=True, slots=True)
class _IsLong:
    """The runbook runs longer than its author expects."""


@dataclass(frozen=True, slots=True)
class Left:
    """The server stops: the instance goes on elsewhere, or here later, where it stands now."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What an instance is given besides its journal: the variables it uses by path and what a rerun takes over.

    `halted` is why nothing may start until a person has looked.
    """

    variables: Mapping[str, Value] = field(default_factory=dict)
    reuse: Reuse | None = None
    halted: str = ""


Outcome: TypeAlias = InstanceEnd | Hold | Park | Left
_Happened: TypeAlias = Finished | Held | _Elapsed | _Expanded | _Ready | _TimedOut | _IsLong | Message


class InstanceExecutor:
    """Runs one claimed instance until it ends, is held, or only waits.

    A turn takes all that has happened, hands what follows from it to the writer, and ends; whatever happens next asks
    for another. There is no task and no queue per instance, and no await between a result and what it starts.
    """

    def __init__(self, claimed: Claimed, plan: Plan, services: Services, beginning: Beginning) -> None:
        self._claimed = claimed
        self._plan = plan
        self._settings = plan.runbook.settings
        clock = InstanceClock(services.clock)
        self._services = services = replace(services, clock=clock)
        self._beginning = beginning
        self._loop = asyncio.get_running_loop()
        self._tasks, self._timers = Tasks(self._fail), Timers(clock)
        self._journal = InstanceJournal(claimed, services.writer, clock, self._fail)
        self._conductor = Conductor(plan)
        self._happened: deque[_Happened] = deque()
        self._events = EventSource(
            services.server,
            clock,
            services.store_event,
            plan.runbook.name,
            claimed.job_id,
            claimed.instance_id,
        )
        beside = Beside(self._hand_in, self._tasks, self._timers)
        self._activities = ActivityRuns(claimed, plan, services, self._journal, self._events, beside)
        self._children = ChildRuns(claimed, services, self._journal, beside)
        self._gate = gate_of(claimed.test)
        self._gate.halted = beginning.halted
        self._start = Start(claimed, plan, services, self._gate, beginning.reuse)
        self._preparing = 0
        self._limits: list[datetime] = []
        self._stop_reason = ""
        self._is_leaving = False
        self._is_turning = True  # a turn is under way or asked for; `run` begins with one
        self._is_over = False
        self._outcome: asyncio.Future[Outcome] = self._loop.create_future()

    def leave(self) -> None:
        """Starts nothing more; `run` returns as soon as nothing is under way that a successor could not repeat."""
        self._is_leaving = True
        self._hand_in(_Elapsed())

    def cut_off(self) -> None:
        """The instance may be somebody else's by now: `run` returns at once, having started nothing more.

        What a successor would hold in doubt goes on by itself, and its outcome follows it (durability.md 5); one that
        is known already and waits to be written follows, too.
        """
        self._is_over = True
        self._activities.cut_off([each for each in self._happened if isinstance(each, Finished)])
        if not self._outcome.done():
            self._outcome.set_result(Left())

    def deliver(self, message: Message) -> None:
        """Hands a message from the inbox to the instance; one that it has seen already changes nothing."""
        self._hand_in(message)

    async def run(self, journal: Sequence[ExecutionRow | SignalRow], snapshot: Snapshot | None = None) -> Outcome:
        """Begins, or goes on after `journal`; returns when what became of the instance is durable.

        With a `snapshot`, `journal` is what followed it. Raises DivergenceError when the journal does not fit the plan,
        RefusedSliceError when the database holds other rows in our place: the caller must hold the instance.
        """
        try:
            if journal or snapshot is not None:
                self._go_on(recover(self._plan, journal, snapshot))
            else:
                self._obey_first()
                self._begin()
            self._arm_limits()
            self._turn()
            return await self._outcome
        finally:
            self._is_over = True
            self._activities.close()
            self._timers.cancel()
            await self._tasks.end()

    # one turn ------------------------------------------------------------------------------------------------

    def _hand_in(self, happened: _Happened) -> None:
        self._happened.append(happened)
        if not self._is_turning:
            self._is_turning = True
            self._loop.call_soon(self._next_turn)

    def _next_turn(self) -> None:
        try:
            self._turn()
        except Exception as error:  # noqa: BLE001 - it must reach whoever waits for the instance
            self._fail(error)

    def _turn(self) -> None:
        """Takes all that has happened, and either ends or goes on waiting."""
        happened = self._happened
        while happened and not self._is_over and self._conductor.ended is None:
            self._take(happened.popleft())
        self._is_turning = False
        if self._is_over:
            return
        if self._conductor.ended is not None:
            self._tasks.start(self._end(self._instance_end(self._conductor.ended)))
            self._is_over = True
        elif self._is_leaving and not self._activities.are_acting:
            self._is_over = True
            self._journal.flush(then=lambda: self._conclude(Left()))
        elif (rest := self._rest()) is not None:
            self._is_over = True
            self._flush(rest, lambda: self._conclude(rest))
        else:
            self._flush(None, self._activities.waiting())

    def _conclude(self, outcome: Outcome) -> None:
        if not self._outcome.done():
            self._outcome.set_result(outcome)

    def _fail(self, error: BaseException) -> None:
        self._is_over = True
        if not self._outcome.done():
            self._outcome.set_exception(error)

    def _flush(self, outcome: InstanceEnd | Hold | Park | None, then: Callable[[], None] | None) -> None:
        """Hands everything made so far to the writer, with a snapshot where one is due."""
        snapshot = None
        if self._journal.wants_snapshot(PARKING_ROWS if isinstance(outcome, Park) else SNAPSHOT_ROWS):
            lasts = self._conductor.ended is None and self._conductor.started is not None
            snapshot = self._journal.snapshot(self._conductor) if lasts else None
        self._journal.flush(outcome, snapshot, then)

    def _rest(self) -> Hold | Park | None:
        """Whether the instance can leave memory: nothing runs, and what it waits for comes late or from outside."""
        if self._activities.are_running or self._children.are_starting or self._preparing:
            return None
        if self._happened or self._conductor.ended is not None:
            return None
        why = self._gate.reason()
        if why:
            return Hold(why, self._journal.stamp())
        delays = [each.due for each in self._conductor.open.values() if isinstance(each, StartDelay)]
        if not delays and not self._children.are_waited_for:
            doubts = "An activity is in doubt: a person must say what happened."
            return Hold(doubts, self._journal.stamp()) if self._activities.are_in_doubt else None
        until = min([*delays, *self._limits], default=None)
        if until is not None and until - self._services.clock.now() <= PARKED_AFTER:
            return None
        return Park(until)

    async def _end(self, outcome: InstanceEnd) -> None:
        if outcome.status is JobStatus.FAILED and self._settings.report_failure:
            await self._events.raise_event(
                EventType.ERROR, f"Runbook '{self._plan.runbook.name}' failed.", outcome.error
            )
        self._flush(outcome, lambda: self._conclude(outcome))

    def _instance_end(self, end: EndInstance) -> InstanceEnd:
        at = self._journal.stamp()
        if self._stop_reason == _TIMEOUT:
            limit = self._settings.timeout_seconds
            return InstanceEnd(JobStatus.FAILED, at, end.returned, f"The runbook did not end within {limit:g} seconds.")
        return InstanceEnd(JobStatus(end.outcome.value), at, end.returned, end.error)

    # beginnings ----------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        signal = self._first_signal()
        self._receive(signal, codec.STARTED, codec.started_payload(signal))

    def _first_signal(self) -> InstanceStarted:
        """What the instance begins with; a rerun begins with what the one before it did."""
        claimed, reuse = self._claimed, self._beginning.reuse
        facts = RunFacts(claimed.runbook_id, claimed.runbook_path, claimed.job_id, claimed.instance_id, claimed.starter)
        before = reuse.started if reuse is not None else None
        variables = dict(self._beginning.variables) | dict(before.variables if before else {})
        trigger = before.trigger if before else codec.trigger_of(claimed)
        parameters = dict(before.parameters if before else claimed.parameters)
        return InstanceStarted(self._journal.stamp(), parameters, variables, trigger, facts)

    def _obey_first(self) -> None:
        """What people asked of the instance while nobody ran it counts before anything starts."""
        for _ in range(len(self._happened)):
            happened = self._happened.popleft()
            if isinstance(happened, Message) and happened.kind == "control":
                self._obey(happened)
            else:
                self._happened.append(happened)

    def _obey(self, message: Message) -> None:
        self._journal.consume(message.id)
        self._journal.signal(codec.CONTROL, self._journal.stamp(), message.payload)
        self._gate.take(message.payload)

    def _go_on(self, recovered: Recovered) -> None:
        """Takes up an instance where its journal ends: what had finished is not run again."""
        self._conductor = recovered.conductor
        self._stop_reason = recovered.stop_reason
        self._journal.go_on_after(recovered)
        for control in recovered.controls:
            self._gate.take(control)
        self._gate.taken_over()
        for command in self._conductor.open.values():
            if isinstance(command, StartActivity) and str(command.key) not in recovered.intents:
                self._start.is_allowed(command, self._conductor.started)  # holds back what a message may let go
        self._obey_first()
        for command in list(self._conductor.open.values()):
            intent = recovered.intents.get(str(command.key)) if isinstance(command, StartActivity) else None
            if not isinstance(command, StartActivity) or (intent is None and not self._stop_reason):
                self._dispatch(command)
            elif intent is None:
                self._hand_in(self._start.canceled(command))
            elif self._plan.activities[command.activity].activity.type == INVOKE_RUNBOOK:
                self._children.go_on(command, intent)
            else:
                self._activities.settle(command, intent)
        if self._stop_reason:
            self._activities.cancel()
            self._children.cancel()
        if self._conductor.ended is not None:
            self._hand_in(_Elapsed())  # the end was decided but not stored: let the loop see it

    def _arm_limits(self) -> None:
        started = self._conductor.started
        if started is None:
            return
        for seconds, then in (
            (self._settings.timeout_seconds, _TimedOut()),
            (self._settings.report_after_seconds, _IsLong()),
        ):
            due = started.at + timedelta(seconds=seconds)
            if not seconds:
                continue
            if due > self._services.clock.now():
                self._limits.append(due)
            self._wait(due, then)

    def _wait(self, due: datetime, then: _Happened) -> None:
        self._timers.at(due, partial(self._hand_in, then))

    # what happened -------------------------------------------------------------------------------------------

    def _take(self, happened: _Happened) -> None:
        match happened:
            case Finished():
                self._take_ending(happened)
            case _Elapsed(timer):
                if f"delay:{timer}" in self._conductor.open:
                    signal = DelayElapsed(self._journal.stamp(), timer)
                    self._receive(signal, codec.DELAY, {"timer": timer})
            case _Expanded(key, members):
                self._preparing -= 1
                expanded = GroupExpanded(self._journal.stamp(), key, members)
                self._receive(expanded, codec.GROUP, {"key": str(key), "members": list(members)})
            case _Ready(command, reads):
                self._preparing -= 1
                self._run_activity(command, reads)
            case _TimedOut():
                self._stop(_TIMEOUT)
            case _IsLong():
                self._tasks.start(self._tell_that_it_is_long())
            case Held():
                pass  # `_turn` looks whether anything else goes on
            case Message():
                self._take_message(happened)

    def _receive(self, signal: Signal, kind: str, payload: Mapping[str, Json]) -> None:
        commands = self._conductor.receive(signal)
        self._journal.signal(kind, signal.at, payload, self._conductor.digest)
        self._dispatch_all(commands)

    def _take_ending(self, finished: Finished) -> None:
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
        row = self._row(finished, signal)
        self._journal.add(row)
        activity = self._plan.activities[command.activity].activity
        self._services.telemetry.activity_ended(self._claimed, activity, row.execution)
        if finished.message_id is not None:
            self._journal.consume(finished.message_id)
        seconds = (at - finished.started).total_seconds()
        self._services.feed.activity(self._claimed.instance_id, command.activity, ended.status, at, seconds)
        self._dispatch_all(commands)

    def _row(self, finished: Finished, signal: ActivityEnded) -> ExecutionRow:
        command = finished.command
        kind = self._plan.activities[command.activity].activity.type
        installed = self._services.packs.installed().get(kind)
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

    def _take_message(self, message: Message) -> None:
        match message.kind:
            case "answer":
                self._activities.answer(message)
            case "child":
                self._children.take(message)
            case "stop":
                self._journal.consume(message.id)
                self._stop(_STOP, StopLevel(str(message.payload.get("level", StopLevel.NOW))))
            case "control":
                self._obey(message)
                self._offer_again()
            case _:
                self._journal.consume(message.id)

    async def _tell_that_it_is_long(self) -> None:
        seconds = self._settings.report_after_seconds
        summary = f"Runbook '{self._plan.runbook.name}' runs longer than {seconds:g} seconds."
        await self._events.raise_event(EventType.WARNING, summary)

    def _stop(self, reason: str, level: StopLevel = StopLevel.NOW) -> None:
        """Starts nothing more. What runs may finish or is ended, as the level says; it may be raised later."""
        if self._conductor.ended is not None:
            return
        if not self._conductor.is_stopped:
            self._stop_reason = reason
            self._receive(StopRequested(self._journal.stamp()), codec.STOP, {"reason": reason, "level": level.value})
            self._children.cancel(level)
            for command in self._held_back():
                self._hand_in(self._start.canceled(command))
            self._gate.held_back.clear()
        self._activities.cancel(running=level is StopLevel.NOW)

    # what to do ----------------------------------------------------------------------------------------------

    def _dispatch_all(self, commands: Sequence[Command]) -> None:
        for command in commands:
            self._dispatch(command)

    def _dispatch(self, command: Command) -> None:
        match command:
            case StartActivity() | ExpandGroup() if self._is_leaving:
                pass  # it stays open in the journal, and whoever takes the instance up starts it
            case StartActivity():
                self._offer(command)
            case ExpandGroup():
                self._preparing += 1
                self._tasks.start(self._expand(command))
            case StartDelay(timer, due):
                self._wait(due, _Elapsed(timer))
            case EndInstance():
                pass  # `_turn` looks at `ended`

    def _held_back(self) -> list[StartActivity]:
        found = [self._conductor.open.get(f"activity:{key}") for key in self._gate.held_back]
        return [each for each in found if isinstance(each, StartActivity)]

    def _offer_again(self) -> None:
        for command in self._held_back():
            self._offer(command)

    def _offer(self, command: StartActivity) -> None:
        """Starts an execution unless it is held back; first reads what its inputs need from outside."""
        if not self._start.is_allowed(command, self._conductor.started):
            return
        if self._start.reads_outside(command):
            self._preparing += 1
            self._tasks.start(self._read(command))
        else:
            self._run_activity(command, Reads())

    async def _read(self, command: StartActivity) -> None:
        self._hand_in(_Ready(command, await self._start.read(command)))

    async def _expand(self, command: ExpandGroup) -> None:
        members = await self._services.resources.members(command.path)
        self._hand_in(_Expanded(command.key, members))

    def _run_activity(self, command: StartActivity, reads: Reads) -> None:
        if self._conductor.is_stopped:
            self._hand_in(self._start.canceled(command))
            return
        started = self._start.begin(command, self._conductor.started, reads, self._journal.stamp())
        if isinstance(started, Finished):
            self._hand_in(started)
        elif self._plan.activities[command.activity].activity.type == INVOKE_RUNBOOK:
            self._children.start(command, started)
        else:
            self._activities.start(command, started)
