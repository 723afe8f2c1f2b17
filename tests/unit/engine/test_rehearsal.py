"""Running a plan against canned results: virtual time, the order of endings, stops, limits and mistakes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from ruamel.yaml import YAML

from orchestrion.engine.expectations import Expectations, Rehearsal
from orchestrion.engine.plan import Plan, compile_plan
from orchestrion.engine.rehearsal import Case, EndlessRunError, Rehearsed, Result, rehearse
from orchestrion.engine.rehearsal_checks import mistakes
from orchestrion.model.activity_type import EffectTable
from orchestrion.model.codec import read_runbook
from orchestrion.model.condition import Status
from orchestrion.model.errors import DocumentError
from orchestrion.model.job import Outcome
from orchestrion.model.runbook import Activity, EffectClass
from orchestrion.model.values import Json
from tests.unit.engine import driver

ACT = replace(driver.TYPES["test.step"], id="test.act", effect=EffectTable(EffectClass.ONCE))
TYPES = {**driver.TYPES, ACT.id: ACT}
FAILED = Result(Status.FAILED, error="it broke")

CHAIN = """
activities:
  a: {type: test.act}
  b: {type: test.act, inputs: {value: '{{ a["n"] }}'}}
links: [{from: a, to: b}]
"""
FORK = """
activities:
  a: {type: test.act}
  slow: {type: test.act}
  quick: {type: test.act}
links: [{from: a, to: slow}, {from: a, to: quick, delay_seconds: 2}]
"""
PURE = "activities: {a: {type: test.step, inputs: {value: 3}}}"
MONITOR = """
activities:
  watch: {type: test.monitor}
  b: {type: test.act, inputs: {value: '{{ watch["text"] }}'}}
