"""Running a runbook against canned results (spec 7.4): the conductor as ever, in virtual time, touching nothing.

What an activity would have done stands in the case; activities of effect class pure may be computed for real. Nothing
here reads a clock: time passes by what executions take and by the delays of links, loops and retries.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar, TypeAlias, assert_never

from orchestrion.engine import control
from orchestrion.engine.binding import Environment, bind
from orchestrion.engine.commands import Command, EndInstance, ExpandGroup, StartActivity, StartDelay, command_key
from orchestrion.engine.conductor import Conductor
from orchestrion.engine.looping import due_after
from orchestrion.engine.plan import Plan
from orchestrion.engine.signals import (
    ActivityEnded,
    DelayElapsed,
    GroupExpanded,
    InstanceStarted,
    RunFacts,
    Signal,
    StopRequested,
)
from orchestrion.model.activity_type import ActivityKind, ActivityType
from orchestrion.model.check_inputs import items_of
from orchestrion.model.condition import Status
from orchestrion.model.errors import BindingError, DivergenceError, DocumentError, OrchestrionError
from orchestrion.model.job import Outcome, check_parameters
from orchestrion.model.runbook import Activity, EffectClass, declared_parameters
from orchestrion.model.values import Json, Record, Value

MAX_EXECUTIONS = 10_000
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)  # of a run whose case does not say when it begins
_LAST_SHOWN = 5  # executions that the message about an endless run names


@dataclass(frozen=True, slots=True)
class Result:
    """How one execution ends, and after how many seconds of virtual time."""

    status: Status = Status.SUCCESS
    records: tuple[Record, ...] = ({},)
    error: str = ""
    takes_seconds: float = 0


Compute: TypeAlias = Callable[[Activity, Mapping[str, Json]], Result]


@dataclass(frozen=True, slots=True)
class Case:
    """What a run begins with, and how the executions of each activity end, by activity id.

    Successive executions take successive results; the last one repeats. `compute` names the pure activities that are
    run for real, None means all of them. After the first end of `stop_after` the run is asked to stop.
    """

    name: str
    parameters: Mapping[str, Value] = field(default_factory=dict)
    variables: Mapping[str, Value] = field(default_factory=dict)
    trigger: Record | None = None
    computer_groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    now: datetime = BEGINNING
    results: Mapping[str, tuple[Result, ...]] = field(default_factory=dict)
    compute: tuple[str, ...] | None = None
    stop_after: str = ""


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution that ended: what it got and how it ended."""

    activity: str
    inputs: Mapping[str, Json]
    status: Status
    records: tuple[Record, ...]
    error: str


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """How a run ended; `executions` stand in the order they ended."""

    outcome: Outcome
    executions: tuple[Execution, ...]
    returned: tuple[Record, ...]
    error: str
    duration_seconds: float


class EndlessRunError(OrchestrionError):
    """A run had not ended after as many executions as a rehearsal allows."""

    code: ClassVar[str] = "endless-run"

    def __init__(self, executions: Sequence[Execution]) -> None:
        last = ", ".join(each.activity for each in executions[-_LAST_SHOWN:])
        super().__init__(
            f"The run was ended after {len(executions):,} executions; the last were: {last}. Let a loop exit, or give "
            "a later result that lets it."
        )


def rehearse(
    plan: Plan, case: Case, types: Mapping[str, ActivityType], compute: Compute, limit: int = MAX_EXECUTIONS
) -> Rehearsed:
    """Runs the plan against the case; `compute` runs a pure activity for real.

    Raises DocumentError, whose place is one in the case, for an activity without a result; EndlessRunError when the run
    has not ended after `limit` executions.
    """
    return _Run(plan, case, types, compute).to_its_end(limit)


def is_pure(kind: ActivityType, inputs: Mapping[str, Json]) -> bool:
    """Whether an activity may be computed: by its type's own word, whatever the author of the runbook says."""
    return kind.kind is ActivityKind.ACTIVITY and kind.effect.of(inputs) is EffectClass.PURE


def variables_of(plan: Plan, case: Case) -> dict[str, Value]:
    """The case's variables by the paths that the runbook writes; upper and lower case do not differ in paths."""
    given = {path.casefold(): value for path, value in case.variables.items()}
    return {path: given[path.casefold()] for path in plan.variables if path.casefold() in given}


@dataclass(frozen=True, slots=True)
class _Running:
    """An execution that has begun, with the end it will come to."""

    command: StartActivity
    inputs: Mapping[str, Json]
    result: Result
    started: datetime


