"""Loops, retries and flatten: what runs again, and what leaves (spec 3.9, 4.5; durability.md 1)."""

from __future__ import annotations

import pytest

from orchestrion.engine.commands import StartActivity, StartDelay
from orchestrion.engine.looping import flattened
from orchestrion.model.job import Outcome
from orchestrion.model.runbook import Flatten, FlattenFormat
from orchestrion.model.values import Value
from tests.unit.engine.driver import FAILS, WARNS, Driver, Ends, Ran, Rule, plan_of, publishes, run

NEVER = "{item: text, operator: equals, value: never}"


def looped(looping: str, a: Rule, reads: str = "text", behaviour: str = "") -> Ran:
    """A run of A, which loops, and of B after it, which reads an item of A."""
    return run(
        f"""
        activities:
          a: {{type: test.step, looping: {{{looping}}}, behaviour: {{{behaviour}}}}}
          b: {{type: test.step, inputs: {{value: '{{{{ a["{reads}"] }}}}'}}}}
        links: [{{from: a, to: b, include: []}}]
        """,
        a=a,
    )


def test_a_loop_ends_by_default_with_success() -> None:
    """Without conditions of its own a loop repeats failures and warnings."""
    ran = looped("", [FAILS, WARNS, Ends(), FAILS])
    assert ran.count("a") == 3
    assert ran.end.outcome is Outcome.SUCCESS


def test_do_not_exit_overrides_exit() -> None:
    """While a Do Not Exit condition is true the loop goes on, whatever Exit says."""
    do_not = "do_not_exit: [{item: text, operator: equals, value: wait}]"
    assert looped(do_not, [publishes("wait"), publishes("go")]).values("b") == ["go"]


def test_a_loop_without_exit_conditions_runs_to_its_cap() -> None:
    """An empty Exit list is never true: unlike an empty Include, it lets nothing out."""
    ran = looped("exit: [], max_attempts: 4", Ends())
    assert ran.count("a") == 4


def test_a_loop_exits_when_any_record_says_so() -> None:
    """One record of several that satisfies Exit ends the loop (OQ-5)."""
    leave = "exit: [{item: n, operator: equals, value: 7}]"
    assert looped(leave, [publishes(1, 2), publishes(1, 7, 3)]).count("a") == 2


def test_a_loop_stays_when_any_record_says_so() -> None:
    """One record of several that satisfies Do Not Exit keeps the loop going."""
    stay = "do_not_exit: [{item: n, operator: equals, value: 7}]"
    assert looped(stay, [publishes(1, 7), publishes(1)]).count("a") == 2


def test_only_the_last_attempt_is_published() -> None:
    """Records of earlier attempts go nowhere (OQ-5)."""
    ran = looped("exit: [{item: text, operator: equals, value: z}]", [publishes("x", "y"), publishes("w", "z")])
    assert ran.values("b") == ["w", "z"]


def test_loop_conditions_see_the_records_before_flatten() -> None:
    """Flatten joins what leaves the loop; the exit test reads the attempt's own records (3.6)."""
    leave = "exit: [{item: text, operator: equals, value: z}], max_attempts: 5"
    ran = looped(leave, [publishes("x"), publishes("y", "z")], behaviour="flatten: {separator: ;}")
    assert ran.values("b") == ["y;z"]


def test_every_attempt_has_the_same_input() -> None:
    """Subscriptions are not resolved anew between attempts."""
    ran = run(
        """
        activities:
          a: {type: test.step}
          b: {type: test.step, inputs: {value: '{{ a["text"] }}'}, looping: {}}
        links: [{from: a, to: b}]
        """,
        a=publishes("same"),
        b=[FAILS, FAILS, Ends()],
    )
    assert ran.values("b") == ["same"] * 3


def test_a_loop_over_its_attempts_fails() -> None:
    """The cap ends the loop as failed, and the instance says why."""
    ran = run(f"{{activities: {{a: {{type: test.step, looping: {{exit: [{NEVER}], max_attempts: 3}}}}}}, links: []}}")
    assert ran.count("a") == 3
    assert (ran.end.outcome, ran.end.error) == (Outcome.FAILED, "a: The loop did not exit within 3 attempts.")


def test_a_loop_over_its_time_fails() -> None:
    """Attempts end a second after each other: the third one is over two seconds after the first began."""
    ran = looped(f"exit: [{NEVER}], max_seconds: 2", Ends(), "Activity status")
    assert ran.count("a") == 3
    assert ran.values("b") == ["failed"]


@pytest.mark.parametrize("item", ["Error summary text", "Loop: Loop error message"])
def test_a_capped_loop_publishes_its_failure(item: str) -> None:
    """What follows a loop that hit its cap reads the failure, not how the last attempt ended."""
    ran = looped(f"exit: [{NEVER}], max_attempts: 1", Ends(), item)
    assert ran.values("b") == ["The loop did not exit within 1 attempts."]


