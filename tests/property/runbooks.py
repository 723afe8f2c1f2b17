"""Strategies that generate runbooks, scripts for them and orders of events."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from orchestrion.engine.plan import Plan, compile_plan
from orchestrion.model.condition import Condition, Operator, Predicate, Status, StatusIs
from orchestrion.model.runbook import (
    JUNCTION,
    Activity,
    Flatten,
    FlattenFormat,
    Link,
    Looping,
    RetryPolicy,
    RunBehaviour,
    Runbook,
)
from orchestrion.model.values import Record
from tests.unit.engine.driver import TYPES, Driver, Ends

STATUSES = (Status.SUCCESS, Status.WARNING, Status.FAILED)
NUMBERS = st.integers(0, 3)


@dataclass(frozen=True)
class Case:
    """A generated run: the plan, how each execution ends, and in which order open commands are answered."""

    plan: Plan
    script: dict[str, list[Ends]]
    choices: tuple[int, ...]

    def driver(self) -> Driver:
        """A fresh driver for the case."""
        turn = iter(self.choices * 200)
        return Driver(self.plan, self.script, choose=lambda _keys: next(turn, 0))


@st.composite
def conditions(draw: DrawFn) -> Condition:
    """A status set, or a comparison of `n`."""
    if draw(st.booleans()):
        return StatusIs(frozenset(draw(st.sets(st.sampled_from(STATUSES), min_size=1))))
    operator = draw(st.sampled_from([Operator.IS_GREATER_THAN, Operator.EQUALS, Operator.IS_LESS_THAN]))
    return Predicate("n", operator, str(draw(NUMBERS)))


@st.composite
def links(draw: DrawFn, source: str, target: str) -> Link:
    """A link with a filter, sometimes delayed or disabled."""
    return Link(
        source,
        target,
        include=tuple(draw(st.lists(conditions(), max_size=2))),
        exclude=tuple(draw(st.lists(conditions(), max_size=1))),
        delay_seconds=draw(st.sampled_from([0, 0, 0, 5])),
        enabled=draw(st.sampled_from([True] * 9 + [False])),
    )


@st.composite
def activities(draw: DrawFn, name: str, earlier: list[Activity]) -> Activity:
    """A step that may read an earlier one, loop, retry or flatten; or a junction."""
    steps = [each.id for each in earlier if each.type != JUNCTION]
    if len(earlier) > 1 and draw(st.integers(0, 3)) == 0:
        selected = draw(st.sampled_from(["", *steps]))
        return Activity(name, JUNCTION, name, inputs={"return_data_from": selected})
    reads = draw(st.sampled_from(steps)) if steps else None
    inputs = {"value": f'{{{{ {reads}["text"] }}}}'} if reads else {}
    behaviour = RunBehaviour(
        flatten=draw(st.sampled_from([None, None, Flatten(), Flatten(FlattenFormat.JSON)])),
        retry=draw(st.sampled_from([RetryPolicy(), RetryPolicy(), RetryPolicy(2, 3)])),
        parallel=draw(st.sampled_from([1, 1, 2])),
    )
    looping = draw(
        st.sampled_from([None, None, None, Looping(max_attempts=3), Looping(delay_seconds=2, max_attempts=2)])
    )
    return Activity(name, "test.step", name, inputs=inputs, behaviour=behaviour, looping=looping)


@st.composite
def runbooks(draw: DrawFn, most: int = 6) -> Runbook:
    """A runbook with one starting point in which every activity can be reached."""
    count = draw(st.integers(1, most))
    names = [f"a{index}" for index in range(count)]
    found: list[Activity] = []
    edges: list[Link] = []
    for index, name in enumerate(names):
        sources = draw(st.sets(st.sampled_from(names[:index]), min_size=1, max_size=3)) if index else set()
        edges += [draw(links(source, name)) for source in sorted(sources)]
        upstream = _upstream(name, edges)
        found.append(draw(activities(name, [each for each in found if each.id in upstream])))
    return Runbook("Generated", activities={each.id: each for each in found}, links=tuple(edges))


def _upstream(name: str, edges: list[Link]) -> set[str]:
    found: set[str] = set()
    pending = [name]
    while pending:
        each = pending.pop()
        for link in edges:
            if link.target == each and link.source not in found:
                found.add(link.source)
                pending.append(link.source)
    return found


@st.composite
def endings(draw: DrawFn) -> Ends:
    """An ending with no, one or a few records of its own; mostly one, because records multiply along the path."""
    numbers = draw(st.lists(NUMBERS, max_size=draw(st.sampled_from([0, 1, 1, 1, 1, 2, 3]))))
    records: tuple[Record, ...] = tuple({"n": number, "text": f"t{number}"} for number in numbers) or ({},)
    return Ends(draw(st.sampled_from([Status.SUCCESS, Status.SUCCESS, *STATUSES])), records, "said")


@st.composite
def cases(draw: DrawFn) -> Case:
    """A runbook, its script, and an order of events."""
    runbook = draw(runbooks())
    script = {name: draw(st.lists(endings(), min_size=1, max_size=3)) for name in runbook.activities}
    return Case(compile_plan(runbook, TYPES), script, tuple(draw(st.lists(st.integers(0, 7), min_size=1, max_size=9))))
