"""Driving the engine from text definitions, without a database: the script says how each activity ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ruamel.yaml import YAML

from orchestrion.engine import control
from orchestrion.engine.binding import Environment, bind
from orchestrion.engine.commands import Command, EndInstance, ExpandGroup, StartActivity, StartDelay
from orchestrion.engine.conductor import Conductor
from orchestrion.engine.plan import Plan, compile_plan
from orchestrion.engine.signals import (
    ActivityEnded,
    DelayElapsed,
    GroupExpanded,
    InstanceStarted,
    Signal,
    StopRequested,
)
from orchestrion.model.activity_type import (
    ActivityKind,
    ActivityType,
    DynamicItems,
    EffectTable,
    Field,
    FieldKind,
    PublishedItem,
)
from orchestrion.model.codec import read_runbook
from orchestrion.model.condition import Status
from orchestrion.model.runbook import FOR_EACH, INITIALIZE_DATA, JUNCTION, RETURN_DATA, WHILE, EffectClass
from orchestrion.model.values import Json, Record, Value

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_ANY = EffectTable(EffectClass.PURE)
_ITEMS = tuple(PublishedItem(name) for name in ("n", "text", "x", "y"))

TYPES: dict[str, ActivityType] = {
    each.id: each
    for each in (
        ActivityType(
            "test.step", "test", "Step", "Test", effect=_ANY, inputs=(Field("value", "Value"),), published=_ITEMS
        ),
        ActivityType(
            "test.monitor", "test", "Monitor", "Test", kind=ActivityKind.MONITOR, effect=_ANY, published=_ITEMS
        ),
        ActivityType(
            INITIALIZE_DATA,
            "runbook-control",
            "Initialize Data",
            "Runbook Control",
            kind=ActivityKind.CONTROL,
            effect=_ANY,
            inputs=(Field("parameters", "Parameters", FieldKind.TABLE),),
            dynamic_items=DynamicItems("parameters"),
        ),
        ActivityType(
            RETURN_DATA,
            "runbook-control",
            "Return Data",
            "Runbook Control",
            kind=ActivityKind.CONTROL,
            effect=_ANY,
            inputs=(Field("values", "Values", FieldKind.MAPPING),),
        ),
        ActivityType(
            JUNCTION,
            "runbook-control",
            "Junction",
            "Runbook Control",
            kind=ActivityKind.CONTROL,
            effect=_ANY,
            inputs=(
                Field("return_data_from", "Return data from", FieldKind.LIST),
                Field("mode", "Mode"),
                Field("branches", "Branches", FieldKind.NUMBER),
                Field("timeout_seconds", "Timeout", FieldKind.NUMBER),
                Field("merge", "Merge", FieldKind.BOOLEAN),
            ),
            published=(PublishedItem("Selected branch"),),
        ),
        ActivityType(
            FOR_EACH,
            "runbook-control",
            "For Each",
            "Runbook Control",
            kind=ActivityKind.CONTROL,
            effect=_ANY,
            inputs=(
                Field("items", "Items", FieldKind.LIST),
                Field("separator", "Separator"),
                Field("return_data_from", "Return data from"),
            ),
            published=tuple(PublishedItem(name) for name in ("Item", "Number", "Number of items", "Failed items")),
        ),
        ActivityType(
            WHILE,
            "runbook-control",
            "While",
            "Runbook Control",
            kind=ActivityKind.CONTROL,
            effect=_ANY,
            inputs=(
                Field("condition", "Condition", FieldKind.BOOLEAN),
                Field("max_rounds", "Max rounds", FieldKind.NUMBER),
                Field("return_data_from", "Return data from"),
            ),
            published=tuple(PublishedItem(name) for name in ("Round", "Number of rounds")),
        ),
    )
}


@dataclass(frozen=True)
class Ends:
    """How one execution ends in a script."""

    status: Status = Status.SUCCESS
    records: tuple[Record, ...] = ({},)
    error: str = ""


def publishes(*texts: Value) -> Ends:
    """A success with one record per value, in the items `text` and `n`."""
    return Ends(records=tuple({"text": text, "n": text} for text in texts))


FAILS = Ends(Status.FAILED, error="it broke")
WARNS = Ends(Status.WARNING)
Rule = Ends | Sequence[Ends] | Callable[[Mapping[str, Json], int], Ends]


@dataclass
class Ran:
    """What a driven run did: (activity, bound `value`) in the order started, the journal, every command, the end."""

    conductor: Conductor
    started: list[tuple[str, Json]] = field(default_factory=list)
    journal: list[tuple[Signal, int]] = field(default_factory=list)
    commands: list[list[Command]] = field(default_factory=list)
    open_after: list[dict[str, Command]] = field(default_factory=list)

    @property
    def end(self) -> EndInstance:
        """How the instance ended; fails when it has not."""
        assert self.conductor.ended is not None
        return self.conductor.ended

    def count(self, activity: str) -> int:
        """How often the activity was started."""
        return sum(1 for name, _ in self.started if name == activity)

    def values(self, activity: str) -> list[Json]:
        """The `value` inputs the activity was started with, in order."""
        return [value for name, value in self.started if name == activity]


def plan_of(text: str) -> Plan:
    """The plan of a runbook given as YAML without its format marker and name."""
    document = {"orchestrion": "runbook/1", "name": "Test", **YAML(typ="safe").load(text)}
    return compile_plan(read_runbook(document), TYPES)


class Driver:
    """Runs a plan: takes open commands in an order, ends each as the script says."""

    def __init__(
        self,
        plan: Plan,
        script: Mapping[str, Rule],
        *,
        parameters: Mapping[str, Value] | None = None,
        variables: Mapping[str, Value] | None = None,
        computer_groups: Mapping[str, Sequence[str]] | None = None,
        choose: Callable[[Sequence[str]], int] = lambda _keys: 0,
    ) -> None:
        self.plan = plan
        self.script = script
        self.variables = variables or {}
        self.parameters = parameters or {}
        self.computer_groups = computer_groups or {}
        self.choose = choose
        self.now = BEGINNING
        self.ran = Ran(Conductor(plan))
        self._counts: dict[str, int] = {}

    def run(self, stop_after: int | None = None) -> Ran:
        """Runs to the end; with `stop_after`, requests a stop after that many signals."""
        self.send(InstanceStarted(self.now, self.parameters, self.variables))
        while self.ran.conductor.ended is None:
            if stop_after is not None and len(self.ran.journal) >= stop_after and not self.ran.conductor.is_stopped:
                self.send(StopRequested(self.now))
                continue
            keys = self.by_time()
            assert keys, "the instance neither ended nor asks for anything"
            self.send(self.answer(self.ran.conductor.open[keys[self.choose(keys) % len(keys)]]))
        return self.ran

    def by_time(self) -> list[str]:
        """The open commands: what runs first, then the waits in the order in which they are over."""

        def due(key: str) -> datetime:
            command = self.ran.conductor.open[key]
            return command.due if isinstance(command, StartDelay) else BEGINNING

        return sorted((key for key in self.ran.conductor.open if key != "end"), key=due)

    def send(self, signal: Signal) -> None:
        """Gives the conductor a signal and notes everything."""
        commands = self.ran.conductor.receive(signal)
        self.ran.journal.append((signal, self.ran.conductor.digest))
        self.ran.commands.append(commands)
        self.ran.open_after.append(dict(self.ran.conductor.open))
        for command in commands:
            if isinstance(command, StartActivity):
                self.ran.started.append((command.activity, self.inputs(command).get("value")))

    def inputs(self, command: StartActivity) -> dict[str, Json]:
        """The bound inputs of an execution."""
        planned = self.plan.activities[command.activity]
        members = {planned.computer_group: command.member} if command.member else {}
        environment = Environment(command.lineage, self.variables, members=members)
        return bind(planned.activity.name, planned.inputs, environment)

    def answer(self, command: Command) -> Signal:
        """The signal that ends a command, a second later."""
        self.now += timedelta(seconds=1)
        if isinstance(command, StartDelay):
            self.now = max(self.now, command.due)
            return DelayElapsed(self.now, command.timer)
        if isinstance(command, ExpandGroup):
            return GroupExpanded(self.now, command.key, tuple(self.computer_groups.get(command.path, ())))
        assert isinstance(command, StartActivity)
        ends = self._ends(command)
        return ActivityEnded(self.now, command.key, ends.status, ends.records, ends.error, started=self.now)

    def _ends(self, command: StartActivity) -> Ends:
        activity = self.plan.activities[command.activity].activity
        started = self.ran.conductor.started
        if control.is_control(activity) and started is not None:
            answer = control.answer(self.plan, self.inputs(command), started, command)
            return Ends(answer.status, answer.records, answer.error)
        number = self._counts[command.activity] = self._counts.get(command.activity, 0) + 1
        rule = self.script.get(command.activity, Ends())
        if isinstance(rule, Ends):
            return rule
        return rule(self.inputs(command), number) if callable(rule) else rule[min(number, len(rule)) - 1]


def run(text: str, **script: Rule) -> Ran:
    """Runs a runbook given as YAML to its end, activities in the order they were started."""
    return Driver(plan_of(text), script).run()
