"""Strategies that generate runbooks, scripts for them and orders of events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from zlib import crc32

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from orchestrion.engine import control
from orchestrion.engine.commands import StartActivity
from orchestrion.engine.plan import Plan, compile_plan
from orchestrion.model.condition import ON_SUCCESS, AllOf, AnyOf, Condition, Not, Operator, Predicate, Status, StatusIs
from orchestrion.model.runbook import (
    JUNCTION,
    RETURN_DATA,
    Activity,
    Flatten,
    FlattenFormat,
    Link,
    Looping,
    RetryPolicy,
    ReturnedItem,
    RunBehaviour,
    Runbook,
)
from orchestrion.model.values import Json, Record
from tests.unit.engine.driver import TYPES, Driver, Ends

STATUSES = (Status.SUCCESS, Status.WARNING, Status.FAILED)
NUMBERS = range(4)
SIGNS = ("", "", ",", '"')  # what CSV quotes


STEP_ITEMS = ("n", "text", "text", "Activity status", "Loop: Number of attempts", "Error summary text")
ITEMS = {"test.step": STEP_ITEMS, JUNCTION: ("Selected branch",), RETURN_DATA: ("r", "Activity name")}


def ending(script: Mapping[str, Sequence[Ends]], activity: str, value: Json, attempt: int, retry: int) -> Ends:
    """How an execution ends: it follows from the execution alone, so it is the same in every order of events.

    Every text it publishes tells which execution published it.
    """
    mark = crc32(repr((activity, value, attempt, retry)).encode())
    ends = script[activity][mark % len(script[activity])]
    records = [{**each, "text": f"{each['text']}-{mark % 10_000}"} if "text" in each else each for each in ends.records]
    return replace(ends, records=tuple(records))


class _Driver(Driver):
    """Ends each execution as `ending` says."""

    endings: Mapping[str, Sequence[Ends]]

    def _ends(self, command: StartActivity) -> Ends:
        if control.is_control(self.plan.activities[command.activity].activity):
            return super()._ends(command)
        value = self.inputs(command).get("value")
        return ending(self.endings, command.activity, value, command.key.attempt, command.key.retry)


@dataclass(frozen=True)
class Case:
    """A generated run: the plan, how its executions end, and in which order open commands are answered."""

    plan: Plan
    script: dict[str, list[Ends]]
    choices: tuple[int, ...]

    def driver(self) -> Driver:
        """A fresh driver for the case."""
        turn = iter(self.choices * 200)
        driver = _Driver(self.plan, {}, choose=lambda _keys: next(turn, 0))
        driver.endings = self.script
        return driver


SIZES = st.sampled_from((1, 2, 3, 4, 5, 5, 6, 6, 7, 7, 7, 7))
KINDS = st.sampled_from(("step", "junction", "loop", "step", "junction", "return", "junction", "junction"))
DOUBLED = st.sampled_from([False] * 12 + [True])
ENABLED = st.sampled_from([True] * 30 + [False])
LINK_OPTIONS = st.sampled_from([(0, True)] * 20 + [(5, True)] * 5 + [(0, False)])


def _simple_conditions() -> Iterator[Condition]:
    """Every set of statuses, and comparisons of the number and the text that steps publish."""
    for count in range(1, 4):
        yield from (StatusIs(frozenset(statuses)) for statuses in combinations(STATUSES, count))
    for number in NUMBERS:
        yield Predicate("text", Operator.CONTAINS, f"T{number}")
        for operator in (Operator.IS_GREATER_THAN, Operator.EQUALS, Operator.IS_LESS_THAN):
            yield Predicate("n", operator, str(number))


SIMPLE = tuple(_simple_conditions())
GROUPS: tuple[Condition, ...] = (
    *map(Not, SIMPLE),
    *map(AllOf, combinations(SIMPLE, 2)),
    *map(AnyOf, combinations(SIMPLE, 2)),
)
ATTEMPTS = [(Predicate("Loop: Number of attempts", Operator.EQUALS, str(number)),) for number in (1, 2, 3)]

# Built once and drawn from whole: making strategies and drawing every detail by itself costs more than the runs.
CONDITIONS: st.SearchStrategy[Condition] = st.sampled_from(SIMPLE * (8 * len(GROUPS) // len(SIMPLE)) + GROUPS)
FILTERS: st.SearchStrategy[tuple[Condition, ...]] = st.lists(CONDITIONS, max_size=2).map(tuple)
EXCLUDES = st.sampled_from([()] * 40 + [(each,) for each in SIMPLE[::4]])
INCLUDES = st.sampled_from([(), ON_SUCCESS]) | st.sampled_from([(), ON_SUCCESS]) | FILTERS
LOOPS = st.builds(
    Looping,
    delay_seconds=st.sampled_from([0, 2]),
    exit=FILTERS | st.sampled_from(ATTEMPTS),
    do_not_exit=EXCLUDES,
    max_attempts=st.integers(1, 3),
)
BEHAVIOURS = st.builds(
    RunBehaviour,
    flatten=st.sampled_from([None] * 8 + [Flatten(each) for each in FlattenFormat]),
    retry=st.sampled_from([RetryPolicy(), RetryPolicy(), RetryPolicy(2, 3)]),
    parallel=st.sampled_from([1, 1, 2]),
)


@st.composite
def templates(draw: DrawFn, earlier: list[Activity]) -> str:
    """Up to three items of earlier activities, alone or in a text."""
    items = [f'{{{{ {each.id}["{item}"] }}}}' for each in earlier for item in ITEMS[each.type]]
    return "|".join(draw(st.lists(st.sampled_from(items), min_size=1, max_size=3))) if items else ""


@st.composite
def links(draw: DrawFn, source: str, target: str) -> Link:
    """A link with a filter, sometimes delayed or disabled."""
    delay, enabled = draw(LINK_OPTIONS)
    return Link(source, target, include=draw(INCLUDES), exclude=draw(EXCLUDES), delay_seconds=delay, enabled=enabled)


@st.composite
def activities(draw: DrawFn, name: str, earlier: list[Activity]) -> Activity:
    """A step that may read earlier ones, loop, retry or flatten; a junction; or one that returns data."""
    title = f"Activity {name}"
    steps = [each.id for each in earlier if each.type == "test.step"]
    kind = draw(KINDS)
    if kind == "junction" and len(earlier) > 1:
        selected = draw(st.sampled_from([""] * len(steps) + steps))
        return Activity(name, JUNCTION, title, inputs={"return_data_from": selected})
    text = draw(templates(earlier))
    if kind == "return" and earlier:
        return Activity(name, RETURN_DATA, title, inputs={"values": {"r": text}})
    return Activity(
        name,
        "test.step",
        title,
        enabled=draw(ENABLED),
        inputs={"value": text} if text else {},
        behaviour=draw(BEHAVIOURS),
        looping=draw(LOOPS) if kind == "loop" else None,
    )


@st.composite
def runbooks(draw: DrawFn) -> Runbook:
    """A runbook with one starting point in which every activity can be reached."""
    count = draw(SIZES)
    names = [f"a{index}" for index in range(count)]
    found: list[Activity] = []
    edges: list[Link] = []
    for index, name in enumerate(names):
        sources = draw(_sources(found))
        edges += [draw(links(source, name)) for source in sorted(sources)]
        if index and draw(DOUBLED):
            edges.append(replace(edges[-1], name="Again"))
        before = upstream(name, edges)
        found.append(draw(activities(name, [each for each in found if each.id in before])))
    returned = (ReturnedItem("r"),)
    return Runbook(
        "Generated", returned_data=returned, activities={each.id: each for each in found}, links=tuple(edges)
    )


def _sources(earlier: list[Activity]) -> st.SearchStrategy[set[str]]:
    """What leads to the next activity: often nothing but the junction before it, so that something reads behind it."""
    if not earlier:
        return st.just(set())
    some = st.sets(st.sampled_from([each.id for each in earlier]), min_size=1, max_size=3)
    return some | st.just({earlier[-1].id}) if earlier[-1].type == JUNCTION else some


def upstream(name: str, edges: list[Link]) -> set[str]:
    """The ids of the activities from which links lead to the named one."""
    found: set[str] = set()
    pending = [name]
    while pending:
        each = pending.pop()
        for link in edges:
            if link.target == each and link.source not in found:
                found.add(link.source)
                pending.append(link.source)
    return found


def _endings() -> Iterator[Ends]:
    """Endings with no, one or a few records; mostly one and mostly successful, because records multiply on the way."""
    counts = (0, 1, 1, 1, 2, 3)
    for status in (*[Status.SUCCESS] * 8, *STATUSES):
        for count in counts:
            for numbers in ((number, *range(1, count)) for number in NUMBERS):
                records: list[Record] = [
                    {"n": number, "text": f"t{number}{SIGNS[number]}"} for number in numbers[:count]
                ]
                yield Ends(status, tuple(records) or ({},), "said")


SCRIPTS = st.lists(st.sampled_from(tuple(_endings())), min_size=1, max_size=3)
CHOICES = st.lists(st.integers(0, 7), min_size=1, max_size=9).map(tuple)


@st.composite
def cases(draw: DrawFn) -> Case:
    """A runbook, its script, and an order of events."""
    runbook = draw(runbooks())
    script = {name: draw(SCRIPTS) for name in runbook.activities}
    return Case(compile_plan(runbook, TYPES), script, draw(CHOICES))
