"""Inputs that name a computer group: one execution per member (spec 6.1, OQ-23)."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrion.model.job import Outcome
from orchestrion.model.values import Json
from tests.unit.engine.driver import FAILS, Driver, Ends, Ran, Rule, plan_of, publishes

TEXT = """
    activities:
      a: {type: test.step}
      b: {type: test.step, inputs: {value: '{{ group["Web"] }}'} %s}
      c: {type: test.step, inputs: {value: '{{ b["Computer name"] }} {{ b.text }}'}}
    links: [{from: a, to: b}, {from: b, to: c}]
    """


def on(members: list[str], more: str = "", **script: Rule) -> Ran:
    """A run in which B runs on every member of the group Web."""
    return Driver(plan_of(TEXT % more), script, computer_groups={"Web": members}).run()


def test_the_activity_runs_once_per_member_in_order() -> None:
    """The next activity runs once per record and reads which computer it came from."""
    ran = on(["w1", "w2", "w3"], b=lambda inputs, _number: publishes(f"on {inputs['value']}"))
    assert ran.values("b") == ["w1", "w2", "w3"]
    assert ran.values("c") == ["w1 on w1", "w2 on w2", "w3 on w3"]


def test_a_failure_on_one_computer_does_not_stop_the_others() -> None:
    """The failed one's record is not passed by a link on success; the instance has failed."""

    def second_fails(inputs: Mapping[str, Json], _number: int) -> Ends:
        return FAILS if inputs["value"] == "w2" else Ends()

    ran = on(["w1", "w2", "w3"], b=second_fails)
    assert ran.count("b") == 3
    assert ran.count("c") == 2
    assert ran.end.outcome is Outcome.FAILED


def test_members_run_side_by_side_as_far_as_the_author_allows() -> None:
    """With a parallelism of two, two members are started at once; the results keep the group's order."""
    driver = Driver(plan_of(TEXT % ", behaviour: {parallel: 2}"), {}, computer_groups={"Web": ["w1", "w2", "w3"]})
    ran = driver.run()
    assert max(sum("activity='b'" in repr(each) for each in open_.values()) for open_ in ran.open_after) == 2
    assert [str(value).strip() for value in ran.values("c")] == ["w1", "w2", "w3"]


def test_every_record_runs_on_every_member() -> None:
    """Two records and two members make four executions, record by record."""
    ran = on(["w1", "w2"], a=publishes("x", "y"))
    assert ran.values("b") == ["w1", "w2", "w1", "w2"]


def test_each_member_loops_by_itself() -> None:
    """A loop belongs to one record on one computer."""
    ran = on(["w1", "w2"], ", looping: {exit: [{item: 'Loop: Number of attempts', operator: equals, value: 2}]}")
    assert ran.values("b") == ["w1", "w1", "w2", "w2"]
