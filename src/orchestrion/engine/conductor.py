"""The conductor of one instance: takes what happened, says what to do. Everything else follows from the plan."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from orchestrion.engine.commands import Command, EndInstance, OpenCommands, StartActivity, StartDelay, command_key
from orchestrion.engine.junction import JunctionBoard, republished
from orchestrion.engine.lineage import Lineage
from orchestrion.engine.looping import decide_loop, due_after, flattened, retry_due
from orchestrion.engine.plan import Plan, PlannedActivity
from orchestrion.engine.publishing import Executed, step
from orchestrion.engine.routing import route
from orchestrion.engine.signals import (
    ActivityEnded,
    DelayElapsed,
    ExecutionKey,
    InstanceStarted,
    Signal,
    StopRequested,
)
from orchestrion.model.condition import Status
from orchestrion.model.errors import DivergenceError
from orchestrion.model.job import Outcome
from orchestrion.model.runbook import JUNCTION, RETURN_DATA, Link
from orchestrion.model.values import Record


@dataclass(slots=True)
class _Batch:
    """The records one link activation delivered, and how far the activity has come with them."""

    id: int
    planned: PlannedActivity
    arrivals: tuple[Lineage | None, ...]
    outputs: dict[int, tuple[Lineage, ...]] = field(default_factory=dict)
    loop_started: dict[int, datetime] = field(default_factory=dict)
    next_ordinal: int = 0


@dataclass(slots=True)
class _Delayed:
    """A link activation that waits for its delay, or a retry or attempt that waits for its own."""

    link: Link | None = None
    lineages: tuple[Lineage, ...] = ()
    key: ExecutionKey | None = None


class Conductor:
    """Drives one instance of a plan. Feed `receive` every signal in journal order; it never fails on a valid journal.

    `open` are the commands no signal has answered yet, in the order issued: after a replay, just what is still to do.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.started: InstanceStarted | None = None
        self.ended: EndInstance | None = None
        self.digest = 0
        self._open: dict[str, Command] = {}
        self._batches: dict[int, _Batch] = {}
        self._delayed: dict[str, _Delayed] = {}
        self._next_batch = 1
        self._stopped = False
        self._problem: Lineage | None = None
        self._unhandled_error = ""
        self._imperfect = False
        self._errors: dict[int, str] = {}
        self._returned: list[Record] = []
        self._issued: list[Command] = []
        nearest = {
            each.activity.id: each.junctions for each in plan.activities.values() if each.activity.type == JUNCTION
        }
        self._junctions = JunctionBoard(nearest)

    @property
    def open(self) -> OpenCommands:
        """The commands that wait for an answer, by key, in the order issued."""
        return self._open

    @property
    def is_stopped(self) -> bool:
        """Whether a stop was requested: nothing more is started."""
        return self._stopped

    def waiting_junctions(self) -> dict[str, tuple[int, tuple[str, ...]]]:
        """Per waiting junction how many live batches can still reach it, and which activities have delivered."""
        return self._junctions.reasons()

    def receive(self, signal: Signal) -> list[Command]:
        """Takes one signal and gives the commands that follow, in order.

        Raises DivergenceError when the signal answers nothing that was asked: the journal belongs to another plan.
        """
        self._issued = []
        match signal:
            case InstanceStarted():
                self._on_started(signal)
            case ActivityEnded():
                self._on_ended(signal)
            case DelayElapsed():
                self._on_delay(signal)
            case StopRequested():
                self._on_stop()
        self._end_if_over()
        self._advance_digest()
        return self._issued

    # what happened -------------------------------------------------------------------------------------------

    def _on_started(self, signal: InstanceStarted) -> None:
        if self.started is not None:
            raise DivergenceError("the instance was started twice")
        self.started = signal
        self._begin(self.plan.start, (None,))

    def _on_ended(self, signal: ActivityEnded) -> None:
        command = self._open.pop(f"activity:{signal.key}", None)
        batch = self._batches.get(signal.key.batch)
        if not isinstance(command, StartActivity) or batch is None:
            raise DivergenceError(f"execution {signal.key} ended, but was not open")
        if self._stopped:
            self._drop(batch)
            return
        batch.loop_started.setdefault(signal.key.ordinal, signal.started or signal.at)
        if signal.status is Status.FAILED and self._retry(batch, signal):
            return
        looped = self._looped(batch, command, signal)
        if looped is not None:
            self._finish(batch, command, looped)

    def _on_delay(self, signal: DelayElapsed) -> None:
        self._open.pop(f"delay:{signal.timer}", None)
        delayed = self._delayed.pop(signal.timer, None)
        if delayed is None:
            if self._stopped:
                return
            raise DivergenceError(f"the delay {signal.timer} elapsed, but was not open")
        if delayed.key is not None:
            batch = self._batches[delayed.key.batch]
            self._start(batch, delayed.key)
        elif delayed.link is not None:
            self._deliver(delayed.link, delayed.lineages)
            self._release(self._waits_of(delayed.link.target))

    def _on_stop(self) -> None:
        if self._stopped:
            return
        self._stopped = True
        for key in [key for key, command in self._open.items() if isinstance(command, StartDelay)]:
            del self._open[key]
        self._delayed.clear()

    # executions ----------------------------------------------------------------------------------------------

    def _begin(self, activity: str, arrivals: tuple[Lineage | None, ...]) -> None:
        """Makes a batch for `activity` and starts its first executions; a disabled activity ends the path (OQ-26)."""
        planned = self.plan.activities[activity]
        if not planned.activity.enabled:
            return
        batch = _Batch(self._next_batch, planned, arrivals)
        self._next_batch += 1
        self._batches[batch.id] = batch
        self._junctions.hold(planned.junctions)
        for _ in range(min(planned.activity.behaviour.parallel, len(arrivals))):
            self._start_next(batch)

    def _start_next(self, batch: _Batch) -> None:
        ordinal = batch.next_ordinal
        if ordinal < len(batch.arrivals):
            batch.next_ordinal += 1
            self._start(batch, ExecutionKey(batch.id, ordinal, "", 1, 0))

    def _start(self, batch: _Batch, key: ExecutionKey) -> None:
        self._issue(StartActivity(key, batch.planned.activity.id, batch.arrivals[key.ordinal]))

    def _retry(self, batch: _Batch, signal: ActivityEnded) -> bool:
        policy = batch.planned.activity.behaviour.retry
        due = retry_due(policy, signal.key.retry, signal.at)
        if due is None:
            return False
        self._again(batch, signal.key._replace(retry=signal.key.retry + 1), signal.at, due)
        return True

    def _looped(self, batch: _Batch, command: StartActivity, signal: ActivityEnded) -> ActivityEnded | None:
        """How the record left its loop, or None when it goes round again. A cap makes it a failure (spec 3.9)."""
        looping = batch.planned.activity.looping
        if looping is None or self.started is None:
            return signal
        outputs = self._outputs(batch, command, signal, signal.records)
        elapsed = signal.at - batch.loop_started[signal.key.ordinal]
        decision = decide_loop(looping, signal.key.attempt, elapsed, outputs, self.started.variables)
        if decision.again:
            due = due_after(signal.at, looping.delay_seconds)
            self._again(batch, signal.key._replace(attempt=signal.key.attempt + 1, retry=0), signal.at, due)
            return None
        return replace(signal, status=Status.FAILED, error=decision.problem) if decision.problem else signal

    def _again(self, batch: _Batch, key: ExecutionKey, now: datetime, due: datetime) -> None:
        """Starts the execution `key` when it is due, at once when that is now."""
        if due <= now:
            self._start(batch, key)
            return
        timer = f"again:{key}"
        self._delayed[timer] = _Delayed(key=key)
        self._issue(StartDelay(timer, due))

    def _outputs(
        self, batch: _Batch, command: StartActivity, signal: ActivityEnded, records: Sequence[Record]
    ) -> tuple[Lineage, ...]:
        executed = Executed(
            self.plan, batch.planned, command, signal, self.started, batch.loop_started[signal.key.ordinal]
        )
        return tuple(step(executed, record) for record in records)

    def _finish(self, batch: _Batch, command: StartActivity, signal: ActivityEnded) -> None:
        """One record of the batch is done; when all are, the links fire."""
        flatten = batch.planned.activity.behaviour.flatten
        records = signal.records if flatten is None else (flattened(flatten, signal.records),)
        outputs = self._outputs(batch, command, signal, records)
        batch.outputs[signal.key.ordinal] = outputs
        if signal.status is not Status.SUCCESS:
            self._imperfect = True
            for each in outputs:
                self._errors[id(each)] = signal.error
        if batch.planned.activity.type == RETURN_DATA:
            self._returned.extend(signal.records)
        if len(batch.outputs) == len(batch.arrivals):
            self._route(batch, signal.at)
        else:
            self._start_next(batch)

    # links and junctions -------------------------------------------------------------------------------------

    def _route(self, batch: _Batch, now: datetime) -> None:
        outputs = [each for ordinal in range(len(batch.arrivals)) for each in batch.outputs[ordinal]]
        variables = self.started.variables if self.started else {}
        routed = route(batch.planned.links, outputs, variables)
        if routed.unhandled is not None and self._problem is None:
            self._problem = routed.unhandled
            error = self._errors.get(id(routed.unhandled), "")
            self._unhandled_error = f"{batch.planned.activity.name}: {error}" if error else batch.planned.activity.name
        for index, (link, lineages) in enumerate(routed.passed):
            if link.delay_seconds > 0:
                self._delay(f"link:{batch.id}:{index}", link, lineages, due_after(now, link.delay_seconds))
            else:
                self._deliver(link, lineages)
        for each in outputs:
            self._errors.pop(id(each), None)
        del self._batches[batch.id]
        self._release(batch.planned.junctions)

    def _delay(self, timer: str, link: Link, lineages: tuple[Lineage, ...], due: datetime) -> None:
        self._delayed[timer] = _Delayed(link=link, lineages=lineages)
        self._junctions.hold(self._waits_of(link.target))
        self._issue(StartDelay(timer, due))

    def _deliver(self, link: Link, lineages: tuple[Lineage, ...]) -> None:
        if self._is_junction(link.target):
            self._junctions.arrive(link.target, link.source, lineages)
        else:
            self._begin(link.target, lineages)

    def _release(self, junctions: Iterable[str]) -> None:
        """One live batch fewer; junctions that nothing more can reach fire, and may let further ones fire."""
        pending = self._junctions.release(junctions)
        while pending:
            junction = pending.pop(0)
            self._fire(junction)
            pending.extend(self._junctions.done(junction))

    def _fire(self, junction: str) -> None:
        planned = self.plan.activities[junction]
        arrivals = republished(self._junctions.arrivals(junction), planned.selected, planned.last_common)
        if arrivals:
            self._begin(junction, arrivals)

    def _waits_of(self, activity: str) -> tuple[str, ...]:
        """The junctions that something on its way to `activity` keeps waiting."""
        return (activity,) if self._is_junction(activity) else self.plan.activities[activity].junctions

    def _is_junction(self, activity: str) -> bool:
        return self.plan.activities[activity].activity.type == JUNCTION

    # the end -------------------------------------------------------------------------------------------------

    def _drop(self, batch: _Batch) -> None:
        """After a stop: an ended execution routes nothing; its batch goes when nothing of it runs."""
        if not any(isinstance(each, StartActivity) and each.key.batch == batch.id for each in self._open.values()):
            self._batches.pop(batch.id, None)

    def _end_if_over(self) -> None:
        if self.ended is not None or self.started is None:
            return
        if self._stopped:
            if not self._open:
                self._end(Outcome.CANCELED)
        elif not self._batches and not self._delayed:
            self._end(self._outcome())

    def _outcome(self) -> Outcome:
        if self._problem is not None:
            return Outcome.FAILED
        return Outcome.WARNING if self._imperfect else Outcome.SUCCESS

    def _end(self, outcome: Outcome) -> None:
        self.ended = EndInstance(outcome, tuple(self._returned), self._unhandled_error)
        self._issue(self.ended)

    def _issue(self, command: Command) -> None:
        key = command_key(command)
        if key in self._open:
            raise DivergenceError(f"the command {key} was issued twice")
        self._open[key] = command
        self._issued.append(command)

    def _advance_digest(self) -> None:
        """A running checksum of all commands issued: two lives of an instance that agree on it took the same way."""
        for command in self._issued:
            self.digest = zlib.crc32(command_key(command).encode(), self.digest)