links: [{from: watch, to: b}]
"""
ENDLESS = "activities: {a: {type: test.act, looping: {exit: [], max_attempts: 0}}}"


def plan_of(text: str) -> Plan:
    """The plan of a runbook given without its format marker and name."""
    return compile_plan(
        read_runbook({"orchestrion": "runbook/1", "name": "Test", **YAML(typ="safe").load(text)}), TYPES
    )


def doubled(_: Activity, inputs: Mapping[str, Json]) -> Result:
    """Computes `n` from the input `value`."""
    value = inputs.get("value")
    return Result(records=({"n": value * 2 if isinstance(value, int) else None},))


def run(text: str, case: Case | None = None, /, **results: Result | tuple[Result, ...]) -> Rehearsed:
    """Rehearses a runbook given as text."""
    canned = {name: each if isinstance(each, tuple) else (each,) for name, each in results.items()}
    return rehearse(plan_of(text), replace(case or Case("case"), results=canned), TYPES, doubled, limit=50)


def path(ran: Rehearsed) -> list[str]:
    """The activities in the order they ended."""
    return [each.activity for each in ran.executions]


def wrong(text: str, case: Case, expected: Expectations | None = None) -> list[str]:
    """The mistakes of a case, in words."""
    return [str(each) for each in mistakes(plan_of(text), Rehearsal(case, expected or Expectations()), TYPES)]


def test_a_canned_record_reaches_the_activity_that_subscribes_to_it() -> None:
    """Inputs are bound as in a real run."""
    ran = run(CHAIN, a=Result(records=({"n": 7},)), b=Result())
    assert (path(ran), ran.executions[1].inputs) == (["a", "b"], {"value": 7})


def test_each_record_runs_what_follows_once() -> None:
    """Two records make two executions."""
    assert path(run(CHAIN, a=Result(records=({"n": 1}, {"n": 2})), b=Result())) == ["a", "b", "b"]


def test_successive_executions_take_successive_results_and_the_last_repeats() -> None:
    """Three records, two results."""
    first = Result(Status.WARNING)
    ran = run(CHAIN, a=Result(records=({}, {}, {})), b=(first, Result()))
    assert [each.status for each in ran.executions[1:]] == [Status.WARNING, Status.SUCCESS, Status.SUCCESS]


def test_an_untaken_failure_fails_the_run_with_its_error() -> None:
    """As the conductor decides."""
    ran = run(CHAIN, a=FAILED)
    assert ran.outcome is Outcome.FAILED
    assert "it broke" in ran.error


def test_time_passes_by_what_executions_take() -> None:
    """Nobody waits for it."""
    assert run(CHAIN, a=Result(takes_seconds=3600), b=Result(takes_seconds=1)).duration_seconds == 3601


@pytest.mark.parametrize(("seconds", "order"), [(1, ["a", "slow", "quick"]), (3, ["a", "quick", "slow"])])
def test_what_is_due_first_ends_first(seconds: float, order: list[str]) -> None:
    """A link's delay and an execution's duration are measured with the same clock."""
    assert path(run(FORK, a=Result(), slow=Result(takes_seconds=seconds), quick=Result())) == order


def test_a_retry_waits_in_virtual_time() -> None:
    """Two failures with five and ten seconds between."""
    text = "activities: {a: {type: test.act, behaviour: {retry: {attempts: 3, delay_seconds: 5, backoff: 2}}}}"
    ran = run(text, a=(FAILED, FAILED, Result()))
    assert (ran.outcome, len(ran.executions), ran.duration_seconds) == (Outcome.SUCCESS, 3, 15)


def test_an_execution_fails_at_its_time_limit() -> None:
    """However well its result says that it ends."""
    ran = run("activities: {a: {type: test.act, behaviour: {timeout_seconds: 2}}}", a=Result(takes_seconds=60))
    assert (ran.outcome, ran.duration_seconds) == (Outcome.FAILED, 2)
    assert "within 2 seconds" in ran.error


def test_a_run_fails_at_the_time_limit_of_its_runbook() -> None:
    """What is under way is canceled."""
    ran = run("settings: {timeout_seconds: 9}\n" + CHAIN, a=Result(), b=Result(takes_seconds=10))
    assert (ran.outcome, ran.executions[-1].status, ran.duration_seconds) == (Outcome.FAILED, Status.CANCELED, 9)


def test_a_stop_lets_nothing_more_begin() -> None:
    """What should follow is not in the path; what was under way is, as canceled."""
    ran = run(FORK, Case("case", stop_after="a"), a=Result(), slow=Result(), quick=Result())
    assert (path(ran), ran.outcome) == (["a"], Outcome.CANCELED)


def test_a_stop_cancels_what_is_under_way() -> None:
    """And delays are forgotten."""
    ran = run(FORK, Case("case", stop_after="quick"), a=Result(), slow=Result(takes_seconds=9), quick=Result())
    assert [(each.activity, each.status) for each in ran.executions[1:]] == [
        ("quick", Status.SUCCESS),
        ("slow", Status.CANCELED),
    ]


def test_a_stop_after_the_last_activity_changes_nothing() -> None:
    """The run was over."""
    assert run(CHAIN, Case("case", stop_after="b"), a=Result(), b=Result()).outcome is Outcome.SUCCESS


def test_a_pure_activity_is_computed() -> None:
    """From its bound inputs."""
    assert run(PURE).executions[0].records == ({"n": 6},)


def test_a_canned_result_goes_before_computing() -> None:
    """Whoever writes one wants it."""
    assert run(PURE, a=Result(records=({"n": 1},))).executions[0].records == ({"n": 1},)


def test_a_pure_activity_that_is_not_to_be_computed_needs_a_result() -> None:
    """An empty choice chooses none."""
    with pytest.raises(DocumentError) as error:
        run(PURE, Case("case", compute=()))
    assert error.value.place == "results.a"


def test_an_author_cannot_make_an_activity_pure() -> None:
    """Only the type's own word lets it run for real."""
    with pytest.raises(DocumentError):
        run("activities: {a: {type: test.act, behaviour: {effect: pure}}}")


def test_an_activity_without_a_result_is_named_with_a_stanza_to_paste() -> None:
    """It holds the items that the activity publishes."""
    with pytest.raises(DocumentError, match=r"a: \{records: \[\{n: ..., text: ..., x: ..., y: ...\}\]\}"):
        run(CHAIN)


def test_a_monitor_publishes_the_trigger() -> None:
    """And takes no result."""
    ran = run(MONITOR, Case("case", trigger={"text": "seen"}), b=Result())
    assert ran.executions[1].inputs == {"value": "seen"}


