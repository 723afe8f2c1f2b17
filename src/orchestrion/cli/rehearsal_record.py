"""From an instance that ran to a rehearsal case: a run in production becomes a test."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from orchestrion.cli.failures import CommandError, ExitCode
from orchestrion.cli.rehearsal_files import Stage
from orchestrion.engine import control
from orchestrion.engine.plan import Plan, compile_plan
from orchestrion.engine.rehearsal import is_pure
from orchestrion.engine.rehearsal_checks import mistakes
from orchestrion.model.activity_type import ActivityKind, ActivityType
from orchestrion.model.codec import read_runbook
from orchestrion.model.errors import InvalidError
from orchestrion.model.job import JobStatus, has_ended
from orchestrion.model.values import Json

HIDDEN = "hidden"  # stands for the value of an encrypted variable
_EVERYTHING = 1_000_000  # executions
Types = Mapping[str, ActivityType]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A rehearsal document with the plan that the instance ran, and what its reader should know."""

    document: dict[str, Json]
    plan: Plan
    notes: tuple[str, ...]


def recorded(api: Any, instance_id: str, types: Types) -> Recorded:
    """The rehearsal of an instance. Raises CommandError for one that has not ended or cannot be rehearsed here."""
    instance = api.get(f"/instances/{instance_id}")
    if not has_ended(JobStatus(instance["status"])):
        raise CommandError(ExitCode.REFUSED, f"The instance is {instance['status']}; record it when it has ended.")
    job = api.get(f"/jobs/{instance['job_id']}")
    listed = api.pages(f"/instances/{instance_id}/activities", _EVERYTHING)
    executions = [api.get(f"/activity-instances/{each['id']}") for each in listed]
    try:
        plan = compile_plan(read_runbook(instance["document"]), types)
    except InvalidError as error:
        raise CommandError(
            ExitCode.REFUSED, f"The runbook cannot be rehearsed here: {error}", error.problems
        ) from error
    variables, notes = _variables(plan.variables, api.get("/variables") if plan.variables else [])
    case = _case(_Run(instance, job["parameters"], variables, executions), plan, types)
    document: dict[str, Json] = {
        "orchestrion": "rehearsal/1",
        "runbook": f"{instance['runbook_name']}.yaml",
        "cases": [{name: value for name, value in case.items() if value not in (None, "", {}, [])}],
    }
    return Recorded(document, plan, notes)


def check(stage: Stage, found: Recorded, text: str) -> Iterator[str]:
    """What keeps the recorded case from passing as it is, for people to put right."""
    [rehearsal] = stage.text.read("recorded.yaml", text).rehearsals
    wrong = mistakes(found.plan, rehearsal, stage.types)
    if wrong:
        yield from (f"the case needs a hand: {each}" for each in wrong)
        return
    try:
        verdict = stage.run_case(found.plan, rehearsal)
    except InvalidError as error:
        yield f"the case needs a hand: {error}"
        return
    yield from (f"rehearsed, the case differs from the run: {each}" for each in verdict.mismatches)


@dataclass(frozen=True, slots=True)
class _Run:
    instance: Any
    parameters: dict[str, Json]
    variables: dict[str, Json]
    executions: Sequence[Any]


def _case(run: _Run, plan: Plan, types: Types) -> dict[str, Json]:
    instance, ended = run.instance, [each for each in run.executions if each["status"] != "canceled"]
    is_stopped = instance["status"] == "canceled"
    results, data = _results(run.executions, plan, types)
    expect: dict[str, Json] = {
        "outcome": instance["status"],
        "path": [each["activity_id"] for each in run.executions],
        "data": data,
        "returned": instance["returned_data"],
        "error": instance["error"],
    }
    return {
        "name": f"recorded from instance {instance['id']}",
        "parameters": run.parameters,
        "variables": run.variables,
        "trigger": instance["trigger"],
        "now": instance["started_at"],
        "results": results,
        "stop_after": ended[-1]["activity_id"] if is_stopped and ended else None,
        "expect": {name: value for name, value in expect.items() if value not in (None, "", {}, [])},
    }


def _results(executions: Sequence[Any], plan: Plan, types: Types) -> tuple[dict[str, Json], dict[str, Json]]:
    """The results by activity; and what pure activities published, which a rehearsal computes anew and compares."""
    results: dict[str, list[dict[str, Json]]] = defaultdict(list)
    data: dict[str, list[Json]] = defaultdict(list)
    for each in sorted(executions, key=lambda each: (each["started_at"], each["sequence"])):
        activity = plan.activities[each["activity_id"]].activity
        kind = types[activity.type]
        if control.is_control(activity) or kind.kind is ActivityKind.MONITOR:
            continue
        if is_pure(kind, each["inputs"]):
            data[activity.id].extend(each["records"])
        else:
            results[activity.id].append(_result(each))
    return {name: _shortened(found) for name, found in results.items()}, dict(data)


def _result(execution: Any) -> dict[str, Json]:
    is_canceled = execution["status"] == "canceled"
    found: dict[str, Json] = {
        "status": execution["status"] if execution["status"] in ("warning", "failed") else None,
        "error": None if is_canceled else execution["error"],
        "records": None if execution["records"] == [{}] else execution["records"],
        "takes_seconds": round(execution["duration_seconds"] or 0, 3) or None,
    }
    return {name: value for name, value in found.items() if value}


def _shortened(results: list[dict[str, Json]]) -> Json:
    """One result where all are alike; else a list without the repetitions at its end, for the last one repeats."""
    runs = [(result, len(list(alike))) for result, alike in groupby(results)]
    if len(runs) == 1:
        return runs[0][0]
    return results[: len(results) - runs[-1][1] + 1]


def _variables(wanted: frozenset[str], known: Sequence[Any]) -> tuple[dict[str, Json], tuple[str, ...]]:
    """The values that the server has now: those of the run are not kept."""
    by_path = {each["path"].casefold(): each for each in known}
    found: dict[str, Json] = {}
    notes = []
    for path in sorted(wanted):
        each = by_path.get(path.casefold())
        if each is None:
            notes.append(f"there is no variable '{path}' any more; add its value.")
        elif each["encrypted"]:
            found[path] = HIDDEN
            notes.append(f"the variable '{path}' is encrypted; '{HIDDEN}' stands for its value.")
        else:
            found[path] = each["value"]
    if found:
        notes.append("the variables have the values of now, which may not be those of the run.")
    return found, tuple(notes)
