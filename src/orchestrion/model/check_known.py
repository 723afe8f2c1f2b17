"""Authoring checks against the installation: variables, counters, groups, servers and invoked runbooks (spec 9.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from orchestrion.model.activity_type import ActivityType, FieldKind
from orchestrion.model.assignment import unknown_entries
from orchestrion.model.errors import TemplateError
from orchestrion.model.expression import CounterReference, GroupReference, VariableReference
from orchestrion.model.finding import Finding, Place, Severity
from orchestrion.model.inputs import texts_in
from orchestrion.model.job import check_parameters
from orchestrion.model.known import Known, KnownRunbook
from orchestrion.model.runbook import INVOKE_RUNBOOK, Activity, Runbook
from orchestrion.model.template import Template, parse
from orchestrion.model.values import Json, Value

Types = Mapping[str, ActivityType]


def known_findings(runbook: Runbook, types: Types, known: Known) -> Iterator[Finding]:
    """Findings on everything that the runbook names outside of itself."""
    for activity in runbook.activities.values():
        secret = _secret_places(activity, types.get(activity.type))
        for place, text in texts_in(activity.inputs):
            template = _parsed(text)
            if template is not None:
                yield from _references(activity, place, template, known, is_secret=place in secret)
        if activity.type == INVOKE_RUNBOOK:
            yield from _invoked(activity, known)
    for problem in unknown_entries(runbook.settings.servers, known.servers):
        yield _setting("servers", problem, "Correct the name or tag, or add the server.")
    schedule = runbook.settings.schedule
    if schedule and schedule.casefold() not in known.schedules:
        yield _setting("schedule", f"There is no schedule '{schedule}'.", "Create it, or choose another.")


def _parsed(text: str) -> Template | None:
    try:
        return parse(text) if "{{" in text else None
    except TemplateError:
        return None  # found by the check of inputs


def _secret_places(activity: Activity, kind: ActivityType | None) -> set[str]:
    """Where in the inputs a secret stands, in the form that `texts_in` gives."""
    found: set[str] = set()
    for field in kind.inputs if kind else ():
        if field.kind is FieldKind.SECRET:
            found.add(field.name)
        rows = activity.inputs.get(field.name)
        if field.kind is FieldKind.TABLE and isinstance(rows, (list, tuple)):
            secret = [column.name for column in field.columns if column.kind is FieldKind.SECRET]
            found |= {f"{field.name}[{index}].{name}" for index in range(len(rows)) for name in secret}
    return found


def _references(
    activity: Activity, place: str, template: Template, known: Known, *, is_secret: bool
) -> Iterator[Finding]:
    for each in template.expressions():
        if isinstance(each, VariableReference):
            encrypted = known.variables.get(each.path.casefold())
            if encrypted is None:
                yield _unknown(activity, place, "variable", each.path, each.position)
            elif encrypted and not (is_secret and template.is_typed):
                yield _open_secret(activity, place, each, is_secret=is_secret)
        elif isinstance(each, CounterReference) and each.path.casefold() not in known.counters:
            yield _unknown(activity, place, "counter", each.path, each.position)
        elif isinstance(each, GroupReference) and each.path.casefold() not in known.computer_groups:
            yield _unknown(activity, place, "computer group", each.path, each.position)


def _unknown(activity: Activity, place: str, what: str, path: str, position: int) -> Finding:
    return Finding(
        Severity.WARNING,
        f"unknown-{what.replace(' ', '-')}",
        f"'{activity.name}', input '{place}': there is no {what} '{path}'.",
        "Create it before the runbook runs, or correct the path.",
        Place(activity=activity.id, property=place, position=position),
    )


def _open_secret(activity: Activity, place: str, found: VariableReference, *, is_secret: bool) -> Finding:
    """Vector 23: an encrypted variable may only fill a field that is itself masked, and only alone."""
    what = "stands beside other text" if is_secret else "is an open field"
    return Finding(
        Severity.ERROR,
        "encrypted-variable-in-open-field",
        f"'{activity.name}': the variable '{found.path}' is encrypted, but the input '{place}' {what}.",
        "Use it alone in a secret field, or use a variable that is not encrypted.",
        Place(activity=activity.id, property=place, position=found.position),
    )


def _invoked(activity: Activity, known: Known) -> Iterator[Finding]:
    wanted = activity.inputs.get("runbook")
    if not isinstance(wanted, str) or not wanted or "{{" in wanted:
        return
    found = known.runbooks.get(wanted)
    if found is None:
        by_path = activity.inputs.get("by_path") is True
        yield Finding(
            Severity.WARNING if by_path else Severity.ERROR,
            "unknown-runbook",
            f"'{activity.name}' invokes '{wanted}', which does not exist.",
            "Choose a runbook; by its path it may also be created later.",
            Place(activity=activity.id, property="runbook"),
        )
        return
    if found.is_monitor:
        message = f"'{activity.name}' invokes '{found.path}', which begins with a monitor."
        yield _error(activity, "invoked-monitor", "runbook", message, "Start it as a job of its own instead.")
    if not found.is_checked_in:
        yield Finding(
            Severity.WARNING,
            "invoked-draft",
            f"'{activity.name}' invokes '{found.path}', which has never been checked in.",
            "Check it in before this runbook runs.",
            Place(activity=activity.id, property="runbook"),
        )
    yield from _parameters(activity, found)


def _parameters(activity: Activity, found: KnownRunbook) -> Iterator[Finding]:
    """Parameters that are missing, unknown or of the wrong type; what is subscribed is judged when it runs."""
    given = activity.inputs.get("parameters") or {}
    if not isinstance(given, Mapping) or not found.is_checked_in:
        return
    subscribed = {name for name, value in given.items() if isinstance(value, str) and "{{" in value}
    fixed: dict[str, Value] = {name: _value(value) for name, value in given.items() if name not in subscribed}
    declared = [each for each in found.parameters if each.name not in subscribed]
    problems = check_parameters(declared, fixed)[1]
    names = {each.name for each in found.parameters}
    problems += [f"There is no parameter '{name}'." for name in sorted(subscribed - names)]
    for problem in problems:
        message = f"'{activity.name}' invokes '{found.path}': {problem}"
        yield _error(activity, "invoked-parameters", "parameters", message, "Correct the parameters.")


def _value(value: Json) -> Value:
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def _setting(name: str, message: str, fix: str) -> Finding:
    return Finding(Severity.WARNING, f"unknown-{name}", message, fix, Place(property=f"settings.{name}"))


def _error(activity: Activity, code: str, place: str, message: str, fix: str) -> Finding:
    return Finding(Severity.ERROR, code, message, fix, Place(activity=activity.id, property=place))
