"""Strategies that generate runbooks with groups, junction modes, computer groups, an error path and chosen retries.

Every detail follows from one supply of bytes: to draw each by itself would cost more than the runs. Fewer and smaller
bytes make a simpler runbook, so that a failing one shrinks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from hypothesis import reject
from hypothesis import strategies as st

from orchestrion.engine import control
from orchestrion.engine.commands import Command, EndInstance, ExpandGroup, StartActivity, StartDelay
from orchestrion.engine.conductor import Conductor
from orchestrion.engine.plan import compile_plan
from orchestrion.engine.signals import ExecutionKey, Signal
from orchestrion.model.condition import ON_SUCCESS, Condition, Operator, Predicate, Status
from orchestrion.model.errors import BindingError
from orchestrion.model.graph import successors
from orchestrion.model.runbook import (
    FOR_EACH,
    GROUP_TYPES,
    JUNCTION,
    RETURN_DATA,
    WHILE,
    Activity,
    Flatten,
    FlattenFormat,
    Link,
    Looping,
    RetryPolicy,
    ReturnedItem,
    RunBehaviour,
    Runbook,
    Settings,
)
from orchestrion.model.upstream import Upstream
from orchestrion.model.values import Json, Record
from tests.property.runbooks import ATTEMPTS, SIGNS, SIMPLE, STATUSES, Case, ending
from tests.unit.engine.driver import TYPES, Driver, Ends

T = TypeVar("T")
NO_COMPUTER = "there is no computer to run on"
DEEPEST = 2  # groups in groups
LONGEST = 400  # signals of a run: longer ones say nothing that shorter ones do not
STEP = "test.step"


class Dice:
    """Picks by a supply of bytes; when it is used up, always the first option."""

    def __init__(self, supply: bytes) -> None:
        self._supply = iter(supply)

    def pick(self, options: Sequence[T]) -> T:
        """One of `options`; the first is the simplest."""
        number = next(self._supply, 0)
        return options[(number if len(options) <= 256 else number * 256 + next(self._supply, 0)) % len(options)]

    def happens(self, one_in: int) -> bool:
        """Whether something comes true that does so once in a while."""
        return self.pick((False,) * (one_in - 1) + (True,))


KINDS = ("step", "step", "step", "junction", "junction", "for-each", "while", "return", "for-each", "junction")
JUNCTIONS: tuple[Mapping[str, Json], ...] = (
    {},
    {},
    {"mode": "any"},
    {"mode": "count"},
    {"timeout_seconds": 3},
    {"merge": True},
    {"merge": True},
    {"mode": "count", "timeout_seconds": 2},
    {"mode": "any", "merge": True},
    {"timeout_seconds": 4, "merge": True},
)
LISTS: tuple[Json, ...] = (["p", "q"], "one\ntwo", '[1, true, "x"]', ["p"], "[no list", "a-b", "", ["p", "q\nr", "s"])
SEPARATORS = ("", "", "-", ",")
WHILE_CONDITIONS = (
    *("Coalesce(%s, true)", "Coalesce(%s, true)", "%s", "true", "false", "Coalesce(%s, 0)", "Coalesce(%s, true)"),
    'Coalesce(%s, group["Web"])',
)
LINK_DELAYS = (0,) * 9 + (1, 3, 5)
INCLUDES: tuple[tuple[Condition, ...], ...] = (
    *(ON_SUCCESS, (), ON_SUCCESS) * 2 * len(SIMPLE),
    *((each,) for each in SIMPLE),
    *(pair for pair in zip(SIMPLE, SIMPLE[3:], strict=False)),
)
EXCLUDES: tuple[tuple[Condition, ...], ...] = ((),) * 150 + tuple((each,) for each in SIMPLE[::4])
EXITS: tuple[tuple[Condition, ...], ...] = (ON_SUCCESS, *ATTEMPTS, *((each,) for each in SIMPLE))
LOOPS = (None,) * 6 + tuple(Looping(delay, each, (), most) for delay in (0, 2) for each in EXITS for most in (2, 3))[
    ::7
]
FLATTEN = (None,) * 12 + tuple(Flatten(each) for each in FlattenFormat)
BUSY = Predicate("Error summary text", Operator.CONTAINS, "busy")
RETRIES = (
    *(RetryPolicy(),) * 5,
    RetryPolicy(2, 3),
    RetryPolicy(3, 1, 2, (BUSY,)),
    RetryPolicy(2, when=(Predicate("n", Operator.IS_LESS_THAN, "2"), BUSY)),
)
COMPUTERS: tuple[Mapping[str, tuple[str, ...]], ...] = (
    {"Web": ("w1", "yes")},  # of which the second is a truth, for conditions
    {"Web": ("w1", "yes", "w3")},
    {"Web": ("w1",)},
    {"Web": ()},
)
ITEMS: Mapping[str, tuple[str, ...]] = {
    STEP: ("text", "n", "text", "Activity status", "Error summary text", "Computer name", "Loop: Number of attempts"),
    JUNCTION: ("Selected branch", "Error summary text", "Activity status"),
    RETURN_DATA: ("r", "Activity name"),
    FOR_EACH: ("Item", "Number", "Number of items", "Failed items", "Error summary text"),
    WHILE: ("Round", "Number of rounds", "Error summary text"),
    "": ("Activity name", "Error summary text", "Activity status"),  # what the error path knows of the error
}


def _endings() -> Iterator[Ends]:
    """Endings that mostly succeed and mostly publish one record, because records and rounds multiply on the way."""
    for number in range(4):
        for status in (*[Status.SUCCESS] * 16, *STATUSES, Status.FAILED):
            for count in (1, 1, 1, 1, 1, 2, 0):
                records: list[Record] = [
                    {"n": each, "text": f"t{each}{SIGNS[each]}", "x": each != 2}
                    for each in (number, (number + 1) % 4)[:count]
                ]
                yield Ends(status, tuple(records) or ({},), "it is busy" if number < 2 else "it broke")


ENDINGS = tuple(_endings())


class _Builder:
    """Draws the activities and links of a runbook region by region; the templates come when all of them are known."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.activities: dict[str, Activity] = {}
        self.links: list[Link] = []

    def region(self, group: str, depth: int, size: int) -> str:
        """The activities of one group (empty: of none) with one that comes first; gives its id."""
        earlier: list[Activity] = []
        for _ in range(size):
            name = f"a{len(self.activities)}"
            sources = self.sources(earlier)
            activity = self.activity(name, group, depth, len(sources))
            self.activities[name] = activity
            for each in sources:
                self.link(each, name)
            if activity.type in GROUP_TYPES:
                self.body(activity, depth + 1)
            earlier.append(activity)
        return earlier[0].id

    def sources(self, earlier: Sequence[Activity]) -> list[str]:
        """What leads to the next activity: one or more of those before it."""
        if not earlier:
            return []
        first, second, third = (self.dice.pick(earlier[::-1]).id for _ in range(3))
        return sorted(set(self.dice.pick(((first,), (first, second), (first, second, third)))))

    def link(self, source: str, target: str) -> None:
        """A link with a filter, sometimes delayed or disabled, sometimes with another beside it."""
        for name in ("Link", "Again")[: 1 + self.dice.happens(25)]:
            self.links.append(
                Link(
                    source,
                    target,
                    name,
                    include=self.dice.pick(INCLUDES),
                    exclude=self.dice.pick(EXCLUDES),
                    delay_seconds=self.dice.pick(LINK_DELAYS),
                    enabled=not self.dice.happens(40),
                )
            )

    def activity(self, name: str, group: str, depth: int, branches: int) -> Activity:
        """One activity without its templates."""
        kind, title = self.dice.pick(KINDS), f"Activity {name}"
        enabled = not self.dice.happens(40)
        if kind == "junction" and branches:
            settings = dict(self.dice.pick(JUNCTIONS))
            if settings.get("mode") == "count":
                settings["branches"] = 1 + self.dice.pick(range(branches))
            return Activity(name, JUNCTION, title, inputs=settings, group=group)
        behaviour = RunBehaviour(retry=self.dice.pick(RETRIES), parallel=self.dice.pick((1, 1, 2)))
        if kind in ("for-each", "while") and depth < DEEPEST:
            behaviour = replace(behaviour, parallel=self.dice.pick((1, 2, 2)))
            return Activity(name, f"runbook-control.{kind}", title, enabled=enabled, behaviour=behaviour, group=group)
        if kind == "return":
            return Activity(name, RETURN_DATA, title, inputs={"values": {"r": ""}}, group=group)
        behaviour = replace(behaviour, flatten=self.dice.pick(FLATTEN))
        loop = self.dice.pick(LOOPS)
        return Activity(name, STEP, title, enabled=enabled, behaviour=behaviour, looping=loop, group=group)

    def body(self, activity: Activity, depth: int) -> None:
        """What a group repeats, and whose data of it goes on."""
        self.region(activity.id, depth, self.dice.pick((1, 2, 3, 4)))
        inside = [each.id for each in self.activities.values() if each.group == activity.id]
        returned = self.dice.pick(("", *inside, inside[0]))
        inputs: dict[str, Json] = {"return_data_from": returned} if returned else {}
        self.activities[activity.id] = replace(activity, inputs=inputs)


