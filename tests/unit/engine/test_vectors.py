"""The engine vectors of the specification's Annex D, by number."""

from __future__ import annotations

from orchestrion.engine.commands import StartActivity
from orchestrion.model.job import Outcome
from tests.unit.engine.driver import FAILS, Driver, Ends, plan_of, publishes, run


def test_vector_1_only_passing_records_run_the_target_in_record_order() -> None:
    """A publishes 5 records, the link includes n greater than 3: B runs twice, in record order."""
    ran = run(
        """
        activities:
          a: {type: test.step}
          b: {type: test.step, inputs: {value: '{{ a["n"] }}'}}
        links: [{from: a, to: b, include: [{item: n, operator: is greater than, value: 3}]}]
        """,
        a=publishes(5, 1, 4, 2, 3),
    )
    assert ran.values("b") == [5, 4]


def test_vector_2_a_failure_without_a_link_fails_the_instance() -> None:
    """With the default filter a failed A does not start B, and the instance fails with A's error."""
    ran = run("{activities: {a: {type: test.step}, b: {type: test.step}}, links: [{from: a, to: b}]}", a=FAILS)
    assert ran.count("b") == 0
    assert (ran.end.outcome, ran.end.error) == (Outcome.FAILED, "a: it broke")


def test_vector_3_exclude_wins_and_text_ignores_case() -> None:
    """A success whose text contains X in any case is excluded."""
    ran = run(
        """
        activities: {a: {type: test.step}, b: {type: test.step}}
        links: [{from: a, to: b, exclude: [{item: text, operator: contains, value: x}]}]
        """,
        a=publishes("AXB"),
    )
    assert ran.count("b") == 0


def test_vector_4_an_empty_include_passes_whatever_happened() -> None:
    """With the Include list emptied a failed A starts B, and the failure counts as handled."""
    ran = run(
        "{activities: {a: {type: test.step}, b: {type: test.step}}, links: [{from: a, to: b, include: []}]}", a=FAILS
    )
    assert ran.count("b") == 1
    assert ran.end.outcome is Outcome.WARNING


def test_vector_6_branches_run_side_by_side_and_see_their_source() -> None:
    """A to B and A to C: both are open at once, each with A's data."""
    text = """
        activities:
          a: {type: test.step}
          b: {type: test.step, inputs: {value: '{{ a["text"] }}'}}
          c: {type: test.step, inputs: {value: '{{ a["text"] }}'}}
        links: [{from: a, to: b}, {from: a, to: c}]
        """
    ran = run(text, a=publishes("data"))
    both = [command for command in ran.commands[1] if isinstance(command, StartActivity)]
    assert [command.activity for command in both] == ["b", "c"]
    assert ran.started[1:] == [("b", "data"), ("c", "data")]


def test_vector_7_loops_take_one_record_after_the_other() -> None:
    """A publishes 3 records, B loops until 2 attempts: 1,1,2,2,3,3, then C starts."""
    ran = run(
        """
        activities:
          a: {type: test.step}
          b:
            type: test.step
            inputs: {value: '{{ a["n"] }}'}
            looping: {exit: [{item: "Loop: Number of attempts", operator: equals, value: 2}]}
          c: {type: test.step}
        links: [{from: a, to: b}, {from: b, to: c}]
        """,
        a=publishes(1, 2, 3),
    )
    assert ran.values("b") == [1, 1, 2, 2, 3, 3]
    assert [name for name, _ in ran.started][-3:] == ["c", "c", "c"]


JUNCTION = """
    activities:
      a: {{type: test.step}}
      b: {{type: test.step}}
      c: {{type: test.step}}
      d: {{type: test.step}}
      j: {{type: runbook-control.junction, inputs: {{return_data_from: "{selected}"}}}}
      next:
        type: test.step
        inputs: {{value: '{{{{ a.text }}}}|{{{{ b.text }}}}|{{{{ c.text }}}}|{{{{ d.text }}}}'}}
    links: [{{from: a, to: b}}, {{from: a, to: c}}, {{from: b, to: d}}, {{from: d, to: j}}, {{from: c, to: j}},
            {{from: j, to: next}}]
    """


def test_vector_8_a_junction_republishes_the_selected_branch() -> None:
    """Selecting C the next activity runs once with C and A; selecting D three times with D, B and A."""
    script = {"a": publishes("A"), "b": publishes("B1", "B2", "B3"), "c": publishes("C"), "d": publishes("D")}
    assert run(JUNCTION.format(selected="c"), **script).values("next") == ["A||C|"]
    assert run(JUNCTION.format(selected="d"), **script).values("next") == ["A|B1||D", "A|B2||D", "A|B3||D"]


