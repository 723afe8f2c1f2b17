"""Our join modes: any, n of m, a timeout, and merging branches (spec 3.8 [R])."""

from __future__ import annotations

import pytest

from orchestrion.engine.commands import StartDelay
from orchestrion.model.errors import InvalidError
from orchestrion.model.job import Outcome
from tests.unit.engine.driver import FAILS, Driver, Ran, Rule, plan_of, publishes, run

THREE = """
    activities:
      a: {type: test.step}
      b: {type: test.step}
      c: {type: test.step}
      d: {type: test.step}
      j: {type: runbook-control.junction, inputs: {%s}}
      next: {type: test.step, inputs: {value: '{{ a.text }}|{{ b.text }}|{{ c.text }}|{{ d.text }}'}}
    links:
    - {from: a, to: b}
    - {from: a, to: c}
    - {from: a, to: d, delay_seconds: 60}
    - {from: b, to: j}
    - {from: c, to: j}
    - {from: d, to: j}
    - {from: j, to: next, include: []}
    """
TEXTS: dict[str, Rule] = {each: publishes(each.upper()) for each in "abcd"}


def joined(inputs: str, **script: Rule) -> Ran:
    """A run with three branches, the last of which comes a minute late."""
    return run(THREE % inputs, **(TEXTS | script))


def before(ran: Ran, one: str, other: str) -> bool:
    """Whether `one` was started before `other`."""
    names = [name for name, _ in ran.started]
    return names.index(one) < names.index(other)


def test_any_goes_on_with_the_first_branch() -> None:
    """The others come too late and go nowhere; the instance still waits for them to end."""
    ran = joined("mode: any, return_data_from: [b, c, d]")
    assert ran.values("next") == ["A|B||"]
    assert before(ran, "next", "d")
    assert ran.end.outcome is Outcome.SUCCESS


def test_n_of_m_goes_on_when_enough_branches_have_delivered() -> None:
    """Two of three: the late one is not waited for."""
    ran = joined("mode: count, branches: 2, return_data_from: [b, c, d]")
    assert ran.values("next") == ["A|B||", "A||C|"]
    assert before(ran, "next", "d")


def test_n_of_m_with_too_few_branches_goes_on_with_a_warning() -> None:
    """Nothing more can come, and less has come than was asked for."""
    ran = joined("mode: count, branches: 3", b=FAILS)
    assert ran.count("next") == 1
    assert ran.end.outcome is Outcome.FAILED  # of b, which no link took
    (ending,) = [signal for signal, _ in ran.journal if getattr(signal, "error", "").startswith("Only")]
    assert getattr(ending, "error", "") == "Only 2 of 3 branches arrived."


def test_a_timeout_goes_on_with_a_warning() -> None:
    """Counted from the first arrival; what comes later goes nowhere."""
    ran = joined("timeout_seconds: 10")
    assert before(ran, "next", "d")
    assert ran.count("next") == 1
    assert ran.end.outcome is Outcome.WARNING


def test_a_junction_that_has_all_branches_forgets_its_timeout() -> None:
    """Nothing is left open, and nothing warns."""
    ran = joined("timeout_seconds: 1000")
    assert before(ran, "d", "next")
    assert ran.end.outcome is Outcome.SUCCESS
    assert not [each for each in ran.conductor.open.values() if isinstance(each, StartDelay)]


def test_merge_goes_on_once_with_the_data_of_all_branches() -> None:
    """What every branch published can be read; several records of one activity are joined."""
    ran = joined("merge: true", c=publishes("1", "2"))
    assert ran.values("next") == ["A|B|1,2|D"]


def test_a_junction_that_fired_early_holds_no_other_junction_twice() -> None:
    """A later junction waits for the early one's own way and for the late branch, and fires once."""
    ran = run(
        """
        activities:
          a: {type: test.step}
          b: {type: test.step}
          c: {type: test.step}
          early: {type: runbook-control.junction, inputs: {mode: any}}
          e: {type: test.step}
          late: {type: runbook-control.junction}
          next: {type: test.step}
        links:
        - {from: a, to: b}
        - {from: a, to: c, delay_seconds: 60}
        - {from: b, to: early}
        - {from: c, to: early}
        - {from: early, to: e}
        - {from: e, to: late}
        - {from: c, to: late}
        - {from: late, to: next}
        """
    )
    assert ran.count("next") == 1
    assert before(ran, "c", "next")


def test_a_junction_cannot_wait_for_more_branches_than_it_has() -> None:
    """The check names the junction and how many there are."""
    with pytest.raises(InvalidError) as caught:
        Driver(plan_of(THREE % "mode: count, branches: 4"), {})
    assert any("has 3 incoming branches" in each for each in caught.value.problems)
