"""For Each and While: bodies that run in rounds (spec 3.9 [R], durability.md 3)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from orchestrion.engine.replay import replay
from orchestrion.engine.snapshot import write_snapshot
from orchestrion.model.errors import InvalidError
from orchestrion.model.job import Outcome
from orchestrion.model.values import Json
from tests.unit.engine.driver import FAILS, Driver, Ends, Ran, Rule, plan_of, publishes, run


def each(items: str, body: str = "", links: str = "", group: str = "", **script: Rule) -> Ran:
    """A For Each over `items` whose body begins with `b`, followed by `next`, which reads what comes out."""
    return run(
        f"""
        activities:
          loop: {{type: runbook-control.for-each, inputs: {{items: {items}}} {group}}}
          b: {{type: test.step, group: loop, inputs: {{value: '{{{{ loop["Item"] }}}}'}}}}
          {body}
          next: {{type: test.step, inputs: {{value: '{{{{ loop["Number of items"] }}}}'}}}}
        links: [{{from: loop, to: next}} {links}]
        """,
        **script,
    )


def test_the_body_runs_once_per_item_in_order() -> None:
    """Each round reads its own item; what follows the group runs once."""
    ran = each("[x, y, z]")
    assert ran.values("b") == ["x", "y", "z"]
    assert ran.values("next") == [3]
    assert ran.end.outcome is Outcome.SUCCESS


def test_a_text_is_split_into_lines() -> None:
    """A flattened text that a subscription brings becomes items again."""
    assert each('["x\\ny"]').values("b") == ["x", "y"]


def test_a_json_list_keeps_its_types() -> None:
    """Numbers of a JSON list stay numbers."""
    assert each("['[1, 2]']").values("b") == [1, 2]


def test_without_items_the_body_does_not_run() -> None:
    """The group still ends, with success."""
    ran = each("[]")
    assert ran.count("b") == 0
    assert ran.values("next") == [0]


def test_a_failed_item_fails_the_group_after_all_items() -> None:
    """The others run; the group says how many failed and why, and its links can take that."""

    def second_fails(inputs: Mapping[str, Json], _number: int) -> Ends:
        return FAILS if inputs["value"] == "y" else Ends()

    ran = each("[x, y, z]", b=second_fails)
    assert ran.count("b") == 3
    assert ran.count("next") == 0
    assert ran.end.outcome is Outcome.FAILED
    assert "1 of 3 items failed; the first: b: it broke" in ran.end.error


def test_a_junction_in_the_body_joins_the_branches_of_its_own_round() -> None:
    """Every round has junctions of its own."""
    body = """
          c: {type: test.step, group: loop}
          d: {type: test.step, group: loop}
          j: {type: runbook-control.junction, group: loop, inputs: {return_data_from: b}}
          e: {type: test.step, group: loop, inputs: {value: '{{ b.text }}'}}"""
    links = ", {from: b, to: c}, {from: b, to: d}, {from: c, to: j}, {from: d, to: j}, {from: j, to: e}"

    def told(inputs: Mapping[str, Json], _number: int) -> Ends:
        return publishes(str(inputs["value"]))

    ran = each("[x, y]", body, links, group=", behaviour: {parallel: 2}", b=told)
    assert sorted(map(str, ran.values("e"))) == ["x", "y"]


def test_rounds_run_side_by_side_as_far_as_the_author_allows() -> None:
    """With a parallelism of two the second item begins before the first has ended."""
    ran = each("[x, y, z]", group=", behaviour: {parallel: 2}")
    begun = [name for name, _ in ran.started]
    assert begun[:3] == ["loop", "b", "b"]
    assert len([1 for commands in ran.commands for each in commands if "loop" in repr(each)]) >= 1


def test_the_data_of_a_returned_activity_goes_on() -> None:
    """What follows runs once per record that the chosen activity gave, in the order of the items, and can read it."""
    ran = run(
        """
        activities:
          loop: {type: runbook-control.for-each, inputs: {items: [x, y], return_data_from: b}}
          b: {type: test.step, group: loop, inputs: {value: '{{ loop["Item"] }}'}}
          next: {type: test.step, inputs: {value: '{{ b.text }}{{ loop["Number of items"] }}'}}
        links: [{from: loop, to: next}]
        """,
        b=lambda inputs, _number: publishes(f"<{inputs['value']}>"),
    )
    assert ran.values("next") == ["<x>2", "<y>2"]


def test_groups_nest() -> None:
    """The body of a round may have rounds of its own, and reads the items of both."""
    ran = run(
        """
        activities:
          outer: {type: runbook-control.for-each, inputs: {items: [a, b]}}
          inner: {type: runbook-control.for-each, group: outer, inputs: {items: ["1", "2"]}}
          step: {type: test.step, group: inner, inputs: {value: '{{ outer["Item"] }}{{ inner["Item"] }}'}}
        links: []
        """
    )
    assert ran.values("step") == ["a1", "a2", "b1", "b2"]


def test_a_group_runs_once_per_record_that_reaches_it() -> None:
    """Records of the activity before it go through one after the other."""
    ran = run(
        """
        activities:
          a: {type: test.step}
          loop: {type: runbook-control.for-each, inputs: {items: ["1", "2"]}}
          b: {type: test.step, group: loop, inputs: {value: '{{ a.text }}{{ loop["Item"] }}'}}
        links: [{from: a, to: loop}]
        """,
        a=publishes("x", "y"),
    )
    assert ran.values("b") == ["x1", "x2", "y1", "y2"]


WHILE = """
    activities:
      loop: {type: runbook-control.while, inputs: {condition: '{{ %s }}', return_data_from: b, max_rounds: 5}}
      b: {type: test.step, group: loop, inputs: {value: '{{ loop["Round"] }}'}}
      next: {type: test.step, inputs: {value: '{{ loop["Number of rounds"] }}/{{ b.text }}'}}
    links: [{from: loop, to: next}]
    """


def test_a_while_asks_before_every_round() -> None:
    """The condition reads what the last round published; before the first there is nothing."""
    ran = run(
        WHILE % "If(IsDone(b.text), false, true)".replace("IsDone(b.text)", 'Instr(b.text, "stop")'),
        b=[publishes("on"), publishes("stop")],
    )
    assert ran.values("b") == [1, 2]
    assert ran.values("next") == ["2/stop"]


def test_a_while_ends_with_an_error_at_its_cap() -> None:
    """A condition that always holds does not run for ever."""
    ran = run(WHILE % "true")
    assert ran.count("b") == 5
    assert "after 5 rounds" in ran.end.error


def test_a_while_whose_condition_never_holds_runs_nothing() -> None:
    """The group ends with success and no rounds."""
    assert run(WHILE % "false").values("next") == ["0/"]


def test_a_failed_round_ends_the_while() -> None:
    """The group fails with the error of the round."""
    ran = run(WHILE % "true", b=[publishes("x"), FAILS])
    assert ran.count("b") == 2
    assert "Round 2 failed: b: it broke" in ran.end.error


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_group_is_rebuilt_from_its_journal(cut: int) -> None:
    """A takeover in the middle of any round asks for what the live run asked for."""
    text = """
        activities:
          loop: {type: runbook-control.for-each, inputs: {items: [x, y, z]}, behaviour: {parallel: 2}}
          b: {type: test.step, group: loop}
          c: {type: test.step, group: loop}
        links: [{from: b, to: c}]
        """
    driver = Driver(plan_of(text), {})
    ran = driver.run()
    upto = min(cut, len(ran.journal) - 1)
    rebuilt = replay(driver.plan, ran.journal[:upto])
    assert repr(dict(rebuilt.open)) == repr(ran.open_after[upto - 1])
    from_snapshot = replay(driver.plan, ran.journal[upto:], write_snapshot(rebuilt))
    assert from_snapshot.ended == ran.end


TYPE = "runbook-control.for-each"
EACH, INSIDE = f"{{type: {TYPE}}}", "{type: test.step, group: l}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("activities: {loop: {type: runbook-control.for-each}}", "has no activities inside"),
        ("activities: {a: {type: test.step, group: x}}", "which is no For Each or While"),
        (
            f"{{activities: {{l: {EACH}, a: {INSIDE}, b: {{type: test.step}}}}, links: [{{from: a, to: b}}]}}",
            "leads into or out of a group",
        ),
        (
            f"activities: {{l: {EACH}, a: {INSIDE}, b: {INSIDE}}}",
            "must have one activity to begin its rounds with; found: 'a', 'b'",
        ),
        (
            f"activities: {{l: {{type: {TYPE}, inputs: {{return_data_from: '{{{{ x.y }}}}'}}}}, a: {INSIDE}}}",
            "cannot be subscribed",
        ),
        (
            f"activities: {{l: {{type: {TYPE}, group: k}}, k: {{type: {TYPE}, group: l}}, a: {{type: test.step}}}}",
            "a group that contains itself",
        ),
    ],
)
def test_a_group_that_makes_no_sense_is_refused(text: str, message: str) -> None:
    """The finding names the group and the way out."""
    with pytest.raises(InvalidError) as caught:
        plan_of(text)
    assert any(message in each for each in caught.value.problems)


def test_the_body_of_a_group_cannot_be_read_from_outside_unless_it_is_returned() -> None:
    """What happens in a round stays there."""
    with pytest.raises(InvalidError) as caught:
        plan_of(
            """
            activities:
              loop: {type: runbook-control.for-each, inputs: {items: [x]}}
              b: {type: test.step, group: loop}
              next: {type: test.step, inputs: {value: '{{ b.text }}'}}
            links: [{from: loop, to: next}]
            """
        )
    assert any("does not run before it" in each for each in caught.value.problems)
