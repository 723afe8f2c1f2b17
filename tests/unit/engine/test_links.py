"""Links: which records pass, when, and what a failure that none takes does to the instance (spec 3.1-3.7, OQ-13)."""

from __future__ import annotations

import pytest

from orchestrion.engine.commands import StartActivity, StartDelay
from orchestrion.engine.signals import ActivityEnded
from orchestrion.model.job import Outcome
from orchestrion.model.values import Value
from tests.unit.engine.driver import FAILS, WARNS, Driver, Ends, Ran, Rule, plan_of, publishes, run


def linked(link: str, a: Rule) -> Ran:
    """A run of A and B, joined by one link with these settings."""
    settings = f", {link}" if link else ""
    return run(
        f"""
        activities: {{a: {{type: test.step}}, b: {{type: test.step, inputs: {{value: '{{{{ a["x"] }}}}'}}}}}}
        links: [{{from: a, to: b{settings}}}]
        """,
        a=a,
    )


def passes(left: Value, condition: str) -> bool:
    """Whether a record whose item `x` is `left` passes a link that includes this one comparison."""
    return linked(f"include: [{{item: x, {condition}}}]", Ends(records=({"x": left},))).count("b") == 1


@pytest.mark.parametrize(
    ("left", "operator", "right", "expected"),
    [
        ("Disk full", "contains", "FULL", True),
        ("Disk full", "contains", "empty", False),
        ("Disk full", "does not contain", "empty", True),
        ("Disk full", "does not contain", "FULL", False),
        ("Disk full", "starts with", "disk", True),
        ("Disk full", "starts with", "full", False),
        ("Disk full", "ends with", "Full", True),
        ("Disk full", "ends with", "disk", False),
        ("Disk full", "equals", "DISK FULL", True),
        ("Disk full", "equals", "disk", False),
        ("Disk full", "does not equal", "disk", True),
        ("Disk full", "does not equal", "DISK FULL", False),
        ("b", "is one of", "A; B; C", True),
        ("d", "is one of", "A; B; C", False),
    ],
)
def test_text_operators_ignore_case(left: str, operator: str, right: str, expected: bool) -> None:
    """Comparisons of text do not tell upper from lower case (3.4)."""
    assert passes(left, f"operator: {operator}, value: '{right}'") is expected


@pytest.mark.parametrize("operator", ["contains", "starts with", "ends with", "equals", "matches pattern"])
def test_case_counts_where_the_author_says_so(operator: str) -> None:
    """The case-sensitive variant of each text operator (OQ-25)."""
    assert passes("Disk", f"operator: {operator}, value: Disk, case_sensitive: true")
    assert not passes("Disk", f"operator: {operator}, value: disk, case_sensitive: true")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("full$", False),
        (".*full$", True),
        ("^disk", False),
        ("^disk.*", True),
        ("disk [A-D] .*", True),
        ("disk [^D] .*", False),
        ("disk d is (full|empty)", True),
        ("dis?k+ D is ful{2}", True),
        ("(", False),
    ],
)
def test_a_pattern_matches_the_whole_value(pattern: str, expected: bool) -> None:
    """The documented examples on `disk D is full`; what is no pattern matches nothing (3.4)."""
    assert passes("disk D is full", f"operator: matches pattern, value: '{pattern}'") is expected


@pytest.mark.parametrize(("pattern", "expected"), [("full$", True), (".*full$", False)])
def test_does_not_match_pattern_is_its_opposite(pattern: str, expected: bool) -> None:
    """It holds for what does not match as a whole."""
    assert passes("disk D is full", f"operator: does not match pattern, value: '{pattern}'") is expected


def test_contains_pattern_searches() -> None:
    """Our operator for the ordinary meaning of a pattern."""
    assert passes("disk D is full", "operator: contains pattern, value: 'full$'")