def test_vector_9_a_junction_that_selects_nothing_goes_on_once() -> None:
    """With no selection the next activity runs once and reads nothing of the branches."""
    script = {"a": publishes("A"), "b": publishes("B1", "B2", "B3"), "c": publishes("C"), "d": publishes("D")}
    assert run(JUNCTION.format(selected=""), **script).values("next") == ["A|||"]


def test_vector_10_a_branch_that_cannot_arrive_does_not_hold_the_junction() -> None:
    """C fails and goes nowhere: the junction fires when D has arrived."""
    ran = run(JUNCTION.format(selected=""), c=FAILS)
    assert ran.count("next") == 1
    assert ran.end.outcome is Outcome.FAILED


def test_a_junction_that_nothing_reaches_does_not_fire() -> None:
    """When both branches end before the junction, it does not run."""
    ran = run(JUNCTION.format(selected=""), c=FAILS, d=FAILS)
    assert ran.count("j") == 0


def test_vector_11_flatten_joins_the_records_of_one_execution() -> None:
    """A with flatten ; and three records: the successor runs once and reads x;y;z."""
    ran = run(
        """
        activities:
          a: {type: test.step, behaviour: {flatten: {format: separator, separator: ;}}}
          b: {type: test.step, inputs: {value: '{{ a["text"] }}'}}
        links: [{from: a, to: b}]
        """,
        a=publishes("x", "y", "z"),
    )
    assert ran.values("b") == ["x;y;z"]


def test_vector_12_flatten_works_per_execution() -> None:
    """B runs for 3 records and flattens each execution by itself: the successor runs 3 times."""
    ran = run(
        """
        activities:
          a: {type: test.step}
          b: {type: test.step, behaviour: {flatten: {format: lines}}}
          c: {type: test.step, inputs: {value: '{{ b["text"] }}'}}
        links: [{from: a, to: b}, {from: b, to: c}]
        """,
        a=publishes(1, 2, 3),
        b=publishes("p", "q"),
    )
    assert ran.values("c") == ["p\nq"] * 3


def test_vector_13_an_untaken_branch_reads_as_empty_text() -> None:
    """E follows either C or D and concatenates both: the untaken one is empty."""
    ran = run(
        """
        activities:
          a: {type: test.step}
          c: {type: test.step}
          d: {type: test.step}
          e: {type: test.step, inputs: {value: '[{{ c["text"] }}{{ d["text"] }}]'}}
        links:
          - {from: a, to: c, include: [{status: failed}]}
          - {from: a, to: d}
          - {from: c, to: e}
          - {from: d, to: e}
        """,
        d=publishes("from d"),
    )
    assert ran.values("e") == ["[from d]"]


def test_a_retry_runs_the_same_record_again_after_its_delay() -> None:
    """Two failures, then success: three executions, the waits grow, and the instance succeeds."""
    plan = plan_of(
        """
        activities:
          a: {type: test.step, behaviour: {retry: {attempts: 3, delay_seconds: 10, backoff: 2}}}
        links: []
        """
    )
    driver = Driver(plan, {"a": [FAILS, FAILS, Ends()]})
    ran = driver.run()
    assert ran.count("a") == 3
    assert ran.end.outcome is Outcome.SUCCESS
    assert (driver.now - ran.journal[0][0].at).total_seconds() >= 30


def test_a_link_delay_waits_once_per_batch() -> None:
    """Two records over a delayed link: one wait, then both run."""
    ran = run(
        "{activities: {a: {type: test.step}, b: {type: test.step}}, links: [{from: a, to: b, delay_seconds: 60}]}",
        a=publishes(1, 2),
    )
    assert [name for name, _ in ran.started] == ["a", "b", "b"]
    assert len(ran.journal) == 5


def test_a_stop_starts_nothing_more_and_cancels() -> None:
    """After the stop the running activity ends and the instance is canceled."""
    plan = plan_of("{activities: {a: {type: test.step}, b: {type: test.step}}, links: [{from: a, to: b}]}")
    ran = Driver(plan, {}).run(stop_after=1)
    assert ran.count("b") == 0
    assert ran.end.outcome is Outcome.CANCELED
