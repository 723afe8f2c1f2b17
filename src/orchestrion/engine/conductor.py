"""The conductor of one instance: takes what happened, says what to do. Everything else follows from the plan."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from orchestrion.engine.batch import Batch, Delayed, Members, Place, Scope
from orchestrion.engine.commands import (
    Command,
    EndInstance,
    ExpandGroup,
    StartActivity,
    StartDelay,
    command_key,
)
from orchestrion.engine.groups import GroupRun, again_on, has_rounds
from orchestrion.engine.junction import JunctionBoard, republished
from orchestrion.engine.lineage import Lineage
from orchestrion.engine.looping import decide_loop, due_after, flattened, may_retry, retry_due
from orchestrion.engine.plan import Plan
from orchestrion.engine.publishing import Executed, failure, step
from orchestrion.engine.routing import Known, route
from orchestrion.engine.signals import (
    ActivityEnded,
    DelayElapsed,
    ExecutionKey,
    GroupExpanded,
    InstanceStarted,
    Signal,
    StopRequested,
)
from orchestrion.model.condition import Status
from orchestrion.model.errors import DivergenceError
from orchestrion.model.job import Outcome
from orchestrion.model.runbook import RETURN_DATA, Link
from orchestrion.model.values import Record


class Conductor:
    """Drives one instance of a plan. Feed `receive` every signal in journal order; it never fails on a valid journal.

    `open` are the commands no signal has answered yet, in the order issued: after a replay, just what is still to do.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.started: InstanceStarted | None = None
        self.ended: EndInstance | None = None
        self.digest = 0
        self.open: dict[str, Command] = {}
        self.batches: dict[int, Batch] = {}
        self.delayed: dict[str, Delayed] = {}
        self.rounds: dict[Place, GroupRun] = {}
        self.root = self.new_scope("", "")
        self.scopes: dict[str, Scope] = {"": self.root}
        self.next_batch = 1
        self.is_stopped = False
        self.is_on_error_path = False
        self.is_imperfect = False
        self.returned: list[Record] = []
        self._errors: dict[int, str] = {}
        self._issued: list[Command] = []

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
            case GroupExpanded():
                self._on_expanded(signal)
            case DelayElapsed():
                self._on_delay(signal)
            case StopRequested():
                self._on_stop()
        self._end_if_over(signal.at)
        return self._issued

    def errors_of(self, lineages: Sequence[Lineage]) -> list[tuple[Lineage, str]]:
        """The error texts remembered for `lineages` until the links of their batch have fired."""
        return [(each, self._errors[id(each)]) for each in lineages if id(each) in self._errors]

    def remember_error(self, lineage: Lineage, error: str) -> None:
        """Keeps the error text of a record until the links of its batch have fired."""
        self._errors[id(lineage)] = error

    # what happened -------------------------------------------------------------------------------------------

    def _on_started(self, signal: InstanceStarted) -> None:
        if self.started is not None:
            raise DivergenceError("the instance was started twice")
        self.started = signal
        self._begin(self.root, self.plan.start, (None,))

    def _on_ended(self, signal: ActivityEnded) -> None:
        command = self.open.pop(f"activity:{signal.key}", None)
        batch = self.batches.get(signal.key.batch)
        if not isinstance(command, StartActivity) or batch is None:
            raise DivergenceError(f"execution {signal.key} ended, but was not open")
        if self.is_stopped:
            self._drop(batch)
            return
        batch.loop_started.setdefault((signal.key.ordinal, signal.key.member), signal.started or signal.at)
        if command.closing is None and self._goes_on(batch, command, signal):
            return
        looped = self._looped(batch, command, signal)
        if looped is not None:
            self._finish(batch, command, looped)

    def _on_expanded(self, signal: GroupExpanded) -> None:
        command = self.open.pop(f"group:{signal.key}", None)
        if self.is_stopped:
            return
        batch = self.batches.get(signal.key.batch)
        if not isinstance(command, ExpandGroup) or batch is None:
            raise DivergenceError(f"the computer group for {signal.key} was expanded, but not asked for")
        members = batch.members[signal.key.ordinal] = Members(signal.members or ("",))
        for _ in range(min(batch.planned.activity.behaviour.parallel, len(members.names))):
            self._start_member(batch, signal.key.ordinal)

    def _on_delay(self, signal: DelayElapsed) -> None:
        self.open.pop(f"delay:{signal.timer}", None)
        delayed = self.delayed.pop(signal.timer, None)
        if delayed is None:
            if self.is_stopped:
                return
            raise DivergenceError(f"the delay {signal.timer} elapsed, but was not open")
        if delayed.junction:
            self._fire_early(delayed.scope, delayed.junction)
        elif delayed.key is not None:
            self._start(self.batches[delayed.key.batch], delayed.key)
        elif delayed.link is not None:
            self._deliver(delayed.scope, delayed.link, delayed.lineages, signal.at)
            self._release(delayed.scope, self._waits_of(delayed.link.target))

    def _on_stop(self) -> None:
        if self.is_stopped:
            return
        self.is_stopped = True
        for key in [key for key, command in self.open.items() if isinstance(command, StartDelay | ExpandGroup)]:
            del self.open[key]
        self.delayed.clear()

    # executions ----------------------------------------------------------------------------------------------

    def _begin(self, scope: Scope, activity: str, arrivals: tuple[Lineage | None, ...], problem: str = "") -> None:
        """Makes a batch for `activity` and starts its first executions; a disabled activity ends the path (OQ-26)."""
        planned = self.plan.activities[activity]
        if not planned.activity.enabled:
            return
        batch = Batch(self.next_batch, scope, planned, arrivals, problem)
        self.next_batch += 1
        self.batches[batch.id] = batch
        scope.live += 1
        scope.board.hold(planned.junctions)
        at_once = 1 if planned.is_group or planned.computer_group else planned.activity.behaviour.parallel
        for _ in range(min(at_once, len(arrivals))):
            self._start_next(batch)

    def _start_next(self, batch: Batch) -> None:
        ordinal = batch.next_ordinal
        if ordinal >= len(batch.arrivals):
            return
        batch.next_ordinal += 1
        key = batch.first_key(ordinal)
        if batch.planned.computer_group:
            self._issue(ExpandGroup(key, batch.planned.computer_group))
        else:
            self._start(batch, key)

    def _start_member(self, batch: Batch, ordinal: int) -> None:
        members = batch.members[ordinal]
        if members.next < len(members.names):
            members.next += 1
            self._start(batch, batch.first_key(ordinal, members.next - 1))

    def _start(self, batch: Batch, key: ExecutionKey) -> None:
        members = batch.members.get(key.ordinal)
        self._issue(
            StartActivity(
                key=key,
                activity=batch.planned.activity.id,
                lineage=self._arrival(batch, key),
                member=members.names[key.member] if members else "",
                problem=batch.problem,
            )
        )

    def _arrival(self, batch: Batch, key: ExecutionKey) -> Lineage | None:
        """The path an execution starts on: a While asks for its next round on the data of the last one."""
        arrival = batch.arrivals[key.ordinal]
        run = self.rounds.get((batch.id, key.ordinal, key.member))
        return again_on(arrival, run.returned()) if run is not None else arrival

    def _goes_on(self, batch: Batch, command: StartActivity, signal: ActivityEnded) -> bool:
        """Whether something follows before the record is done: a retry, or the rounds of a group."""
        if signal.status is Status.FAILED:
            return self._retry(batch, command, signal)
        if batch.planned.is_group and has_rounds(signal.records):
            self._enter_group(batch, command, signal)
            return True
        return False

    def _retry(self, batch: Batch, command: StartActivity, signal: ActivityEnded) -> bool:
        policy = batch.planned.activity.behaviour.retry
        due = retry_due(policy, signal.key.retry, signal.at)
        if due is None:
            return False
        if not may_retry(policy, self._outputs(batch, command, signal), self._known(signal.at)):
            return False
        self._again(batch, signal.key._replace(retry=signal.key.retry + 1), signal.at, due)
        return True

    def _looped(self, batch: Batch, command: StartActivity, signal: ActivityEnded) -> ActivityEnded | None:
        """How the record left its loop, or None when it goes round again. A cap makes it a failure (spec 3.9)."""
        looping = batch.planned.activity.looping
        if looping is None or batch.planned.is_group:
            return signal
        outputs = self._outputs(batch, command, signal)
        elapsed = signal.at - batch.loop_started[signal.key.ordinal, signal.key.member]
        decision = decide_loop(looping, signal.key.attempt, elapsed, outputs, self._known(signal.at))
        if decision.again:
            due = due_after(signal.at, looping.delay_seconds)
            self._again(batch, signal.key._replace(attempt=signal.key.attempt + 1, retry=0), signal.at, due)
            return None
        return replace(signal, status=Status.FAILED, error=decision.problem) if decision.problem else signal

    def _again(self, batch: Batch, key: ExecutionKey, now: datetime, due: datetime) -> None:
        """Starts the execution `key` when it is due, at once when that is now."""
        if due <= now:
            self._start(batch, key)
            return
        timer = f"again:{key}"
        self.delayed[timer] = Delayed(batch.scope, key=key)
        self._issue(StartDelay(timer, due))

    def _outputs(
        self, batch: Batch, command: StartActivity, signal: ActivityEnded, records: Sequence[Record] | None = None
    ) -> tuple[Lineage, ...]:
        started = batch.loop_started[signal.key.ordinal, signal.key.member]
        executed = Executed(self.plan, batch.planned, command, signal, self.started, started)
        return tuple(step(executed, record) for record in (signal.records if records is None else records))

    def _finish(self, batch: Batch, command: StartActivity, signal: ActivityEnded) -> None:
        """One record of the batch is done, or it is done on one computer; when all are, the links fire."""
        flatten = None if batch.planned.is_group else batch.planned.activity.behaviour.flatten
        records = signal.records if flatten is None else (flattened(flatten, signal.records),)
        if batch.planned.is_group:
            outputs = self._left_group(batch, command, signal)
        else:
            outputs = self._outputs(batch, command, signal, records)
        if signal.status is not Status.SUCCESS:
            self.is_imperfect = True
            for each in outputs:
                self.remember_error(each, signal.error)
        if batch.planned.activity.type == RETURN_DATA:
            self.returned.extend(signal.records)
        self._collect(batch, signal.key, outputs)
        if batch.is_done:
            self._route(batch, signal.at)
        elif signal.key.ordinal in batch.outputs:
            self._start_next(batch)
        else:
            self._start_member(batch, signal.key.ordinal)

    def _collect(self, batch: Batch, key: ExecutionKey, outputs: tuple[Lineage, ...]) -> None:
        """Keeps what a record gave; one that runs on several computers gives all of theirs, in the group's order."""
        members = batch.members.get(key.ordinal)
        if members is None:
            batch.outputs[key.ordinal] = outputs
            return
        members.outputs[key.member] = outputs
        if len(members.outputs) == len(members.names):
            given = members.outputs
            batch.outputs[key.ordinal] = tuple(each for number in range(len(given)) for each in given[number])
            del batch.members[key.ordinal]

    # groups --------------------------------------------------------------------------------------------------

    def _enter_group(self, batch: Batch, command: StartActivity, signal: ActivityEnded) -> None:
        """The list of a For Each is known, or the condition of a While holds: its rounds begin."""
        place = (batch.id, signal.key.ordinal, signal.key.member)
        run = self.rounds[place] = GroupRun(batch.planned, command, self._outputs(batch, command, signal))
        self._advance_group(place, run)

    def _advance_group(self, place: Place, run: GroupRun) -> None:
        """Begins the rounds that may begin; when the last is over, asks for the next condition or closes the group."""
        batch = self.batches[place[0]]
        while run.may_start:
            member = f"~{place[2]}" if run.command.member else ""
            path = f"{place[0]}-{place[1]}{member}-{run.next_number}"
            scope = self.scopes[path] = self.new_scope(path, batch.planned.activity.id, place, run.started)
            run.started += 1
            self._begin(scope, batch.planned.body, (run.entries[scope.round],))
            if scope.live == 0:
                self._take_round(run, scope)
        if not run.is_over:
            return
        key = run.command.key._replace(attempt=run.command.key.attempt + 1, retry=0)
        if run.closes:
            self._issue(replace(run.command, key=key, closing=run.summary(), problem=run.problem()))
        else:
            self._start(batch, key)

    def _take_round(self, run: GroupRun, scope: Scope) -> None:
        del self.scopes[scope.path]
        run.take(scope)

    def _left_group(self, batch: Batch, command: StartActivity, signal: ActivityEnded) -> tuple[Lineage, ...]:
        """What a group gives: one record, or one for each that the activity whose data it returns gave.

        A While whose condition no longer holds is left on the way into it; the rounds before are not on that way.
        """
        run = self.rounds.pop((batch.id, signal.key.ordinal, signal.key.member), None)
        arrival = batch.arrivals[signal.key.ordinal]
        returned = run.returned() if run is not None else ()
        if command.closing is None:
            returned = tuple(each.on(arrival) for each in returned)
        paths = returned or (arrival,)
        return tuple(self._outputs(batch, replace(command, lineage=each), signal)[0] for each in paths)

    # links and junctions -------------------------------------------------------------------------------------

    def _route(self, batch: Batch, now: datetime) -> None:
        outputs, scope = batch.in_order(), batch.scope
        routed = route(batch.planned.links, outputs, self._known(now))
        if routed.unhandled is not None and scope.problem is None:
            error = self._errors.get(id(routed.unhandled), "")
            name = batch.planned.activity.name
            scope.problem, scope.error = routed.unhandled, f"{name}: {error}" if error else name
        if scope.parent is not None and self._returns(scope) == batch.planned.activity.id:
            scope.collected.extend(outputs)
        for index, (link, lineages) in enumerate(routed.passed):
            if link.delay_seconds > 0:
                due = due_after(now, link.delay_seconds)
                self._delay(f"link:{batch.id}:{index}", Delayed(scope, link, lineages), due)
            else:
                self._deliver(scope, link, lineages, now)
        for each in outputs:
            self._errors.pop(id(each), None)
        del self.batches[batch.id]
        self._release(scope, batch.planned.junctions)

    def _returns(self, scope: Scope) -> str:
        return self.batches[scope.parent[0]].planned.returns if scope.parent else ""

    def _delay(self, timer: str, delayed: Delayed, due: datetime) -> None:
        self.delayed[timer] = delayed
        if delayed.link is not None:
            delayed.scope.live += 1
            delayed.scope.board.hold(self._waits_of(delayed.link.target))
        self._issue(StartDelay(timer, due))

    def _deliver(self, scope: Scope, link: Link, lineages: tuple[Lineage, ...], now: datetime) -> None:
        rule = self.plan.activities[link.target].junction
        if rule is None:
            self._begin(scope, link.target, lineages)
            return
        delivered = scope.board.arrive(link.target, link.source, lineages)
        if rule.needed and delivered >= rule.needed:
            self._fire_early(scope, link.target)
        elif delivered == 1 and rule.timeout_seconds:
            timer = f"junction:{scope.path}:{link.target}"
            if timer not in self.delayed:
                self._delay(timer, Delayed(scope, junction=link.target), due_after(now, rule.timeout_seconds))

    def _release(self, scope: Scope, junctions: Iterable[str]) -> None:
        """One live batch fewer; junctions that nothing more can reach fire, and may let further ones fire."""
        scope.live -= 1
        pending = scope.board.release(junctions)
        while pending:
            junction = pending.pop(0)
            self._fire(scope, junction)
            pending.extend(scope.board.done(junction))
        self._end_scope_if_over(scope)

    def _fire_early(self, scope: Scope, junction: str) -> None:
        """A junction goes on although more could come: enough branches have delivered, or its time is over."""
        if not scope.board.fire_early(junction):
            return
        self._fire(scope, junction, early=True)
        pending = scope.board.done(junction)
        while pending:
            later = pending.pop(0)
            self._fire(scope, later)
            pending.extend(scope.board.done(later))
        self._end_scope_if_over(scope)

    def _fire(self, scope: Scope, junction: str, *, early: bool = False) -> None:
        rule = self.plan.activities[junction].junction
        timer = f"junction:{scope.path}:{junction}"
        if self.delayed.pop(timer, None) is not None:
            self.open.pop(f"delay:{timer}", None)
        if rule is None:
            return
        arrivals = republished(scope.board.arrivals(junction), rule)
        if arrivals:
            self._begin(scope, junction, arrivals, rule.shortage(scope.board.delivered(junction), early=early))

    def _waits_of(self, activity: str) -> tuple[str, ...]:
        """The junctions that something on its way to `activity` keeps waiting."""
        planned = self.plan.activities[activity]
        return planned.junctions if planned.junction is None else (activity,)

    # the end -------------------------------------------------------------------------------------------------

    def _end_scope_if_over(self, scope: Scope) -> None:
        """The round of a group whose last batch is gone lets the group go on."""
        if scope.live or scope.parent is None or scope.path not in self.scopes:
            return
        run = self.rounds[scope.parent]
        self._take_round(run, scope)
        self._advance_group(scope.parent, run)

    def _drop(self, batch: Batch) -> None:
        """After a stop: an ended execution routes nothing; its batch goes when nothing of it runs."""
        if not any(isinstance(each, StartActivity) and each.key.batch == batch.id for each in self.open.values()):
            self.batches.pop(batch.id, None)

    def _end_if_over(self, now: datetime) -> None:
        if self.ended is not None or self.started is None:
            return
        if self.is_stopped:
            if not self.open:
                self._end(Outcome.CANCELED)
        elif self.root.live == 0 and not self._begins_error_path(now):
            self._end(self._outcome())

    def _begins_error_path(self, now: datetime) -> bool:
        """Begins the error path when a failure was taken by no link; once, when all else is over."""
        entry = self.plan.runbook.settings.on_error
        if not entry or self.root.problem is None or self.is_on_error_path:
            return False
        self.is_on_error_path = True
        activity = self.plan.runbook.activities[self.root.problem.activity]
        self._begin(self.root, entry, (failure(activity, self.root.problem, self.root.error, now),))
        return self.root.live > 0

    def _outcome(self) -> Outcome:
        if self.root.problem is not None:
            return Outcome.FAILED
        return Outcome.WARNING if self.is_imperfect else Outcome.SUCCESS

    def _end(self, outcome: Outcome) -> None:
        self.ended = EndInstance(outcome, tuple(self.returned), self.root.error)
        self._issue(self.ended)

    # what all of it needs ------------------------------------------------------------------------------------

    def new_scope(self, path: str, group: str, parent: Place | None = None, number: int = 0) -> Scope:
        """A scope for the body of `group` (empty: the instance itself) in which nothing has happened yet."""
        return Scope(path, JunctionBoard(self.plan.boards.get(group, {})), parent, number)

    def _known(self, now: datetime) -> Known:
        return Known(self.started.variables if self.started else {}, now)

    def _issue(self, command: Command) -> None:
        key = command_key(command)
        if key in self.open:
            raise DivergenceError(f"the command {key} was issued twice")
        self.open[key] = command
        self._issued.append(command)
        # A running checksum of all commands issued: two lives of an instance that agree on it took the same way.
        self.digest = zlib.crc32(key.encode(), self.digest)