@pytest.mark.parametrize(
    ("operator", "matching"),
    [
        ("equals", {5}),
        ("does not equal", {4, 6}),
        ("is less than", {4}),
        ("is greater than", {6}),
        ("is less than or equal to", {4, 5}),
        ("is greater than or equal to", {5, 6}),
    ],
)
def test_number_operators(operator: str, matching: set[int]) -> None:
    """Each of the six on the numbers around its value."""
    assert {number for number in (4, 5, 6) if passes(number, f"operator: {operator}, value: 5")} == matching


@pytest.mark.parametrize(("left", "expected"), [(2, True), (7, True), (10, True), (1, False), (11, False)])
def test_between_includes_both_ends(left: int, expected: bool) -> None:
    """The bounds belong to the range (OQ-3)."""
    assert passes(left, "operator: is between, value: 2, upper: 10") is expected


def test_numbers_compare_by_value_also_as_text() -> None:
    """9 is less than 10, whether the activity published numbers or texts."""
    assert passes("9", "operator: is less than, value: '10'")
    assert passes(10, "operator: equals, value: '10.0'")


def test_what_is_no_number_is_neither_less_nor_greater() -> None:
    """A comparison that makes no sense is false and never fails the instance."""
    assert not passes("many", "operator: is less than, value: 5")
    assert not passes("many", "operator: is greater than, value: 5")


@pytest.mark.parametrize(
    ("operator", "right", "expected"), [("equals", "true", True), ("does not equal", "true", False)]
)
def test_boolean_operators(operator: str, right: str, expected: bool) -> None:
    """A boolean compares with the texts true and false."""
    assert passes(True, f"operator: {operator}, value: '{right}'") is expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("is before", [True, False, False]),
        ("is after", [False, False, True]),
        ("is on or before", [True, True, False]),
        ("is on or after", [False, True, True]),
    ],
)
def test_moments_compare_as_instants(operator: str, expected: list[bool]) -> None:
    """The zone does not matter: 12:00+02:00 is 10:00 in UTC (OQ-2)."""
    moments = ["2026-01-01T11:59:59+02:00", "2026-01-01T12:00:00+02:00", "2026-01-01T12:00:01+02:00"]
    condition = f"operator: {operator}, value: '2026-01-01T10:00:00+00:00'"
    assert [passes(moment, condition) for moment in moments] == expected


def test_between_takes_moments() -> None:
    """The bounds may be dates, and belong to the range."""
    condition = "operator: is between, value: '2026-01-01', upper: '2026-01-31'"
    assert passes("2026-01-31", condition)
    assert not passes("2026-02-01", condition)


@pytest.mark.parametrize(("left", "empty"), [("", True), (None, True), ("x", False), (0, False), (False, False)])
def test_empty_and_not_empty(left: Value, empty: bool) -> None:
    """Nothing and an empty text are empty; zero and false are not."""
    assert passes(left, "operator: is empty") is empty
    assert passes(left, "operator: is not empty") is not empty


@pytest.mark.parametrize(("statuses", "taken"), [("[success]", 0), ("[warning]", 1), ("[warning, failed]", 1)])
def test_a_status_condition_takes_each_status_it_names(statuses: str, taken: int) -> None:
    """A condition may name several at once (3.3)."""
    assert linked(f"include: [{{status: {statuses}}}]", WARNS).count("b") == taken


def test_include_conditions_are_joined_by_or() -> None:
    """One true condition is enough."""
    assert linked("include: [{item: x, operator: equals, value: no}, {status: [success]}]", Ends()).count("b") == 1


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("{all: [{item: x, operator: equals, value: 1}, {item: y, operator: equals, value: 2}]}", True),
        ("{all: [{item: x, operator: equals, value: 1}, {item: y, operator: equals, value: 3}]}", False),
        ("{any: [{item: x, operator: equals, value: 9}, {item: y, operator: equals, value: 2}]}", True),
        ("{any: [{item: x, operator: equals, value: 9}, {item: y, operator: equals, value: 3}]}", False),
        ("{not: {item: x, operator: equals, value: 9}}", True),
        ("{not: {any: [{status: [failed]}, {all: [{item: x, operator: equals, value: 1}]}]}}", False),
    ],
)
def test_groups_nest(group: str, expected: bool) -> None:
    """AND, OR and NOT in any depth, on Include and Exclude alike (3.2)."""
    ends = Ends(records=({"x": 1, "y": 2},))
    assert (linked(f"include: [{group}]", ends).count("b") == 1) is expected
    assert (linked(f"exclude: [{group}]", ends).count("b") == 0) is expected


