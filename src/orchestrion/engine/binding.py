"""From input templates to the values an activity gets (spec 4.4, 4.6): compiled once, bound per execution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from orchestrion.engine.lineage import Lineage, item_of
from orchestrion.model.errors import BindingError
from orchestrion.model.expression import (
    Constant,
    CounterReference,
    GroupReference,
    Reference,
    Subscription,
    VariableReference,
    evaluate,
)
from orchestrion.model.functions_core import UTC_OFFSET, Surroundings
from orchestrion.model.template import Template, parse
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
    """What inputs are bound against: the record's own path, and what the executor has resolved for the execution.

    `variables` and `counters` hold values by path; `members` the computer that this execution runs for, by the path of
    its computer group. `now` is an aware moment, `offset` the difference of the server's local time from UTC, and
    `seed` names the execution: the ids made in it are derived from it, so that a replay makes the same.
    """

    lineage: Lineage | None
    variables: Mapping[str, Value]
    counters: Mapping[str, Value] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)
    now: datetime | None = None
    seed: str = ""
    offset: timedelta = UTC_OFFSET

    def surroundings(self) -> Surroundings:
        """What impure functions take; ids are counted from the first again."""
        return Surroundings(self.now, self.seed, self.offset)

    def resolve(self, reference: Reference) -> Value:
        """The value of a reference; missing data is an empty text. Raises LookupError, naming it, if it has none."""
        match reference:
            case Subscription(activity, item):
                value = item_of(self.lineage, activity, item)
                return "" if value is None else value
            case VariableReference(path):
                return _held(self.variables, path, f"there is no variable '{path}'")
            case CounterReference(path):
                return _held(self.counters, path, f"there is no counter '{path}'")
            case GroupReference(path):
                return _held(self.members, path, f"the computer group '{path}' has no members")


def _held(values: Mapping[str, Value], path: str, otherwise: str) -> Value:
    if path not in values:
        raise LookupError(otherwise)
    return values[path]


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
    """The inputs of one execution by name.

    Raises BindingError, naming the property and the position in its text, when one cannot be computed.
    """
    found: dict[str, Json] = {}
    around = environment.surroundings()
    for name, bound in inputs.items():
        try:
            found[name] = bound.value if isinstance(bound, Fixed) else _bound(bound, environment, around)
        except (ValueError, LookupError) as error:
            place = next(_failing(name, bound, environment), name)
            raise BindingError(activity, place, str(error.args[0])) from None
    return found


def constant_inputs(inputs: Mapping[str, Bound]) -> dict[str, Json] | None:
    """The inputs by name when nothing in them depends on the run, else None."""
    found: dict[str, Json] = {}
    for name, bound in inputs.items():
        if not isinstance(bound, Fixed):
            return None
        found[name] = bound.value
    return found


def value_of(text: str, environment: Environment) -> Value:
    """The value of one template text; raises ValueError or LookupError when it cannot be computed."""
    return _template(parse(text), environment, environment.surroundings())


def _failing(place: str, bound: Bound, environment: Environment) -> Iterator[str]:
    """The places inside an input whose texts cannot be computed, e.g. `filters[0].value`."""
    match bound:
        case BoundMapping(items):
            for name, item in items.items():
                yield from _failing(f"{place}.{name}", item, environment)
        case BoundList(items):
            for index, item in enumerate(items):
                yield from _failing(f"{place}[{index}]", item, environment)
        case _:
            try:
                _bound(bound, environment, environment.surroundings())
            except (ValueError, LookupError):
                yield place


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


def _bound(bound: Bound, environment: Environment, around: Surroundings) -> Json:
    match bound:
        case Fixed(value):
            return value
        case Template():
            return _template(bound, environment, around)
        case BoundMapping(items):
            return {name: _bound(item, environment, around) for name, item in items.items()}
        case BoundList(items):
            return [_bound(item, environment, around) for item in items]


def _template(template: Template, environment: Environment, around: Surroundings) -> Value:
    if template.is_typed:
        return evaluate(template.segments[0], environment.resolve, around)
    return "".join([to_text(evaluate(segment, environment.resolve, around)) for segment in template.segments])
