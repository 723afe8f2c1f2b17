"""From input templates to the values an activity gets (spec 4.4, 4.6): compiled once, bound per execution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from orchestrion.engine.lineage import Lineage, item_of
from orchestrion.model.errors import BindingError
from orchestrion.model.functions import call
from orchestrion.model.template import (
    Call,
    Constant,
    Expression,
    GroupReference,
    Subscription,
    Template,
    VariableReference,
    parse,
)
from orchestrion.model.values import Json, Value, to_text


@dataclass(frozen=True, slots=True)
class Fixed:
    """An input value in which nothing depends on the run."""

    value: Json


Bound: TypeAlias = "Fixed | Template | BoundList | BoundMapping"


@dataclass(frozen=True, slots=True)
class BoundList:
    """A list whose items are bound one by one."""

    items: tuple[Bound, ...]


@dataclass(frozen=True, slots=True)
class BoundMapping:
    """A mapping whose values are bound one by one."""

    items: Mapping[str, Bound]


@dataclass(frozen=True, slots=True)
class Environment:
    """What inputs are bound against: the record's own path, and the variables the instance uses by path."""

    lineage: Lineage | None
    variables: Mapping[str, Value]
    counters: Mapping[str, Value] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)
    now: datetime | None = None
    seed: str = ""
    offset: timedelta = timedelta()


def compile_input(value: Json, *, verbatim: bool = False) -> Bound:
    """The compiled form of one input value; a `verbatim` one (code) is taken as it stands. Raises TemplateError."""
    if verbatim or not isinstance(value, (str, list, tuple, Mapping)):
        return Fixed(value)
    if isinstance(value, str):
        template = parse(value)
        return Fixed(_text_of(template)) if template.is_constant else template
    parts = (
        BoundMapping({name: compile_input(item) for name, item in value.items()})
        if isinstance(value, Mapping)
        else BoundList(tuple(compile_input(item) for item in value))
    )
    inner = parts.items.values() if isinstance(parts, BoundMapping) else parts.items
    return Fixed(_fixed(parts)) if all(isinstance(item, Fixed) for item in inner) else parts


def bind(activity: str, inputs: Mapping[str, Bound], environment: Environment) -> dict[str, Json]:
    """The inputs of one execution by name. Raises BindingError, naming the input, when one cannot be computed."""
    found: dict[str, Json] = {}
    for name, bound in inputs.items():
        try:
            found[name] = bound.value if isinstance(bound, Fixed) else _bound(bound, environment)
        except (ValueError, LookupError) as error:
            raise BindingError(activity, name, str(error.args[0])) from None
    return found


def value_of(text: str, environment: Environment) -> Value:
    """The value of one template text; raises ValueError or LookupError when it cannot be computed."""
    return _template(parse(text), environment)


def _text_of(template: Template) -> Value:
    values = [segment.value for segment in template.segments if isinstance(segment, Constant)]
    return values[0] if len(values) == 1 else "".join(to_text(value) for value in values)


def _fixed(bound: Bound) -> Json:
    match bound:
        case Fixed(value):
            return value
        case BoundMapping(items):
            return {name: _fixed(item) for name, item in items.items()}
        case BoundList(items):
            return [_fixed(item) for item in items]
        case Template():
            raise TypeError("a template is not fixed")


def _bound(bound: Bound, environment: Environment) -> Json:
    match bound:
        case Fixed(value):
            return value
        case Template():
            return _template(bound, environment)
        case BoundMapping(items):
            return {name: _bound(item, environment) for name, item in items.items()}
        case BoundList(items):
            return [_bound(item, environment) for item in items]


def _template(template: Template, environment: Environment) -> Value:
    if template.is_typed:
        return _expression(template.segments[0], environment)
    return "".join([to_text(_expression(segment, environment)) for segment in template.segments])


def _expression(expression: Expression, environment: Environment) -> Value:
    match expression:
        case Constant(value):
            return value
        case Subscription(activity, item):
            value = item_of(environment.lineage, activity, item)
            return "" if value is None else value
        case VariableReference(path):
            if path not in environment.variables:
                raise LookupError(f"there is no variable '{path}'")
            return environment.variables[path]
        case GroupReference(path):
            if path not in environment.members:
                raise LookupError(f"the computer group '{path}' has no members")
            return environment.members[path]
        case Call(function, arguments):
            return call(function, [_expression(argument, environment) for argument in arguments])
