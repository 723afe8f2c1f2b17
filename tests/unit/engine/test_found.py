"""What the ordered reference interpreter has found: each test is the smallest runbook that shows it."""

from __future__ import annotations

from orchestrion.engine.commands import command_key
from tests.unit.engine.driver import Driver, Ends, plan_of, publishes, run

GROUP = {"Web": ("w1", "w2")}


def test_a_for_each_over_a_computer_group_ends_when_members_run_side_by_side() -> None:
    """Every member is an execution of the group with rounds of its own (spec 6.1)."""
    plan = plan_of(
        """
        activities:
          l: {type: runbook-control.for-each, inputs: {items: '{{ group["Web"] }}'}, behaviour: {parallel: 2}}
          b: {type: test.step, group: l, inputs: {value: '{{ l["Item"] }}'}}
        links: []
        """
    )
    assert Driver(plan, {}, computer_groups=GROUP).run().values("b") == ["w1", "w2"]


def test_the_rounds_of_two_members_have_keys_of_their_own() -> None:
    """No command is issued twice in one life of an instance (durability.md 1)."""
    plan = plan_of(
        """
        activities:
          l: {type: runbook-control.for-each, inputs: {items: '{{ group["Web"] }}'}}
          a: {type: test.step, group: l}
          b: {type: test.step, group: l}
          j: {type: runbook-control.junction, group: l, inputs: {timeout_seconds: 60}}
        links: [{from: a, to: b}, {from: a, to: j}, {from: b, to: j}]
        """
    )
    ran = Driver(plan, {}, computer_groups=GROUP).run()
    keys = [command_key(command) for issued in ran.commands for command in issued]
    assert len(keys) == len(set(keys))


def test_a_while_asks_every_member_without_the_data_of_another() -> None:
    """The condition reads what the last round of this execution published; before the first there is nothing."""
    plan = plan_of(
        """
        activities:
          l:
            type: runbook-control.while
            inputs: {condition: '{{ Coalesce(b.x, group["Web"] != "") }}', return_data_from: b}
          b: {type: test.step, group: l}
        links: []
        """
    )
    assert Driver(plan, {"b": Ends(records=({"x": False},))}, computer_groups=GROUP).run().count("b") == 2


def test_a_merge_takes_one_record_of_a_group_that_ran_once() -> None:
    """Behind the junction a group reads as it does before it: as what it published in the end."""
    ran = run(
        """
        activities:
          a: {type: test.step}
          l: {type: runbook-control.for-each, inputs: {items: [x], return_data_from: b}}
          b: {type: test.step, group: l}
          j: {type: runbook-control.junction, inputs: {merge: true}}
          n: {type: test.step, inputs: {value: '{{ l["Number of items"] }}|{{ l["Item"] }}'}}
        links: [{from: a, to: l}, {from: a, to: j}, {from: l, to: j}, {from: j, to: n}]
        """
    )
    assert ran.values("n") == ["1|"]


def test_a_record_that_went_through_a_merge_is_still_the_same_record() -> None:
    """A junction that selects it republishes it once, also when it arrives without the merge as well (OQ-16)."""
    ran = run(
        """
        activities:
          a: {type: test.step}
          b: {type: test.step}
          c: {type: test.step}
          m: {type: runbook-control.junction, inputs: {merge: true}}
          j: {type: runbook-control.junction, inputs: {return_data_from: c}}
          n: {type: test.step, inputs: {value: '{{ c.text }}'}}
        links:
        - {from: a, to: b}
        - {from: a, to: c}
        - {from: b, to: m}
        - {from: c, to: m}
        - {from: m, to: j}
        - {from: c, to: j}
        - {from: j, to: n}
        """,
        c=publishes("C"),
    )
    assert ran.values("n") == ["C"]


def test_a_junction_in_a_while_takes_nothing_from_the_last_round() -> None:
    """The chosen activity did not run in the second round, so nothing goes on from the junction (decision 4)."""
    ran = run(
        """
        activities:
          l: {type: runbook-control.while, inputs: {condition: 'true', return_data_from: b, max_rounds: 2}}
          a: {type: test.step, group: l}
          b: {type: test.step, group: l}
          c: {type: test.step, group: l}
          j: {type: runbook-control.junction, group: l, inputs: {return_data_from: b}}
          n: {type: test.step, group: l, inputs: {value: '{{ b.text }}'}}
        links:
        - {from: a, to: b, include: [{item: n, operator: equals, value: "1"}]}
        - {from: a, to: c}
        - {from: b, to: j}
        - {from: c, to: j}
        - {from: j, to: n}
        """,
        a=[publishes(1), publishes(2)],
        b=publishes("first"),
    )
    assert ran.values("n") == ["first"]


def test_a_while_gives_every_record_that_its_last_round_returned() -> None:
    """What follows runs once per record, as the field says and as a For Each and a failed While do."""
    ran = run(
        """
        activities:
          l: {type: runbook-control.while, inputs: {condition: '{{ Coalesce(b.x, true) }}', return_data_from: b}}
          b: {type: test.step, group: l}
          n: {type: test.step, inputs: {value: '{{ b.text }}'}}
        links: [{from: l, to: n}]
        """,
        b=Ends(records=({"x": False, "text": "one"}, {"x": False, "text": "two"})),
    )
    assert ran.values("n") == ["one", "two"]


def test_a_while_that_has_ended_leaves_no_rounds() -> None:
    """A snapshot of a long run must not grow with every While in it."""
    ran = run(
        """
        activities:
          l: {type: runbook-control.while, inputs: {condition: '{{ Coalesce(b.x, true) }}', return_data_from: b}}
          b: {type: test.step, group: l}
        links: []
        """,
        b=Ends(records=({"x": False},)),
    )
    assert not ran.conductor.rounds


def test_a_merge_in_a_while_joins_nothing_of_the_last_round() -> None:
    """Behind the junction the data of this round is read, without the record that the last round left (decision 6)."""
    ran = run(
        """
        activities:
          l: {type: runbook-control.while, inputs: {condition: 'true', return_data_from: b, max_rounds: 2}}
          a: {type: test.step, group: l}
          b: {type: test.step, group: l}
          c: {type: test.step, group: l}
          j: {type: runbook-control.junction, group: l, inputs: {merge: true}}
          n: {type: test.step, group: l, inputs: {value: '{{ b.text }}'}}
        links:
        - {from: a, to: b, include: [{item: n, operator: equals, value: "1"}]}
        - {from: a, to: c}
        - {from: b, to: j}
        - {from: c, to: j}
        - {from: j, to: n}
        """,
        a=publishes(1, 2),
        b=[publishes("first"), publishes("second")],
    )
    assert ran.values("n") == ["first", "second"]
