"""What people give in messages, as the engine takes it: whatever does not fit is left out."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrion.model.values import Json, Record


def records_of(value: Json) -> tuple[Record, ...]:
    """The records in `value`; one empty record when there are none."""
    if not isinstance(value, (list, tuple)):
        return ({},)
    return tuple(record_of(each) for each in value if isinstance(each, Mapping)) or ({},)


def record_of(value: Json) -> Record:
    """The items of a record in `value`."""
    return {
        name: item for name, item in mapping_of(value).items() if item is None or isinstance(item, (str, int, float))
    }


def mapping_of(value: Json) -> Mapping[str, Json]:
    """`value` when it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}
