"""The runbook-level error path, and retries for some failures only."""

from __future__ import annotations

import pytest

from orchestrion.model.condition import Status
from orchestrion.model.errors import InvalidError
from orchestrion.model.job import Outcome
from tests.unit.engine.driver import FAILS, Driver, Ends, plan_of, run

PATH = """
    settings: {on_error: tell}
    activities:
      a: {type: test.step}
      b: {type: test.step}
      tell: {type: test.step, inputs: {value: '{{ error["Activity name"] }}: {{ error["Error summary text"] }}'}}
      after: {type: test.step}
    links: [{from: a, to: b}, {from: tell, to: after}]
    """


def test_an_unhandled_failure_leads_to_the_error_path() -> None:
    """It runs when all else is over, knows what failed, and the outcome stays a failure."""
    ran = run(PATH, a=FAILS)
    assert ran.values("tell") == ["a: a: it broke"]
    assert ran.count("after") == 1
    assert ran.end.outcome is Outcome.FAILED


def test_without_a_failure_the_error_path_does_not_run() -> None:
    """A handled failure does not lead there either."""
    ran = run(PATH)
    assert (ran.count("tell"), ran.end.outcome) == (0, Outcome.SUCCESS)


def test_a_failure_on_the_error_path_does_not_begin_it_again() -> None:
    """It runs once."""
    ran = run(PATH, a=FAILS, tell=FAILS)
    assert (ran.count("tell"), ran.end.outcome) == (1, Outcome.FAILED)


def test_after_a_stop_the_error_path_does_not_run() -> None:
    """A stop starts nothing more (durability.md 3)."""
    ran = Driver(plan_of(PATH), {"a": FAILS}).run(stop_after=1)
    assert (ran.count("tell"), ran.end.outcome) == (0, Outcome.CANCELED)


def test_only_the_error_path_can_read_the_error() -> None:
    """Elsewhere there is none."""
    with pytest.raises(InvalidError):
        plan_of("activities: {a: {type: test.step, inputs: {value: '{{ error[\"Activity name\"] }}'}}}")


def test_a_link_into_the_error_path_is_refused() -> None:
    """It begins by itself."""
    with pytest.raises(InvalidError) as caught:
        plan_of(PATH.replace("{from: a, to: b}", "{from: a, to: b}, {from: b, to: after}"))
    assert any("both on the error path and on the runbook's own way" in each for each in caught.value.problems)


RETRY = """
    activities:
      a:
        type: test.step
        behaviour:
          retry: {attempts: 3, when: [{item: Error summary text, operator: contains, value: busy}]}
    links: []
    """


def test_a_retry_is_for_the_failures_that_its_conditions_name() -> None:
    """The error text decides here."""
    busy, broken = Ends(Status.FAILED, error="it is busy"), Ends(Status.FAILED, error="broken")
    assert run(RETRY, a=[busy, busy, Ends()]).end.outcome is Outcome.SUCCESS
    assert run(RETRY, a=[busy, broken, Ends()]).count("a") == 2