@dataclass
class _Reader:
    """Fills in what activities read, once it is known what runs before them."""

    dice: Dice
    runbook: Runbook

    def filled(self) -> Runbook:
        """The runbook with the inputs of all activities."""
        edges = successors(self.runbook.activities, [(link.source, link.target) for link in self.runbook.links])
        upstream = Upstream(self.runbook, edges)
        found = {each.id: self.inputs(each, upstream.of(each.id)) for each in self.runbook.activities.values()}
        activities = {each.id: replace(each, inputs=found[each.id]) for each in self.runbook.activities.values()}
        return replace(self.runbook, activities=activities)

    def inputs(self, activity: Activity, known: set[str]) -> Mapping[str, Json]:
        """The inputs of one activity, which can read those `known`."""
        before = sorted(known)
        if activity.type == JUNCTION:
            some = [each for each in before if each != "error"]
            chosen = [self.dice.pick(some) for _ in range(self.dice.pick((1, 0, 1, 2)))]
            return {**activity.inputs, "return_data_from": sorted(set(chosen))}
        if activity.type == FOR_EACH:
            return {**activity.inputs, "items": self.items(before), "separator": self.dice.pick(SEPARATORS)}
        if activity.type == WHILE:
            return {**activity.inputs, "condition": self.condition(activity, before), "max_rounds": 2}
        text = self.text(activity, before)
        if activity.type == RETURN_DATA:
            return {"values": {"r": text}}
        return {"value": text} if text else {}

    def text(self, activity: Activity, before: Sequence[str]) -> str:
        """Some items of what ran before; in a body often those that differ from round to round."""
        found = [self.item(before) for _ in range(self.dice.pick((1, 2, 3)))] if before else []
        group = self.runbook.activities.get(activity.group)
        if group is not None and self.dice.pick((True, False, True)):
            found.append(f'{{{{ {group.id}["{"Number" if group.type == FOR_EACH else "Round"}"] }}}}')
        if activity.type == STEP and self.dice.happens(6):
            found.append('{{ group["Web"] }}')
        return "|".join(found)

    def item(self, before: Sequence[str]) -> str:
        """One item of one activity."""
        return f"{{{{ {self.reference(self.dice.pick(before))} }}}}"

    def reference(self, name: str) -> str:
        kind = self.runbook.activities[name].type if name in self.runbook.activities else ""
        return f'{name}["{self.dice.pick(ITEMS[kind])}"]'

    def items(self, before: Sequence[str]) -> Json:
        """What a For Each goes through: a list, a text, or data."""
        if self.dice.happens(8):
            return self.dice.pick((['{{ group["Web"] }}', "z"], '{{ group["Web"] }}'))
        if not before or self.dice.pick((True, False)):
            return self.dice.pick(LISTS)
        return self.dice.pick((self.item(before), [self.item(before), "z"]))

    def condition(self, activity: Activity, before: Sequence[str]) -> str:
        """How long a While goes on: often as long as the data it returns says so."""
        returned = str(activity.inputs.get("return_data_from", ""))
        steps = [each for each in (returned, *before) if each and each != "error"]
        steps = [each for each in steps if self.runbook.activities[each].type == STEP]
        said = self.dice.pick(WHILE_CONDITIONS)
        return f"{{{{ {said.replace('%s', f'{steps[0]}.x') if steps else 'true'} }}}}"


