"""Authoring checks of inputs, templates and subscriptions (spec 2.4, 4.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from orchestrion.model import common_items
from orchestrion.model.activity_type import ActivityType, Field, FieldKind
from orchestrion.model.check_expressions import expression_mistakes
from orchestrion.model.errors import TemplateError
from orchestrion.model.expression import Subscription
from orchestrion.model.finding import Finding, Place, Severity
from orchestrion.model.inputs import texts_in
from orchestrion.model.runbook import ERROR, INITIALIZE_DATA, INVOKE_RUNBOOK, RETURN_DATA, Activity, Runbook
from orchestrion.model.template import Template, parse
from orchestrion.model.upstream import Upstream
from orchestrion.model.values import Json, ValueType, convert

Types = Mapping[str, ActivityType]


def input_findings(runbook: Runbook, types: Types, before: Upstream) -> Iterator[Finding]:
    """Findings on the inputs of every activity, in document order."""
    for activity in runbook.activities.values():
        kind = types.get(activity.type)
        if kind is not None:
            yield from _fields(activity, kind)
        upstream = before.of(activity.id)
        code = {each.name for each in kind.inputs if each.kind is FieldKind.CODE} if kind else set()
        for place, text in texts_in({name: value for name, value in activity.inputs.items() if name not in code}):
            yield from _template(_Spot(runbook, activity, types, upstream, place), text)
    yield from _parameters(runbook)
    yield from _returned(runbook)


def _fields(activity: Activity, kind: ActivityType) -> Iterator[Finding]:
    known = {field.name for field in kind.inputs}
    for name in activity.inputs:
        if name not in known and activity.type != INVOKE_RUNBOOK:
            close = ", ".join(sorted(known)) or "none"
            yield _error(
                "unknown-input",
                activity,
                name,
                f"'{activity.name}' has no input '{name}'.",
                f"Its inputs are: {close}.",
            )
    for limit in kind.limits:
        default = next((each.default for each in kind.inputs if each.name == limit.input), None)
        if not limit.input or str(activity.inputs.get(limit.input, default)) in limit.values:
            message = f"'{activity.name}' cannot run here: {limit.reason}"
            yield _error(
                "not-available",
                activity,
                limit.input or "type",
                message,
                "Provide what is missing on the runbook server.",
            )
    for field in kind.inputs:
        if is_shown(field, activity.inputs, kind):
            yield from _field(activity, field)


def is_shown(field: Field, inputs: Mapping[str, Json], kind: ActivityType) -> bool:
    """Whether the field counts, given what the other inputs say."""
    if field.shown_when is None:
        return True
    other = next((each for each in kind.inputs if each.name == field.shown_when.input), None)
    value = inputs.get(field.shown_when.input, other.default if other else None)
    return str(value) in field.shown_when.values


def _field(activity: Activity, field: Field) -> Iterator[Finding]:
    value = activity.inputs.get(field.name)
    if field.required and field.default is None and value in (None, "", []):
        message = f"'{activity.name}' needs a value for '{field.label}'."
        yield _error("missing-input", activity, field.name, message, "Fill it in, or subscribe it to published data.")
    elif isinstance(value, str) and "{{" not in value and value:
        yield from _constant(activity, field, value)
    elif (
        field.kind in (FieldKind.LIST, FieldKind.TABLE)
        and value is not None
        and not isinstance(value, (list, tuple, str))
    ):
        yield _error(
            "wrong-kind",
            activity,
            field.name,
            f"'{field.label}' of '{activity.name}' must be a list.",
            "Write it as a list.",
        )


def _constant(activity: Activity, field: Field, value: str) -> Iterator[Finding]:
    if field.kind is FieldKind.CHOICE and field.choices and value not in field.choices:
        message = f"'{field.label}' of '{activity.name}' is '{value}'."
        yield _error("wrong-choice", activity, field.name, message, f"Choose one of: {', '.join(field.choices)}.")
    wanted = {FieldKind.NUMBER: ValueType.NUMBER, FieldKind.BOOLEAN: ValueType.BOOLEAN}.get(field.kind)
    if wanted is not None:
        try:
            convert(value, wanted)
        except ValueError as error:
            yield _error(
                "wrong-type",
                activity,
                field.name,
                f"'{field.label}' of '{activity.name}': {error}.",
                "Correct the value.",
            )


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a text stands: the property `place` of an activity, and the activities that run before it."""

    runbook: Runbook
    activity: Activity
    types: Types
    upstream: set[str]
    place: str

    def says(self, severity: Severity, code: str, message: str, fix: str, position: int) -> Finding:
        """A finding at a character of the text."""
        spot = Place(activity=self.activity.id, property=self.place, position=position)
        return Finding(severity, code, f"'{self.activity.name}', input '{self.place}'{message}", fix, spot)


