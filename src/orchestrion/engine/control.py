"""The activities that the engine itself interprets: their ending follows from what the instance knows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from orchestrion.engine.commands import StartActivity
from orchestrion.engine.groups import FAILED_ITEMS, GOES_ON, ITEM, ITEMS, NUMBER, ROUND, ROUNDS
from orchestrion.engine.plan import Plan
from orchestrion.engine.signals import InstanceStarted
from orchestrion.model.condition import Status
from orchestrion.model.runbook import FOR_EACH, INITIALIZE_DATA, JUNCTION, RETURN_DATA, WHILE, Activity, ReturnedItem
from orchestrion.model.values import Json, Record, Value, ValueType, convert, to_boolean, to_number, to_text


@dataclass(frozen=True, slots=True)
class ControlEnding:
    """How a control activity ended; the executor stamps and journals it like any other ending."""

    records: tuple[Record, ...]
    status: Status = Status.SUCCESS
    error: str = ""


def is_control(activity: Activity) -> bool:
    """Whether the engine answers for `activity` itself."""
    return activity.type in _ANSWERS or activity.type == RETURN_DATA


def answer(plan: Plan, inputs: Mapping[str, Json], started: InstanceStarted, command: StartActivity) -> ControlEnding:
    """The ending of the control activity that `command` starts, with bound `inputs`.

    The caller must have asked `is_control`.
    """
    activity = plan.activities[command.activity].activity
    if activity.type == RETURN_DATA:
        return _return(plan.runbook.returned_data, inputs)
    if command.closing is not None:
        status = Status.FAILED if command.problem else Status.SUCCESS
        return ControlEnding((command.closing,), status, command.problem)
    try:
        return _ANSWERS[activity.type](inputs, started, command)
    except ValueError as error:
        return ControlEnding(({},), Status.FAILED, str(error))


def _initialize(_inputs: Mapping[str, Json], started: InstanceStarted, _command: StartActivity) -> ControlEnding:
    return ControlEnding((dict(started.parameters),))


def _return(declared: Sequence[ReturnedItem], inputs: Mapping[str, Json]) -> ControlEnding:
    """The values in their declared types; one that does not fit fails the activity and names the item."""
    values = inputs.get("values")
    given = {name: _value(each) for name, each in values.items()} if isinstance(values, Mapping) else {}
    types = {each.name: each.type for each in declared}
    found: dict[str, Value] = {}
    for name, value in given.items():
        try:
            found[name] = convert(value, types.get(name, ValueType.TEXT)) if value != "" else value
        except ValueError as error:
            return ControlEnding(({},), Status.FAILED, f"The returned item '{name}' is a {types[name].value}: {error}.")
    return ControlEnding((found,))


def _join(inputs: Mapping[str, Json], _started: InstanceStarted, command: StartActivity) -> ControlEnding:
    selected = to_text(_value(inputs.get("return_data_from")))
    status = Status.WARNING if command.problem else Status.SUCCESS
    return ControlEnding(({"Selected branch": selected},), status, command.problem)


def _each(inputs: Mapping[str, Json], _started: InstanceStarted, _command: StartActivity) -> ControlEnding:
    items = _items(inputs.get("items"), to_text(_value(inputs.get("separator"))))
    if not items:
        return ControlEnding(({ITEMS: 0, FAILED_ITEMS: 0},))
    return ControlEnding(
        tuple({ITEM: item, NUMBER: number, ITEMS: len(items)} for number, item in enumerate(items, start=1))
    )


def _while(inputs: Mapping[str, Json], _started: InstanceStarted, command: StartActivity) -> ControlEnding:
    number = command.key.attempt
    most = to_number(_value(inputs.get("max_rounds", 1000)))
    if not to_boolean(_value(inputs.get("condition", False))):
        return ControlEnding(({ROUNDS: number - 1, GOES_ON: False},))
    if most and number > most:
        error = f"The condition still holds after {number - 1} rounds."
        return ControlEnding(({ROUNDS: number - 1, GOES_ON: False},), Status.FAILED, error)
    return ControlEnding(({ROUND: number, GOES_ON: True},))


_Answer: TypeAlias = Callable[[Mapping[str, Json], InstanceStarted, StartActivity], ControlEnding]
_ANSWERS: dict[str, _Answer] = {
    INITIALIZE_DATA: _initialize,
    JUNCTION: _join,
    FOR_EACH: _each,
    WHILE: _while,
}


def _items(given: Json, separator: str) -> list[Value]:
    """The items of a For Each: a list as it is; a text as the JSON list it spells, else split by the separator."""
    if isinstance(given, Sequence) and not isinstance(given, str):
        return [item for each in given for item in _items(each, separator)]
    text = to_text(_value(given))
    if not text:
        return []
    if text.startswith("["):
        try:
            return [_value(each) for each in json.loads(text)]
        except ValueError:
            pass  # no JSON: a text like any other
    parts = text.splitlines() if not separator else text.split(separator)
    return [given] if len(parts) == 1 and not isinstance(given, (Mapping, Sequence)) else list(parts)


def _value(value: Json) -> Value:
    return value if value is None or isinstance(value, (str, int, float, bool)) else to_text(str(value))