def test_the_right_side_may_subscribe() -> None:
    """A condition compares two items of the same record."""
    ends = Ends(records=({"x": 1, "y": 2}, {"x": 3, "y": 3}))
    ran = linked("""include: [{item: x, operator: equals, value: '{{ a["y"] }}'}]""", ends)
    assert ran.values("b") == [3]


def test_common_items_can_be_compared() -> None:
    """The left side may be any item, common ones included (3.2)."""
    condition = "include: [{item: Error summary text, operator: contains, value: BROKE}]"
    assert linked(condition, FAILS).count("b") == 1


def test_common_items_repeat_on_each_record() -> None:
    """Every record of one execution carries the single-valued items (3.7)."""
    condition = "include: [{item: Activity name, operator: equals, value: a}]"
    assert linked(condition, publishes(1, 2)).count("b") == 2


def test_an_execution_without_records_still_passes_one() -> None:
    """The successor of a query that found nothing runs once, with specific items empty (OQ-4)."""
    assert linked("", Ends()).values("b") == [""]


def test_a_link_passes_nothing_while_disabled() -> None:
    """It keeps its settings and passes nothing (3.1)."""
    assert linked("enabled: false", Ends()).count("b") == 0


def test_a_disabled_activity_ends_the_path() -> None:
    """It does not run and its links do not fire (OQ-26)."""
    ran = run(
        """
        activities: {a: {type: test.step}, b: {type: test.step, enabled: false}, c: {type: test.step}}
        links: [{from: a, to: b}, {from: b, to: c}]
        """
    )
    assert [name for name, _ in ran.started] == ["a"]
    assert ran.end.outcome is Outcome.SUCCESS


def test_each_link_to_one_target_makes_its_own_batch() -> None:
    """Two links that pass the same records run the target twice for each, with no de-duplication (OQ-18)."""
    ran = run(
        """
        activities: {a: {type: test.step}, b: {type: test.step, inputs: {value: '{{ a["n"] }}'}}}
        links: [{from: a, to: b, name: one}, {from: a, to: b, name: two}]
        """,
        a=publishes(1, 2),
    )
    assert sorted(str(value) for value in ran.values("b")) == ["1", "1", "2", "2"]


def test_several_links_into_an_activity_are_no_join() -> None:
    """The target runs once per branch that arrives (3.6)."""
    ran = run(
        """
        activities: {a: {type: test.step}, b: {type: test.step}, c: {type: test.step}, d: {type: test.step}}
        links: [{from: a, to: b}, {from: a, to: c}, {from: b, to: d}, {from: c, to: d}]
        """
    )
    assert ran.count("d") == 2


def test_multiplicity_persists_along_the_path() -> None:
    """Three records make every later activity run three times (3.6)."""
    ran = run(
        """
        activities: {a: {type: test.step}, b: {type: test.step}, c: {type: test.step}}
        links: [{from: a, to: b}, {from: b, to: c}]
        """,
        a=publishes(1, 2, 3),
    )
    assert (ran.count("b"), ran.count("c")) == (3, 3)


def test_a_batch_ends_before_its_links_fire() -> None:
    """All three records go through B before C starts with the first."""
    ran = run(
        """
        activities: {a: {type: test.step}, b: {type: test.step}, c: {type: test.step}}
        links: [{from: a, to: b}, {from: b, to: c}]
        """,
        a=publishes(1, 2, 3),
    )
    assert [name for name, _ in ran.started] == ["a", "b", "b", "b", "c", "c", "c"]


