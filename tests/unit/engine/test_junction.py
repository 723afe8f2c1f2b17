"""Junctions: when they fire, and what can be read behind them (spec 3.8, OQ-16, OQ-17)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from orchestrion.engine.commands import StartActivity
from orchestrion.engine.signals import InstanceStarted
from orchestrion.engine.waits import waits_of
from orchestrion.model.job import Outcome
from tests.unit.engine.driver import BEGINNING, FAILS, Driver, Ran, Rule, plan_of, publishes, run


def branching(start: str, links: str, selected: str, script: Mapping[str, Rule]) -> Ran:
    """A run of steps a to d, of junction j that selects an activity, and of `next`, which reads all of them."""
    return run(
        f"""
        activities:
          a: {{type: test.step}}
          b: {{type: test.step}}
          c: {{type: test.step}}
          d: {{type: test.step}}
          j: {{type: runbook-control.junction, inputs: {{return_data_from: "{selected}"}}}}
          next:
            type: test.step
            inputs: {{value: '{{{{ a.text }}}}|{{{{ b.text }}}}|{{{{ c.text }}}}|{{{{ d.text }}}}'}}
        links: [{{from: {start}, to: b}}, {links}, {{from: j, to: next}}]
        """,
        **script,
    )


DIAMOND = "{from: b, to: c}, {from: b, to: d}, {from: c, to: j}, {from: d, to: j}"
ALL = {each: publishes(each.upper()) for each in "abcd"}


def test_no_selection_keeps_what_all_branches_share() -> None:
    """Up to B, where the branches part, the history stays readable (OQ-17)."""
    assert branching("a", DIAMOND, "", ALL).values("next") == ["A|B||"]


def test_no_selection_forgets_the_only_branch_that_arrived() -> None:
    """C never arrives; D's data is still that of a branch and not readable behind the junction."""
    assert branching("a", DIAMOND, "", {**ALL, "c": FAILS}).values("next") == ["A|B||"]


def test_no_selection_keeps_nothing_when_the_branches_part_at_several_records() -> None:
    """B published two: which of them belongs to the one run is open, and so is everything before (OQ-17)."""
    assert branching("a", DIAMOND, "", {**ALL, "b": publishes(1, 2)}).values("next") == ["|||"]


def test_no_selection_keeps_the_one_record_that_came_through() -> None:
    """B published two, but only one went on into the branches: its history is the one."""
    two = "include: [{item: n, operator: equals, value: 2}]"
    links = f"{{from: b, to: c, {two}}}, {{from: b, to: d, {two}}}, {{from: c, to: j}}, {{from: d, to: j}}"
    assert branching("a", links, "", {**ALL, "b": publishes(1, 2)}).values("next") == ["A|2||"]


def test_a_selection_keeps_the_history_of_its_records() -> None:
    """Selecting D gives D with everything before it, and nothing of C (OQ-16)."""
    assert branching("a", DIAMOND, "d", ALL).values("next") == ["A|B||D"]


def test_a_selection_reads_nothing_behind_the_selected_activity() -> None:
    """D comes after the selected C on the same branch; what is republished is C."""
    links = "{from: b, to: c}, {from: c, to: d}, {from: d, to: j}"
    assert branching("a", links, "c", ALL).values("next") == ["A|B|C|"]


def test_records_of_the_selected_activity_count_once() -> None:
    """C published two records and D three for each of them: next runs twice, once per record of C."""
    links = "{from: b, to: c}, {from: c, to: d}, {from: d, to: j}"
    script = {**ALL, "c": publishes("C1", "C2"), "d": publishes(1, 2, 3)}
    assert branching("a", links, "c", script).values("next") == ["A|B|C1|", "A|B|C2|"]


def test_a_selected_activity_that_did_not_arrive_gives_nothing_to_run() -> None:
    """D is selected and fails; C arrives, but there is no record to republish."""
    ran = branching("a", DIAMOND, "d", {**ALL, "d": FAILS})
    assert ran.count("next") == 0


def test_a_junction_publishes_the_name_of_the_selected_activity() -> None:
    """'Selected branch' is the name people gave the activity, not its id."""
    ran = run(
        """
        activities:
          a: {type: test.step}
          b: {type: test.step, name: Copy the file}
          j: {type: runbook-control.junction, inputs: {return_data_from: b}}
          next: {type: test.step, inputs: {value: '{{ j["Selected branch"] }}'}}
        links: [{from: a, to: b}, {from: b, to: j}, {from: j, to: next}]
        """
    )
    assert ran.values("next") == ["Copy the file"]


def test_a_junction_that_selects_nothing_names_no_branch() -> None:
    """Without a selection 'Selected branch' is empty."""
    ran = run(
        """
        activities:
          a: {type: test.step}
          j: {type: runbook-control.junction}
          next: {type: test.step, inputs: {value: '[{{ j["Selected branch"] }}]'}}
        links: [{from: a, to: j}, {from: j, to: next}]
        """
    )
    assert ran.values("next") == ["[]"]