def test_a_capped_loop_has_the_status_failed() -> None:
    """The common item says the same as the link's status condition."""
    assert looped(f"exit: [{NEVER}], max_attempts: 1", Ends(), "Activity status").values("b") == ["failed"]


def test_a_loop_that_exits_on_failure_passes_the_failure_on() -> None:
    """Leaving a loop does not mean success: the last attempt's status counts."""
    ran = looped("exit: [{status: [failed]}]", [Ends(), FAILS], "Activity status")
    assert ran.values("b") == ["failed"]
    assert ran.end.outcome is Outcome.WARNING


@pytest.mark.parametrize(
    ("item", "value"),
    [
        ("Loop: Enabled", True),
        ("Loop: Delay between attempts", 5),
        ("Loop: Number of attempts", 2),
        ("Loop: Total duration", 6.0),
        ("Loop: Loop error message", ""),
    ],
)
def test_a_loop_publishes_its_own_items(item: str, value: Value) -> None:
    """Five common items tell about the loop (4.2): two attempts, a wait of 5 s and one second for the second."""
    assert looped("delay_seconds: 5", [FAILS, Ends()], item).values("b") == [value]


def test_a_loop_waits_between_attempts() -> None:
    """The pause comes before each repetition, not before the first attempt and not after the last."""
    ran = looped("delay_seconds: 5", [FAILS, FAILS, Ends()])
    kinds = [type(command) for issued in ran.commands for command in issued][:5]
    assert kinds == [StartActivity, StartDelay, StartActivity, StartDelay, StartActivity]


def test_retries_nest_inside_a_loop_attempt() -> None:
    """Each attempt has its retries; what counts for Exit is how the last of them ended."""
    ran = looped("exit: [{status: [success]}]", [FAILS, WARNS, FAILS, Ends()], behaviour="retry: {attempts: 2}")
    commands = [each for issued in ran.commands for each in issued if isinstance(each, StartActivity)]
    keys = [(each.key.attempt, each.key.retry) for each in commands if each.activity == "a"]
    assert keys == [(1, 0), (1, 1), (2, 0), (2, 1)]


def test_a_loops_duration_counts_from_its_first_execution() -> None:
    """A first attempt that needs retries belongs to the loop's duration: 1 failure, 10 s wait, success 1 s later."""
    ran = looped("", [FAILS, Ends()], "Loop: Total duration", "retry: {attempts: 2, delay_seconds: 10}")
    assert ran.values("b") == [11.0]


def test_a_warning_is_not_retried() -> None:
    """Only failures are run again."""
    assert looped("exit: [{status: [warning]}]", WARNS, behaviour="retry: {attempts: 3}").count("a") == 1


def test_retry_waits_grow_by_the_backoff() -> None:
    """Waits of 10, 20 and 40 seconds, then the failure stands."""
    text = "{type: test.step, behaviour: {retry: {attempts: 4, delay_seconds: 10, backoff: 2}}}"
    driver = Driver(plan_of(f"{{activities: {{a: {text}}}, links: []}}"), {"a": FAILS})
    delays = [each for issued in driver.run().commands for each in issued if isinstance(each, StartDelay)]
    ends = [signal.at for signal, _ in driver.ran.journal[1::2]]
    waits = [(delay.due - ended).total_seconds() for delay, ended in zip(delays, ends, strict=False)]
    assert waits == [10, 20, 40]


@pytest.mark.parametrize(
    ("flatten", "values", "joined"),
    [
        (Flatten(FlattenFormat.SEPARATOR, ";"), ["x", "y", "z"], "x;y;z"),
        (Flatten(), [1, 2], "1,2"),
        (Flatten(FlattenFormat.LINES), ["x", "y"], "x\ny"),
        (Flatten(FlattenFormat.CSV), ["a,b", 'say "x"', "two\nlines", "plain"], '"a,b","say ""x""","two\nlines",plain'),
        (Flatten(FlattenFormat.CSV), ["a,b"], '"a,b"'),
        (Flatten(FlattenFormat.CSV), [""], ""),
        (Flatten(FlattenFormat.JSON), ["x", 2, True, None], '["x", 2, true, null]'),
        (Flatten(FlattenFormat.SEPARATOR, ";"), [True, None, 1.5], "true;;1.5"),
        (Flatten(), [5], "5"),
    ],
)
def test_flatten_joins_each_item_as_its_format_says(flatten: Flatten, values: list[Value], joined: str) -> None:
    """Every format gives one text per item, CSV quoted by RFC 4180, a single record like many."""
    assert flattened(flatten, [{"x": value} for value in values]) == {"x": joined}


def test_flatten_joins_every_item_by_itself() -> None:
    """Items keep their positions: what a record lacks counts as empty."""
    assert flattened(Flatten(), [{"x": 1, "y": "a"}, {"x": 2}]) == {"x": "1,2", "y": "a,"}
