"""What compiling a runbook finds out once, so that its instances need not (architecture.md 2)."""

from __future__ import annotations

import pytest

from orchestrion.model.branches import last_common
from orchestrion.model.errors import InvalidError
from tests.unit.engine.driver import plan_of


def test_the_plan_starts_where_no_link_leads() -> None:
    """The one activity without an incoming link, wherever it stands in the document (2.4)."""
    assert plan_of("{activities: {b: {type: test.step}, a: {type: test.step}}, links: [{from: a, to: b}]}").start == "a"


@pytest.mark.parametrize(
    ("activities", "links", "reason"),
    [
        ("{}", "[]", "has no activities"),
        ("{a: {type: test.step}, b: {type: test.step}}", "[]", "2 starting points"),
        ("{a: {type: test.other}}", "[]", "no registered pack provides"),
        (
            "{a: {type: test.step}, b: {type: test.step}, c: {type: test.step}}",
            "[{from: a, to: b}, {from: b, to: c}, {from: c, to: b}]",
            "cycle",
        ),
        ("{a: {type: test.step}, b: {type: test.step}}", "[{from: a, to: b}, {from: a, to: b}]", "repeats link 1"),
        ("{a: {type: test.step}, b: {type: test.monitor}}", "[{from: a, to: b}]", "only be the starting point"),
        ("{a: {type: test.step, inputs: {value: '{{ b.x }}'}}}", "[]", "does not exist"),
    ],
)
def test_what_cannot_be_checked_in_cannot_be_compiled(activities: str, links: str, reason: str) -> None:
    """The error says why (vector 25)."""
    with pytest.raises(InvalidError, match=reason):
        plan_of(f"{{activities: {activities}, links: {links}}}")


def test_only_items_that_something_reads_are_kept() -> None:
    """Inputs and conditions read; common items are listed apart, because they are derived."""
    plan = plan_of(
        """
        activities:
          a: {type: test.step}
          b: {type: test.step, inputs: {value: '{{ a.text }} {{ a["Activity name"] }}'}}
        links: [{from: a, to: b, include: [{not: {item: n, operator: equals, value: 1}}]}]
        """
    )
    assert plan.activities["a"].reads == {"text", "n"}
    assert plan.activities["a"].common_reads == {"Activity name"}
    assert not plan.activities["b"].reads


def test_items_are_read_in_every_place() -> None:
    """Right sides of conditions, loops and nested inputs count as well."""
    plan = plan_of(
        """
        returned_data: [{name: r}]
        activities:
          a: {type: test.step, looping: {exit: [{item: n, operator: equals, value: 1}]}}
          b: {type: runbook-control.return-data, inputs: {values: {r: "{{ Upper(a.text) }}"}}}
        links: [{from: a, to: b, exclude: [{item: x, operator: equals, value: '{{ a["y"] }}'}]}]
        """
    )
    assert plan.activities["a"].reads == {"n", "text", "x", "y"}


def test_the_plan_names_the_variables_in_use() -> None:
    """In inputs and in conditions; the executor reads just these when the instance starts."""
    plan = plan_of(
        """
        activities:
          a: {type: test.step, inputs: {value: '{{ var["One"] }}'}}
          b: {type: test.step}
        links: [{from: a, to: b, include: [{item: x, operator: equals, value: '{{ var["Two"] }}'}]}]
        """
    )
    assert plan.variables == {"One", "Two"}


def test_disabled_links_are_left_out() -> None:
    """Also those of a disabled activity, which does not run."""
    plan = plan_of(
        """
        activities: {a: {type: test.step}, b: {type: test.step, enabled: false}, c: {type: test.step}}
        links: [{from: a, to: b}, {from: a, to: c, enabled: false}, {from: b, to: c}]
        """
    )
    assert [link.target for link in plan.activities["a"].links] == ["b"]
    assert plan.activities["b"].links == ()


def test_an_activity_knows_its_nearest_junctions() -> None:
    """Junctions behind junctions are those ones' affair."""
    plan = plan_of(
        """
        activities:
          a: {type: test.step}
          b: {type: test.step}
          j1: {type: runbook-control.junction}
          j2: {type: runbook-control.junction}
        links: [{from: a, to: b}, {from: b, to: j1}, {from: a, to: j1}, {from: j1, to: j2}]
        """
    )
    nearest = {each: planned.junctions for each, planned in plan.activities.items()}
    assert nearest == {"a": ("j1",), "b": ("j1",), "j1": ("j2",), "j2": ()}


def test_a_junction_knows_where_its_branches_part() -> None:
    """The last activity that every way to it passes: B, and for what follows a single way the one before."""
    ways = {"a": ("b",), "b": ("c", "d"), "c": ("e", "f"), "d": ("f",), "e": ("f",), "f": ("g",), "g": ()}
    assert last_common("a", ways) == {"b": "a", "c": "b", "d": "b", "e": "c", "f": "b", "g": "f"}


def test_ways_that_do_not_come_from_the_start_do_not_count() -> None:
    """C hangs on a disabled link only: what it leads to is reached without it."""
    assert last_common("a", {"a": ("b",), "b": (), "c": ("b",)}) == {"b": "a"}