CHAIN = """
    activities:
      a: {type: test.step}
      b: {type: test.step}
      c: {type: test.step}
      slow: {type: test.step}
      j1: {type: runbook-control.junction}
      j2: {type: runbook-control.junction}
      next: {type: test.step, inputs: {value: '{{ a.text }}'}}
    links: [{from: a, to: b}, {from: a, to: c}, {from: a, to: slow}, {from: b, to: j1}, {from: c, to: j1},
            {from: j1, to: j2}, {from: slow, to: j2}, {from: j2, to: next}]
    """


@pytest.mark.parametrize("turn", [0, 1, 2])
def test_a_junction_waits_for_the_junction_before_it(turn: int) -> None:
    """Whatever ends first, J2 fires once, after J1 and the slow branch."""
    ran = Driver(plan_of(CHAIN), {"a": publishes("A")}, choose=lambda _keys: turn).run()
    assert [name for name, _ in ran.started][-3:] == ["j1", "j2", "next"]
    assert ran.values("next") == ["A"]


def test_a_junction_that_never_fires_does_not_hold_the_next_one() -> None:
    """Both branches of J1 end before it: J2 goes on with the slow branch alone."""
    ran = Driver(plan_of(CHAIN), {"b": FAILS, "c": FAILS}).run()
    assert (ran.count("j1"), ran.count("j2"), ran.count("next")) == (0, 1, 1)


def test_nested_junctions_keep_the_history_of_what_was_selected() -> None:
    """The inner junction selects C, the outer one E behind it: next reads A, C and E, but not B."""
    ran = run(
        """
        activities:
          a: {type: test.step}
          b: {type: test.step}
          c: {type: test.step}
          d: {type: test.step}
          inner: {type: runbook-control.junction, inputs: {return_data_from: c}}
          e: {type: test.step}
          outer: {type: runbook-control.junction, inputs: {return_data_from: e}}
          next: {type: test.step, inputs: {value: '{{ a.text }}{{ b.text }}{{ c.text }}{{ d.text }}{{ e.text }}'}}
        links: [{from: a, to: b}, {from: a, to: c}, {from: a, to: d}, {from: b, to: inner}, {from: c, to: inner},
                {from: inner, to: e}, {from: e, to: outer}, {from: d, to: outer}, {from: outer, to: next}]
        """,
        **{each: publishes(each.upper()) for each in "abcde"},
    )
    assert ran.values("next") == ["ACE"]


def test_a_disabled_link_is_no_branch() -> None:
    """Nothing comes over it, so the junction does not wait for it and the history does not end where it parts."""
    links = DIAMOND.replace("{from: d, to: j}", "{from: d, to: j, enabled: false}")
    assert branching("a", links, "", ALL).values("next") == ["A|B|C|"]


def test_a_delayed_branch_holds_the_junction() -> None:
    """A batch that still waits for its link's delay can reach the junction."""
    links = DIAMOND.replace("{from: d, to: j}", "{from: d, to: j, delay_seconds: 60}")
    ran = branching("a", links, "d", {**ALL, "d": publishes("late")})
    assert ran.values("next") == ["A|B||late"]


def test_a_disabled_junction_ends_every_path() -> None:
    """It does not run, and nothing behind it does (OQ-26)."""
    ran = run(
        """
        activities:
          a: {type: test.step}
          j: {type: runbook-control.junction, enabled: false}
          next: {type: test.step}
        links: [{from: a, to: j}, {from: j, to: next}]
        """
    )
    assert [name for name, _ in ran.started] == ["a"]


def test_a_failure_that_reaches_a_junction_is_handled() -> None:
    """The link took it, so the instance ends with a warning, although nothing of it goes on."""
    links = DIAMOND.replace("{from: c, to: j}", "{from: c, to: j, include: []}")
    ran = branching("a", links, "d", {**ALL, "c": FAILS})
    assert (ran.count("next"), ran.end.outcome) == (1, Outcome.WARNING)


def test_a_waiting_junction_says_what_it_waits_for() -> None:
    """While C has arrived and D runs: one live batch, and C has delivered."""
    text = """
        activities:
          a: {type: test.step}
          c: {type: test.step}
          d: {type: test.step}
          j: {type: runbook-control.junction}
        links: [{from: a, to: c}, {from: a, to: d}, {from: c, to: j}, {from: d, to: j}]
        """
    driver = Driver(plan_of(text), {})
    driver.send(InstanceStarted(BEGINNING))
    for activity in ("a", "c"):
        open_ = [each for each in driver.ran.conductor.open.values() if isinstance(each, StartActivity)]
        driver.send(driver.answer(next(each for each in open_ if each.activity == activity)))
    (junction,) = [each for each in waits_of(driver.ran.conductor) if each.kind == "junction"]
    assert (junction.activity, junction.arrived, junction.missing) == ("j", ("c",), ("d",))