def _template(spot: _Spot, text: str) -> Iterator[Finding]:
    try:
        template = parse(text)
    except TemplateError as error:
        fix = 'Write {{ activity_id["Item name"] }}; a literal {{ is written {{ "{{" }}.'
        yield spot.says(Severity.ERROR, "template-invalid", f": {error}.", fix, error.position)
        return
    yield from _expressions(spot, template)
    for expression in template.expressions():
        if isinstance(expression, Subscription):
            yield from _subscription(spot, expression)


def _expressions(spot: _Spot, template: Template) -> Iterator[Finding]:
    for segment in template.segments:
        for mistake in expression_mistakes(segment):
            severity = Severity.ERROR if mistake.is_certain else Severity.WARNING
            yield spot.says(severity, mistake.code, f": {mistake.reason}.", mistake.fix, mistake.position)


def _subscription(spot: _Spot, found: Subscription) -> Iterator[Finding]:
    source = spot.runbook.activities.get(found.activity)
    before = f"Activities before it: {_listed(spot.upstream)}."
    if found.activity == ERROR and ERROR in spot.upstream:
        return
    if source is None:
        message = f" subscribes to '{found.activity}', which does not exist."
        yield spot.says(Severity.ERROR, "dangling-subscription", message, before, found.position)
    elif source.id not in spot.upstream:
        message = f" subscribes to '{source.name}', which does not run before it."
        yield spot.says(Severity.ERROR, "not-upstream", message, before, found.position)
    elif (kind := spot.types.get(source.type)) and not publishes(source, kind, found.item):
        items = ", ".join(item for item in items_of(source, kind)) or "only the common items"
        message = f": '{source.name}' does not publish '{found.item}'."
        yield spot.says(Severity.ERROR, "unknown-item", message, f"It publishes: {items}.", found.position)


def items_of(activity: Activity, kind: ActivityType) -> dict[str, ValueType]:
    """The names and types of the items the activity itself publishes, the ones its author named included."""
    found = {item.name: item.type for item in kind.published}
    dynamic = kind.dynamic_items
    rows = activity.inputs.get(dynamic.input) if dynamic else None
    if dynamic and isinstance(rows, Sequence) and not isinstance(rows, str):
        for row in rows:
            if isinstance(row, Mapping) and row.get(dynamic.name_column):
                found[str(row[dynamic.name_column])] = _value_type(row.get(dynamic.type_column))
    return found


def _value_type(value: Json) -> ValueType:
    try:
        return ValueType(str(value))
    except ValueError:
        return ValueType.TEXT


def publishes(activity: Activity, kind: ActivityType, item: str) -> bool:
    """Whether the activity publishes `item`; those with items known only at run time may publish anything."""
    if activity.type in (INVOKE_RUNBOOK, RETURN_DATA):
        return True
    return item in common_items.NAMES or item in items_of(activity, kind)


def _parameters(runbook: Runbook) -> Iterator[Finding]:
    for activity in runbook.activities.values():
        rows = activity.inputs.get("parameters")
        if activity.type != INITIALIZE_DATA or not isinstance(rows, Sequence) or isinstance(rows, str):
            continue
        seen: set[str] = set()
        for index, row in enumerate(rows):
            yield from _parameter(activity, f"parameters[{index}]", row, seen)


def _parameter(activity: Activity, place: str, row: Json, seen: set[str]) -> Iterator[Finding]:
    name = str(row.get("name") or "") if isinstance(row, Mapping) else ""
    if not isinstance(row, Mapping) or not name:
        yield _error(
            "parameter-name", activity, place, "A parameter needs a name.", "Write rows of name, type and description."
        )
        return
    if name in seen:
        yield _error(
            "parameter-twice", activity, place, f"The parameter '{name}' is declared twice.", "Rename or remove one."
        )
    seen.add(name)
    kind = str(row.get("type") or "text")
    if kind not in set(ValueType):
        known = ", ".join(each.value for each in ValueType)
        yield _error(
            "parameter-type",
            activity,
            place,
            f"The parameter '{name}' has the type '{kind}'.",
            f"Choose one of: {known}.",
        )
        return
    default = row.get("default")
    try:
        convert(default if isinstance(default, (str, int, float, bool)) else None, ValueType(kind))
    except ValueError as error:
        yield _error(
            "parameter-default", activity, place, f"Default of the parameter '{name}': {error}.", "Correct the default."
        )


def _returned(runbook: Runbook) -> Iterator[Finding]:
    declared = {item.name for item in runbook.returned_data}
    for activity in runbook.activities.values():
        values = activity.inputs.get("values")
        if activity.type == RETURN_DATA and isinstance(values, Mapping):
            for name in values:
                if name not in declared:
                    message = f"'{activity.name}' returns '{name}', which the runbook's Returned Data does not declare."
                    fix = f"Declare it in the runbook's settings. Declared: {_listed(declared)}."
                    yield _error("undeclared-return", activity, f"values.{name}", message, fix)


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _error(code: str, activity: Activity, place: str, message: str, fix: str) -> Finding:
    return Finding(Severity.ERROR, code, message, fix, Place(activity=activity.id, property=place))
