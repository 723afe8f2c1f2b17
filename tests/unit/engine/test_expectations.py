"""What is expected of a run: each kind is met by the run it describes, and not by another."""

from __future__ import annotations

import pytest

from orchestrion.engine.expectations import Expectations, judge, same
from orchestrion.engine.rehearsal import Execution, Rehearsed
from orchestrion.model.condition import Status
from orchestrion.model.job import Outcome
from orchestrion.model.values import Json

OK = Status.SUCCESS
RUN = Rehearsed(
    outcome=Outcome.WARNING,
    executions=(
        Execution("a", {"n": 1, "rest": "x"}, OK, ({"i": 1}, {"i": 2}), ""),
        Execution("b", {"n": 2}, OK, ({"i": True},), ""),
        Execution("b", {"n": 3}, OK, ({"i": None},), ""),
    ),
    returned=({"pid": 12},),
    error="the disk is full",
    duration_seconds=30,
)


@pytest.mark.parametrize(
    ("met", "not_met", "told"),
    [
        (Expectations(outcome=Outcome.WARNING), Expectations(outcome=Outcome.SUCCESS), "outcome"),
        (Expectations(path=("a", "b", "b")), Expectations(path=("a", "c")), "part at step 2: expected c, was b"),
        (Expectations(path=("a", "b", "b")), Expectations(path=("a", "b")), "step 3: expected the end, was b"),
        (Expectations(path_contains=("a", "b")), Expectations(path_contains=("b", "a")), "'a' is missing"),
        (Expectations(never=("c",)), Expectations(never=("b",)), "never.b: expected 0, was 2"),
        (Expectations(runs={"b": 2, "c": 0}), Expectations(runs={"b": 1}), "runs.b: expected 1, was 2"),
        (Expectations(inputs={"b": {"n": 3}}), Expectations(inputs={"b": {"n": 2}}), "inputs.b.n"),
        (Expectations(inputs={"b": [{"n": 2}, {}]}), Expectations(inputs={"b": [{}]}), "not as many"),
        (Expectations(inputs={"a": {"n": 1}}), Expectations(inputs={"c": {"n": 1}}), "it did not run"),
        (Expectations(data={"a": {"i": 2}}), Expectations(data={"a": {"i": 1}}), "data.a.i: expected 1, was 2"),
        (Expectations(data={"a": [{"i": 1}, {}]}), Expectations(data={"a": [{"i": 2}, {}]}), "data.a[0].i"),
        (Expectations(data={"b": {"i": None}}), Expectations(data={"b": {"x": 1}}), "there is no value"),
        (Expectations(returned=({"pid": 12},)), Expectations(returned=()), 'was [{"pid": 12}]'),
        (Expectations(error="disk"), Expectations(error="mail"), "the disk is full"),
        (Expectations(duration_seconds=30), Expectations(duration_seconds=29), "duration_seconds"),
    ],
)
def test_an_expectation_is_met_or_told(met: Expectations, not_met: Expectations, told: str) -> None:
    """One kind per line: what holds says nothing, what does not hold says what was expected and what happened."""
    assert judge(met, RUN) == []
    [mismatch] = judge(not_met, RUN)
    assert told in str(mismatch)


@pytest.mark.parametrize(("one", "other"), [(True, 1), ("1", 1), (None, ""), ([1], [1, 2]), ({"a": 1}, {"a": True})])
def test_values_of_other_types_are_not_the_same(one: Json, other: Json) -> None:
    """A template that stops keeping its type is found out."""
    assert not same(one, other)
    assert same(one, one)


def test_whole_numbers_are_the_same_with_and_without_a_point() -> None:
    """JSON and YAML do not tell them apart."""
    assert same({"a": [1]}, {"a": (1.0,)})