def test_a_delay_is_an_absolute_moment() -> None:
    """It is due so many seconds after the source's batch ended, whatever else goes on (3.5)."""
    ran = linked("delay_seconds: 60", publishes(1, 2))
    (delay,) = [each for issued in ran.commands for each in issued if isinstance(each, StartDelay)]
    assert (delay.due - ran.journal[1][0].at).total_seconds() == 60


def test_a_delay_does_not_hold_other_branches() -> None:
    """C runs at once while B waits for its link."""
    ran = run(
        """
        activities: {a: {type: test.step}, b: {type: test.step}, c: {type: test.step}}
        links: [{from: a, to: b, delay_seconds: 60}, {from: a, to: c}]
        """
    )
    assert [type(command) for command in ran.commands[1]] == [StartDelay, StartActivity]


def test_a_stop_interrupts_a_delay() -> None:
    """Nothing waits for the rest of it (3.5, OQ-19)."""
    text = """
        activities: {a: {type: test.step}, b: {type: test.step}}
        links: [{from: a, to: b, delay_seconds: 60}]
        """
    ran = Driver(plan_of(text), {}).run(stop_after=2)
    assert (ran.count("b"), ran.end.outcome) == (0, Outcome.CANCELED)


def test_parallel_records_give_their_results_in_order() -> None:
    """Three at once, the last one ending first: C gets the results in the order of the records (OQ-31)."""
    text = """
        activities:
          a: {type: test.step}
          b: {type: test.step, inputs: {value: '{{ a["n"] }}'}, behaviour: {parallel: 3}}
          c: {type: test.step, inputs: {value: '{{ b["text"] }}'}}
        links: [{from: a, to: b}, {from: b, to: c}]
        """
    script: dict[str, Rule] = {"a": publishes(1, 2, 3), "b": lambda inputs, _number: publishes(f"b{inputs['value']}")}
    ran = Driver(plan_of(text), script, choose=lambda _keys: -1).run()
    ordinals = [signal.key.ordinal for signal, _ in ran.journal if isinstance(signal, ActivityEnded)]
    assert ordinals[1:4] == [2, 1, 0]
    assert ran.values("c") == ["b1", "b2", "b3"]


def test_no_more_records_run_at_once_than_allowed() -> None:
    """With a degree of two the third record waits for one of the first two."""
    text = "{a: {type: test.step}, b: {type: test.step, behaviour: {parallel: 2}}}"
    ran = run(f"{{activities: {text}, links: [{{from: a, to: b}}]}}", a=publishes(1, 2, 3))
    assert [len(issued) for issued in ran.commands[1:4]] == [2, 1, 0]


@pytest.mark.parametrize(
    ("link", "a", "outcome"),
    [
        ("", Ends(), Outcome.SUCCESS),
        ("", WARNS, Outcome.WARNING),
        ("", FAILS, Outcome.FAILED),
        ("include: []", WARNS, Outcome.WARNING),
        ("include: [{status: [failed]}]", FAILS, Outcome.WARNING),
        ("include: [{status: [failed]}]", Ends(), Outcome.SUCCESS),
    ],
)
def test_outcomes_roll_up(link: str, a: Ends, outcome: Outcome) -> None:
    """Failed when a failure went nowhere, warning when something failed or warned, else success (OQ-13)."""
    assert linked(link, a).end.outcome is outcome


def test_one_failed_record_that_no_link_takes_fails_the_instance() -> None:
    """The error link takes the first failed record and not the second, whose path ends there."""
    failed = Ends(FAILS.status, ({"x": 1}, {"x": 2}), "it broke")
    ran = linked("include: [{item: x, operator: equals, value: 1}]", failed)
    assert (ran.count("b"), ran.end.outcome, ran.end.error) == (1, Outcome.FAILED, "a: it broke")