def group_runbook(dice: Dice) -> Runbook:
    """A runbook that passes its checks."""
    builder = _Builder(dice)
    builder.region("", 0, dice.pick((1, 3, 4, 5, 6, 7)))
    error = builder.region("", DEEPEST, dice.pick((1, 2, 3))) if dice.pick((False, True)) else ""
    runbook = Runbook(
        "Generated",
        settings=Settings(on_error=error),
        returned_data=(ReturnedItem("r"),),
        activities=builder.activities,
        links=tuple(builder.links),
    )
    return _Reader(dice, runbook).filled()


#: The rounds around an execution, from the outermost: ordinal and member of the group's execution, number of the round.
Place: TypeAlias = tuple[tuple[int, int, int], ...]
Label: TypeAlias = tuple[object, ...]


class GroupDriver(Driver):
    """Ends each execution as the script says, and notes of everything that is opened what a reference can tell, too."""

    endings: Mapping[str, Sequence[Ends]]

    def send(self, signal: Signal) -> None:
        """Gives the conductor a signal and labels what it opened."""
        if not hasattr(self, "labels"):
            self.labels: dict[str, Label] = {}
            self.rounds: dict[int, str] = {}
        if len(self.ran.journal) > LONGEST:
            reject()
        super().send(signal)
        conductor = self.ran.conductor
        self.rounds |= {each.id: each.scope.path for each in conductor.batches.values()}
        for key, command in conductor.open.items():
            if key not in self.labels:
                self.labels[key] = self._label(conductor, command)

    def _label(self, conductor: Conductor, command: Command) -> Label:
        match command:
            case StartActivity(key=key):
                path = tuple(each.activity for each in command.lineage.steps())[::-1] if command.lineage else ()
                said = (self._shown(command), command.closing, command.problem)
                return ("run", command.activity, self._place(key), key[1], key.member, key[3], key[4], path, *said)
            case ExpandGroup(key=key):
                return ("computers", conductor.batches[key.batch].planned.activity.id, self._place(key), key.ordinal)
            case StartDelay(timer=timer, due=due):
                waits = conductor.delayed[timer]
                link = (waits.link.source, waits.link.target, waits.link.name) if waits.link else None
                again = (*waits.key[1:2], *waits.key[3:], waits.key.member) if waits.key else None
                return ("wait", due, self._place_of(waits.scope.path), link, again, waits.junction)
            case EndInstance():
                return ("end", command.outcome, tuple(repr(dict(each)) for each in command.returned), command.error)

    def _place(self, key: ExecutionKey) -> Place:
        return self._place_of(key.group.partition("@")[0])

    def _place_of(self, path: str) -> Place:
        if not path:
            return ()
        batch, execution, number = path.split("-")
        ordinal, _, member = execution.partition("~")
        return (*self._place_of(self.rounds[int(batch)]), (int(ordinal), int(member or 0), int(number)))

    def inputs(self, command: StartActivity) -> dict[str, Json]:
        """The bound inputs; none when they need a computer and there is none."""
        try:
            return super().inputs(command)
        except BindingError:
            return {}

    def _shown(self, command: StartActivity) -> Json:
        """The one input that generated activities have."""
        inputs = self.inputs(command)
        values = inputs.get("values")
        if isinstance(values, Mapping):
            return values["r"]
        return next((inputs[name] for name in ("value", "items", "condition") if name in inputs), None)

    def _ends(self, command: StartActivity) -> Ends:
        planned = self.plan.activities[command.activity]
        if planned.inputs and not self.inputs(command):
            return Ends(Status.FAILED, error=NO_COMPUTER)
        if control.is_control(planned.activity):
            return super()._ends(command)
        value = self.inputs(command).get("value")
        return ending(self.endings, command.activity, value, command.key.attempt, command.key.retry)


@dataclass(frozen=True)
class GroupCase(Case):
    """A generated run with the members of the computer groups."""

    computers: Mapping[str, tuple[str, ...]]

    def driver(self) -> GroupDriver:
        """A fresh driver for the case."""
        turn = iter(self.choices * 200)
        driver = GroupDriver(self.plan, {}, computer_groups=self.computers, choose=lambda _keys: next(turn, 0))
        driver.endings = self.script
        return driver


def _case(supply: bytes) -> GroupCase:
    dice = Dice(supply)
    choices = tuple(dice.pick(range(8)) for _ in range(9))
    computers = dice.pick(COMPUTERS)
    plan = compile_plan(group_runbook(dice), TYPES)
    script = {each: [dice.pick(ENDINGS) for _ in range(1 + dice.pick((0, 1, 2)))] for each in plan.activities}
    return GroupCase(plan, script, choices, computers)


SUPPLY = 500  # bytes: what all but the largest of these runbooks use up
group_cases: st.SearchStrategy[GroupCase] = st.binary(min_size=SUPPLY, max_size=SUPPLY).map(_case)
