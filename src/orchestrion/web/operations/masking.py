"""Keeping secrets out of the inputs that are shown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from orchestrion.model.activity_type import ActivityType, Field, FieldKind
from orchestrion.model.values import Json
from orchestrion.observability.redact import MASK

# An encrypted variable inside a longer text leaves its sealed form in the middle of it (security/vault.py).
_SEALED = re.compile(r"orchestrion:\d+:[0-9a-f]+:[\w=-]+")


def masked(inputs: Mapping[str, Json], kind: ActivityType | None) -> dict[str, Json]:
    """The inputs without secrets: neither what a secret field holds, nor sealed texts anywhere else.

    A published item may bring a secret field something that was never sealed; without the type only sealed texts are
    known.
    """
    return _fields(inputs, kind.inputs if kind else ())


def _fields(inputs: Mapping[str, Json], fields: Sequence[Field]) -> dict[str, Json]:
    known = {field.name: field for field in fields}
    return {name: _value(value, known.get(name)) for name, value in inputs.items()}


def _value(value: Json, field: Field | None) -> Json:
    if field is not None and field.kind is FieldKind.SECRET:
        return MASK if value not in (None, "") else value
    if isinstance(value, str):
        return _SEALED.sub(MASK, value)
    if isinstance(value, Mapping):
        return _fields(value, field.columns if field else ())
    if isinstance(value, (list, tuple)):
        return [_value(each, field) for each in value]
    return value
