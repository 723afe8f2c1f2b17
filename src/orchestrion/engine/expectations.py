"""What a rehearsal expects of a run, and in what a run differs from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from orchestrion.engine.rehearsal import Case, Execution, Rehearsed
from orchestrion.model.job import Outcome
from orchestrion.model.values import Json, Record


@dataclass(frozen=True, slots=True)
class Expectations:
    """Everything a case expects; what is None or empty is not looked at.

    Of `inputs` one mapping stands for the last execution, a list for each; of `data` one mapping stands for the last
    record, a list for all. Both compare only the names they hold. `returned` is compared as a whole.
    """

    outcome: Outcome | None = None
    path: tuple[str, ...] | None = None
    path_contains: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    runs: Mapping[str, int] = field(default_factory=dict)
    inputs: Mapping[str, Json] = field(default_factory=dict)
    data: Mapping[str, Json] = field(default_factory=dict)
    returned: tuple[Record, ...] | None = None
    error: str = ""
    duration_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A case with what it expects; `place` is where it stands in its file, e.g. `cases[0]`."""

    case: Case
    expectations: Expectations
    place: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """The rehearsals of one file. `runbook` is the runbook's file as written there, or empty.

    `locate` gives line and column, as `3:5`, of a place or of the nearest thing around it; empty when not known.
    """

    runbook: str
    rehearsals: tuple[Rehearsal, ...]
    locate: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One expectation that was not met: its place in `expect`, what should have been, and what was."""

    expectation: str
    expected: Json
    happened: Json
    note: str = ""

    def __str__(self) -> str:
        """In words, on one line."""
        text = f"{self.expectation}: expected {_shown(self.expected)}, was {_shown(self.happened)}"
        return f"{text} ({self.note})" if self.note else text


def judge(expected: Expectations, run: Rehearsed) -> list[Mismatch]:
    """Every expectation that the run does not meet, in the order of the documentation."""
    return [mismatch for rule in _RULES for mismatch in rule(expected, run)]


def same(expected: Json, happened: Json) -> bool:
    """Whether two values are equal, type included: `true` is not 1, and `"1"` is not 1; 1 and 1.0 are the same."""
    if isinstance(expected, Mapping) and isinstance(happened, Mapping):
        return expected.keys() == happened.keys() and all(same(expected[name], happened[name]) for name in expected)
    if _is_list(expected) and _is_list(happened):
        return len(expected) == len(happened) and all(map(same, expected, happened))
    if isinstance(expected, bool) or isinstance(happened, bool):
        return expected is happened
    return expected == happened


def _outcome(expected: Expectations, run: Rehearsed) -> Iterator[Mismatch]:
    if expected.outcome is not None and expected.outcome is not run.outcome:
        yield Mismatch("outcome", expected.outcome.value, run.outcome.value, run.error)


def _path(expected: Expectations, run: Rehearsed) -> Iterator[Mismatch]:
    path = _ids(run)
    if expected.path is not None and list(expected.path) != path:
        yield Mismatch("path", list(expected.path), path, _parting(expected.path, path))
    rest = iter(path)
    missing = next((each for each in expected.path_contains if each not in rest), None)
    if missing is not None:
        yield Mismatch("path_contains", list(expected.path_contains), path, f"'{missing}' is missing in this order")


def _parting(expected: Sequence[str], happened: Sequence[str]) -> str:
    """Where two paths part, counted from 1."""
    pairs = zip(expected, happened, strict=False)
    step = next((index for index, (one, other) in enumerate(pairs) if one != other), min(len(expected), len(happened)))
    here, there = ("".join(path[step : step + 1]) or "the end" for path in (expected, happened))
    return f"they part at step {step + 1}: expected {here}, was {there}"


def _runs(expected: Expectations, run: Rehearsed) -> Iterator[Mismatch]:
    path = _ids(run)
    for activity in expected.never:
        if activity in path:
            yield Mismatch(f"never.{activity}", 0, path.count(activity), "how often it ran")
    for activity, count in expected.runs.items():
        if path.count(activity) != count:
            yield Mismatch(f"runs.{activity}", count, path.count(activity), "how often it ran")


def _inputs(expected: Expectations, run: Rehearsed) -> Iterator[Mismatch]:
    for activity, wanted in expected.inputs.items():
        happened = [each.inputs for each in _of(run, activity)]
        yield from _rows(f"inputs.{activity}", wanted, happened)


def _data(expected: Expectations, run: Rehearsed) -> Iterator[Mismatch]:
    for activity, wanted in expected.data.items():
        happened = [record for each in _of(run, activity) for record in each.records]
        yield from _rows(f"data.{activity}", wanted, happened)


def _rows(place: str, wanted: Json, happened: Sequence[Mapping[str, Json]]) -> Iterator[Mismatch]:
    """Compares one mapping with the last row, or a list with all rows."""
    if _is_list(wanted):
        if len(wanted) != len(happened):
            yield Mismatch(place, list(wanted), [dict(each) for each in happened], "not as many")
            return
        for index, (each, row) in enumerate(zip(wanted, happened, strict=True)):
            yield from _row(f"{place}[{index}]", each, row)
    elif happened:
        yield from _row(place, wanted, happened[-1])
    else:
        yield Mismatch(place, wanted, None, "it did not run")


def _row(place: str, wanted: Json, row: Mapping[str, Json]) -> Iterator[Mismatch]:
    for name, value in wanted.items() if isinstance(wanted, Mapping) else ():
        if name not in row:
            yield Mismatch(f"{place}.{name}", value, None, "there is no value")
        elif not same(value, row[name]):
            yield Mismatch(f"{place}.{name}", value, row[name])


def _returned(expected: Expectations, run: Rehearsed) -> Iterator[Mismatch]:
    wanted = None if expected.returned is None else [dict(each) for each in expected.returned]
    happened = [dict(each) for each in run.returned]
    if wanted is not None and not same(wanted, happened):
        yield Mismatch("returned", wanted, happened)


def _error(expected: Expectations, run: Rehearsed) -> Iterator[Mismatch]:
    if expected.error not in run.error:
        yield Mismatch("error", expected.error, run.error, "the first should occur in the second")


def _duration(expected: Expectations, run: Rehearsed) -> Iterator[Mismatch]:
    if expected.duration_seconds is not None and run.duration_seconds > expected.duration_seconds:
        yield Mismatch("duration_seconds", expected.duration_seconds, run.duration_seconds, "at most")


def _ids(run: Rehearsed) -> list[str]:
    return [each.activity for each in run.executions]


def _of(run: Rehearsed, activity: str) -> list[Execution]:
    return [each for each in run.executions if each.activity == activity]


def _is_list(value: Json) -> TypeGuard[Sequence[Json]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _shown(value: Json) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)


_RULES: tuple[Callable[[Expectations, Rehearsed], Iterator[Mismatch]], ...] = (
    _outcome,
    _path,
    _runs,
    _inputs,
    _data,
    _returned,
    _error,
    _duration,
)
