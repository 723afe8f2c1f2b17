"""What is wrong with a case before it is run: names that the runbook does not know, and things it needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from orchestrion.engine import control
from orchestrion.engine.expectations import Expectations, Rehearsal
from orchestrion.engine.plan import Plan
from orchestrion.engine.rehearsal import Case, is_pure, variables_of
from orchestrion.model.activity_type import ActivityKind, ActivityType
from orchestrion.model.check_inputs import items_of
from orchestrion.model.errors import DocumentError
from orchestrion.model.job import check_parameters
from orchestrion.model.runbook import INVOKE_RUNBOOK, RETURN_DATA, Activity, declared_parameters
from orchestrion.model.values import Json


def mistakes(plan: Plan, rehearsal: Rehearsal, types: Mapping[str, ActivityType]) -> list[DocumentError]:
    """Everything wrong with a case and what it expects; the places are those within the case."""
    checks = _Checks(plan, types)
    return [
        *checks.beginning(rehearsal.case),
        *checks.results(rehearsal.case),
        *checks.choices(rehearsal.case),
        *checks.expectations(rehearsal.expectations),
    ]


@dataclass(frozen=True, slots=True)
class _Checks:
    plan: Plan
    types: Mapping[str, ActivityType]

    def beginning(self, case: Case) -> Iterator[DocumentError]:
        """Parameters, variables, computer groups and what the monitor published."""
        _, problems = check_parameters(declared_parameters(self.plan.runbook), case.parameters)
        yield from (DocumentError("parameters", problem) for problem in problems)
        for path in sorted(self.plan.variables - variables_of(self.plan, case).keys()):
            yield DocumentError("variables", f"the runbook reads the variable '{path}'; add it: {{{path}: ...}}")
        groups = {each.computer_group for each in self.plan.activities.values() if each.computer_group}
        for path in sorted(groups - case.computer_groups.keys()):
            yield DocumentError("computer_groups", f"the runbook names the group '{path}'; add it: {{{path}: [...]}}")
        start = self._activity(self.plan.start)
        if self._kind(start).kind is not ActivityKind.MONITOR:
            if case.trigger is not None:
                yield DocumentError("trigger", "the runbook does not begin with a monitor; remove it")
        elif case.trigger is None:
            items = ", ".join(f"{item}: ..." for item in items_of(start, self._kind(start)))
            yield DocumentError("trigger", f"'{start.name}' begins the runbook; say what it saw: {{{items}}}")
        else:
            yield from self._items("trigger", start, case.trigger)

    def results(self, case: Case) -> Iterator[DocumentError]:
        """Results of activities that take one, with items that they publish."""
        yield from self._unknown("results", case.results)
        for activity in self._known(case.results):
            place = f"results.{activity.id}"
            if control.is_control(activity):
                yield DocumentError(place, f"'{activity.name}' is answered by the engine itself; remove it")
            elif self._kind(activity).kind is ActivityKind.MONITOR:
                yield DocumentError(place, f"'{activity.name}' is a monitor; write what it saw as `trigger`")
            for index, result in enumerate(case.results[activity.id]):
                for number, record in enumerate(result.records):
                    yield from self._items(f"{place}[{index}].records[{number}]", activity, record)

    def choices(self, case: Case) -> Iterator[DocumentError]:
        """What is to be computed, and where to stop."""
        computed = case.compute or ()
        yield from self._unknown("compute", computed)
        for activity in self._known(computed):
            if not is_pure(self._kind(activity), activity.inputs):
                message = f"'{activity.name}' ({activity.type}) is not pure; give its results instead"
                yield DocumentError("compute", message)
        if case.stop_after:
            yield from self._unknown("stop_after", [case.stop_after])

    def expectations(self, expected: Expectations) -> Iterator[DocumentError]:
        """Activities, inputs and items that are expected."""
        for name, ids in (
            ("path", expected.path or ()),
            ("path_contains", expected.path_contains),
            ("never", expected.never),
            ("runs", expected.runs),
            ("inputs", expected.inputs),
            ("data", expected.data),
        ):
            yield from self._unknown(f"expect.{name}", ids)
        for activity in self._known(expected.inputs):
            known = [each.name for each in self._kind(activity).inputs]
            for place, row in _rows(f"expect.inputs.{activity.id}", expected.inputs[activity.id]):
                if activity.type != INVOKE_RUNBOOK:
                    yield from _names(place, f"'{activity.name}' has no input", row, known)
        for activity in self._known(expected.data):
            for place, row in _rows(f"expect.data.{activity.id}", expected.data[activity.id]):
                yield from self._items(place, activity, row)

    def _items(self, place: str, activity: Activity, record: Mapping[str, Json]) -> Iterator[DocumentError]:
        if activity.type not in (INVOKE_RUNBOOK, RETURN_DATA):  # what these publish is known only at run time
            known = items_of(activity, self._kind(activity))
            yield from _names(place, f"'{activity.name}' does not publish", record, known)

    def _unknown(self, place: str, ids: Iterable[str]) -> Iterator[DocumentError]:
        for activity in dict.fromkeys(ids):
            if activity not in self.plan.activities:
                exactly = f"{place}.{activity}" if isinstance(ids, Mapping) else place
                known = list(self.plan.activities)
                yield DocumentError(exactly, f"there is no activity '{activity}'; {_choice(activity, known)}")

    def _known(self, ids: Iterable[str]) -> list[Activity]:
        return [self._activity(each) for each in dict.fromkeys(ids) if each in self.plan.activities]

    def _activity(self, activity: str) -> Activity:
        return self.plan.activities[activity].activity

    def _kind(self, activity: Activity) -> ActivityType:
        return self.types[activity.type]


def _rows(place: str, expected: Json) -> Iterator[tuple[str, Mapping[str, Json]]]:
    if isinstance(expected, Mapping):
        yield place, expected
    elif isinstance(expected, Sequence) and not isinstance(expected, str):
        yield from ((f"{place}[{index}]", row) for index, row in enumerate(expected) if isinstance(row, Mapping))


def _names(place: str, problem: str, row: Mapping[str, Json], known: Iterable[str]) -> Iterator[DocumentError]:
    names = list(known)
    for name in row:
        if name not in names:
            yield DocumentError(f"{place}.{name}", f"{problem} '{name}'; {_choice(name, names)}")


def _choice(wrong: str, known: Sequence[str]) -> str:
    """What could be meant instead."""
    close = get_close_matches(wrong, known, n=1)
    listed = f"known are: {', '.join(known)}" if known else "there are none"
    return f"did you mean '{close[0]}'? {listed}" if close else listed