def test_variables_are_found_whatever_their_case() -> None:
    """As the server finds them."""
    text = "activities: {a: {type: test.act, inputs: {value: '{{ var[\"Folder/Name\"] }}'}}}"
    ran = run(text, Case("case", variables={"folder/name": "x"}), a=Result())
    assert ran.executions[0].inputs == {"value": "x"}


def test_an_activity_runs_on_each_member_of_a_computer_group() -> None:
    """Those that the case names; a group that it does not name is a mistake."""
    text = "activities: {a: {type: test.act, inputs: {value: '{{ group[\"Web\"] }}'}}}"
    ran = run(text, Case("case", computer_groups={"Web": ("alpha", "beta")}), a=Result())
    assert [each.inputs["value"] for each in ran.executions] == ["alpha", "beta"]
    assert "add it: {Web: [...]}" in wrong(text, Case("c"))[0]


def test_the_run_begins_when_the_case_says() -> None:
    """The common data of activities shows it."""
    text = CHAIN.replace('a["n"]', 'a["Activity end time in UTC"]')
    moment = datetime(2031, 5, 1, tzinfo=UTC)
    ran = run(text, Case("case", now=moment), a=Result(takes_seconds=1), b=Result())
    assert ran.executions[1].inputs == {"value": "2031-05-01T00:00:01+00:00"}


def test_parameters_and_returned_data_are_those_of_a_real_run() -> None:
    """Defaults and types included."""
    text = """
returned_data: [{name: out, type: number}]
activities:
  ask: {type: runbook-control.initialize-data, inputs: {parameters: [{name: p, type: number}]}}
  end: {type: runbook-control.return-data, inputs: {values: {out: '{{ ask["p"] }}'}}}
links: [{from: ask, to: end}]
"""
    assert run(text, Case("case", parameters={"p": "5"})).returned == ({"out": 5},)


def test_an_endless_run_is_ended_and_names_its_last_activities() -> None:
    """The bound keeps a build server from waiting for ever."""
    with pytest.raises(EndlessRunError, match="50 executions; the last were: a, a"):
        run(ENDLESS, a=Result())


@pytest.mark.parametrize(
    ("case", "message"),
    [
        (Case("c", results={"x": (Result(),)}), "results.x: there is no activity 'x'"),
        (Case("c", results={"a": (Result(records=({"tekst": 1},)),)}), "did you mean 'text'? known are: n, text, x, y"),
        (Case("c", compute=("a",)), "is not pure"),
        (Case("c", stop_after="x"), "stop_after: there is no activity"),
        (Case("c", trigger={}), "does not begin with a monitor"),
        (Case("c", parameters={"p": 1}), "There is no parameter 'p'"),
    ],
)
def test_a_mistake_in_a_case_is_named(case: Case, message: str) -> None:
    """With its place and what is known instead."""
    [found] = wrong(CHAIN, case)
    assert message in found


@pytest.mark.parametrize(
    "expected",
    [
        Expectations(path=("x",)),
        Expectations(path_contains=("x",)),
        Expectations(never=("x",)),
        Expectations(runs={"x": 1}),
        Expectations(inputs={"x": {}}),
        Expectations(data={"x": {}}),
        Expectations(inputs={"a": {"valeu": 1}}),
        Expectations(data={"a": [{"tekst": 1}]}),
    ],
)
def test_a_name_that_could_never_be_met_is_a_mistake(expected: Expectations) -> None:
    """A misspelt `never` would pass for ever."""
    assert len(wrong(CHAIN, Case("c"), expected)) == 1


def test_a_monitor_needs_a_trigger_and_takes_no_result() -> None:
    """Both are told before anything runs."""
    found = wrong(MONITOR, Case("c", results={"watch": (Result(),)}))
    assert [each.partition(":")[0] for each in found] == ["trigger", "results.watch"]


def test_a_variable_that_is_missing_is_named() -> None:
    """A server would fail the activity; a test says what to add."""
    text = "activities: {a: {type: test.act, inputs: {value: '{{ var[\"F/N\"] }}'}}}"
    assert "add it: {F/N: ...}" in wrong(text, Case("c"))[0]