class _Run:
    """One run: what is under way waits in `_due`, by the moment it ends and the order in which it began."""

    def __init__(self, plan: Plan, case: Case, types: Mapping[str, ActivityType], compute: Compute) -> None:
        self._plan = plan
        self._case = case
        self._types = types
        self._compute = compute
        parameters, _ = check_parameters(declared_parameters(plan.runbook), case.parameters)
        facts = RunFacts(runbook_path=plan.runbook.name)
        self._started = InstanceStarted(case.now, parameters, variables_of(plan, case), case.trigger, facts)
        self._conductor = Conductor(plan)
        self._now = case.now
        self._due: list[tuple[datetime, int, _Running | StartDelay]] = []
        self._begun = 0
        self._counts: Counter[str] = Counter()
        self._executions: list[Execution] = []
        self._overdue = ""

    def to_its_end(self, limit: int) -> Rehearsed:
        """How the run ends. Raises EndlessRunError."""
        self._take_all(self._conductor.receive(self._started))
        while self._conductor.ended is None:
            if len(self._executions) >= limit:
                raise EndlessRunError(self._executions)
            self._step()
        end = self._conductor.ended
        outcome = Outcome.FAILED if self._overdue else end.outcome
        seconds = (self._now - self._case.now).total_seconds()
        return Rehearsed(outcome, tuple(self._executions), end.returned, self._overdue or end.error, seconds)

    # what to do ----------------------------------------------------------------------------------------------

    def _take_all(self, commands: Iterable[Command]) -> None:
        for command in commands:
            self._take(command)

    def _take(self, command: Command) -> None:
        """The one place that answers commands: each comes due with what will answer it."""
        match command:
            case StartActivity():
                running = self._begin(command)
                self._await(due_after(self._now, running.result.takes_seconds), running)
            case StartDelay(due=due):
                self._await(due, command)
            case ExpandGroup(key, path):
                members = self._case.computer_groups.get(path, ())
                self._take_all(self._conductor.receive(GroupExpanded(self._now, key, members)))
            case EndInstance():
                pass  # `to_its_end` looks at `ended`
            case _:
                assert_never(command)

    def _await(self, due: datetime, what: _Running | StartDelay) -> None:
        self._begun += 1
        heapq.heappush(self._due, (due, self._begun, what))

    def _begin(self, command: StartActivity) -> _Running:
        planned = self._plan.activities[command.activity]
        members = {planned.computer_group: command.member} if command.member else {}
        environment = Environment(
            command.lineage, self._started.variables, members=members, now=self._now, seed=str(command.key)
        )
        try:
            inputs = bind(planned.activity.name, planned.inputs, environment)
        except BindingError as error:
            return _Running(command, {}, Result(Status.FAILED, error=str(error)), self._now)
        result = _within_limit(planned.activity, self._result(command, planned.activity, inputs))
        return _Running(command, inputs, result, self._now)

    def _result(self, command: StartActivity, activity: Activity, inputs: Mapping[str, Json]) -> Result:
        kind = self._types[activity.type]
        if control.is_control(activity):
            answer = control.answer(self._plan, inputs, self._started, command)
            return Result(answer.status, answer.records, answer.error)
        if kind.kind is ActivityKind.MONITOR:
            return Result(records=(self._case.trigger or {},))
        if canned := self._case.results.get(activity.id):
            self._counts[activity.id] += 1
            return canned[min(self._counts[activity.id], len(canned)) - 1]
        if is_pure(kind, inputs) and (self._case.compute is None or activity.id in self._case.compute):
            return self._compute(activity, inputs)
        raise _no_result(activity, kind)

    # what happened -------------------------------------------------------------------------------------------

    def _step(self) -> None:
        """Lets time pass until the next thing is due, or until the runbook's own time limit."""
        if not self._due:
            raise DivergenceError("the run neither ended nor waits for anything")
        seconds = self._plan.runbook.settings.timeout_seconds
        if seconds and self._due[0][0] > (limit := due_after(self._case.now, seconds)):
            self._now = limit
            self._overdue = f"The runbook did not end within {seconds:g} seconds."
            self._stop(())
            return
        self._now, _, what = heapq.heappop(self._due)
        if isinstance(what, StartDelay):
            if command_key(what) not in self._conductor.open:
                return  # a junction that has fired no longer waits
            self._take_all(self._conductor.receive(DelayElapsed(self._now, what.timer)))
            return
        commands = self._conductor.receive(self._ended(what, what.result))
        if what.command.activity == self._case.stop_after and not self._conductor.is_stopped:
            self._stop(commands)
        else:
            self._take_all(commands)

    def _ended(self, running: _Running, result: Result) -> Signal:
        activity = running.command.activity
        self._executions.append(Execution(activity, running.inputs, result.status, result.records, result.error))
        return ActivityEnded(
            self._now, running.command.key, result.status, result.records, result.error, started=running.started
        )

    def _stop(self, unbegun: Iterable[Command]) -> None:
        """Asks the run to stop: what is under way is canceled, and what should follow never begins."""
        if self._conductor.ended is not None:
            return
        self._conductor.receive(StopRequested(self._now))
        for _, _, what in sorted(self._due, key=lambda each: each[1]):
            if isinstance(what, _Running):
                self._conductor.receive(self._ended(what, Result(Status.CANCELED, error="Stopped.")))
        self._due.clear()
        for command in unbegun:
            if isinstance(command, StartActivity):
                self._conductor.receive(ActivityEnded(self._now, command.key, Status.CANCELED, error="Stopped."))


def _within_limit(activity: Activity, result: Result) -> Result:
    limit = activity.behaviour.timeout_seconds
    if not limit or result.takes_seconds <= limit:
        return result
    error = f"The activity did not end within {limit:g} seconds and was stopped."
    return Result(Status.FAILED, error=error, takes_seconds=limit)


def _no_result(activity: Activity, kind: ActivityType) -> DocumentError:
    items = ", ".join(f"{item}: ..." for item in items_of(activity, kind))
    return DocumentError(
        f"results.{activity.id}",
        f"'{activity.name}' ({activity.type}) runs here, and nothing says how it ends; add to `results`:\n"
        f"{activity.id}: {{records: [{{{items}}}]}}",
    )
