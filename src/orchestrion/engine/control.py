"""The activities that the engine itself interprets: their ending follows from what the instance knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrion.engine.signals import InstanceStarted
from orchestrion.model.condition import Status
from orchestrion.model.runbook import INITIALIZE_DATA, JUNCTION, RETURN_DATA, Activity
from orchestrion.model.values import Json, Record, Value, to_text


@dataclass(frozen=True, slots=True)
class ControlEnding:
    """How a control activity ended; the executor stamps and journals it like any other ending."""

    records: tuple[Record, ...]
    status: Status = Status.SUCCESS
    error: str = ""


def is_control(activity: Activity) -> bool:
    """Whether the engine answers for `activity` itself."""
    return activity.type in (INITIALIZE_DATA, RETURN_DATA, JUNCTION)


def answer(activity: Activity, inputs: Mapping[str, Json], started: InstanceStarted) -> ControlEnding:
    """The ending of a control activity with bound `inputs`.

    The caller must have asked `is_control`; a type it does not know publishes nothing.
    """
    if activity.type == INITIALIZE_DATA:
        return ControlEnding((dict(started.parameters),))
    if activity.type == RETURN_DATA:
        values = inputs.get("values")
        return ControlEnding(
            ({name: _value(each) for name, each in values.items()} if isinstance(values, Mapping) else {},)
        )
    return ControlEnding(({"Selected branch": to_text(_value(inputs.get("return_data_from")))},))


def _value(value: Json) -> Value:
    return value if value is None or isinstance(value, (str, int, float, bool)) else to_text(str(value))
