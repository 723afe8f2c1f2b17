"""The engine against the reference interpreter: whatever the order of events, both do the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from hypothesis import HealthCheck, Phase, given, settings

from orchestrion.engine.commands import StartActivity
from orchestrion.model.job import Outcome
from orchestrion.model.runbook import JUNCTION
from orchestrion.model.values import Value
from tests.property.reference import Execution, Published, Run, interpret
from tests.property.runbooks import Case, cases, ending
from tests.unit.engine.driver import Driver

Batches: TypeAlias = Iterable[tuple[str, tuple[Execution, ...]]]


@dataclass(frozen=True)
class Told:
    """What a run did, without the order that the specification leaves open (3.6)."""

    outcome: Outcome
    failed: frozenset[str]  # the activities of which the instance may name one as its failure
    batches: Counter[tuple[str, tuple[Execution, ...]]]
    junctions: list[str]
    returned: list[str]


def by_reference(case: Case, run: Run) -> Told:
    """What the reference says that the case does."""
    return Told(
        run.outcome,
        frozenset(run.unhandled),
        _unordered(run.batches, case, run.merged),
        sorted(run.fired),
        sorted(repr(dict(record)) for record in run.returned),
    )


def by_engine(case: Case, run: Run) -> Told:
    """What the engine did with the case; order is taken away where the reference says that it is open."""
    driver = case.driver()
    end, batches = driver.run().end, _started(driver)
    junctions = [each for each, _ in batches if case.plan.activities[each].activity.type == JUNCTION]
    named = end.error.split(":")[0]
    return Told(
        end.outcome,
        frozenset(run.unhandled) if named in run.unhandled else frozenset({named} - {""}),
        _unordered(batches, case, run.merged),
        sorted(junctions),
        sorted(repr(dict(record)) for record in end.returned),
    )


def _started(driver: Driver) -> list[tuple[str, tuple[Execution, ...]]]:
    """The executions of each batch in the order the engine started them."""
    names: dict[int, str] = {}
    found: dict[int, list[Execution]] = defaultdict(list)
    for command in (each for issued in driver.ran.commands for each in issued):
        if isinstance(command, StartActivity):
            names[command.key.batch] = command.activity
            found[command.key.batch].append(_execution(driver, command))
    return [(names[batch], tuple(executions)) for batch, executions in found.items()]


def _execution(driver: Driver, command: StartActivity) -> Execution:
    inputs = driver.inputs(command)
    values = inputs.get("values")
    value = values["r"] if isinstance(values, dict) else inputs.get("value")
    assert value is None or isinstance(value, (str, int, float, bool))
    return Execution(command.key.ordinal, command.key.attempt, command.key.retry, value)


def _unordered(batches: Batches, case: Case, merged: set[str]) -> Counter[tuple[str, tuple[Execution, ...]]]:
    """Batches without the order between them, and without the one inside those that merge branches or run parallel."""
    found: Counter[tuple[str, tuple[Execution, ...]]] = Counter()
    for activity, executions in batches:
        rows = list(executions)
        if activity in merged:
            rows = sorted((replace(each, ordinal=0) for each in rows), key=repr)
        elif case.plan.activities[activity].activity.behaviour.parallel > 1:
            rows.sort(key=lambda each: (each.ordinal, each.attempt, each.retry))
        found[activity, tuple(rows)] += 1
    return found


@settings(
    max_examples=300,
    phases=[phase for phase in Phase if phase is not Phase.explain],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(cases())
def test_engine_and_reference_do_the_same(case: Case) -> None:
    """Outcome, executions with their inputs and order in each batch, junctions and returned data agree."""

    def behave(activity: str, value: Value, attempt: int, retry: int) -> Published:
        ends = ending(case.script, activity, value, attempt, retry)
        return ends.status, ends.records, ends.error

    run = interpret(case.plan.runbook, behave)
    assert by_engine(case, run) == by_reference(case, run)
