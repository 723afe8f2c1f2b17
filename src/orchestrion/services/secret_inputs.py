"""Secrets typed into a runbook: sealed before the document is stored, so that none lies in the database openly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from orchestrion.model.activity_type import ActivityType, Field, FieldKind
from orchestrion.model.errors import InvalidError, UnavailableError
from orchestrion.model.runbook import Runbook
from orchestrion.model.values import Json
from orchestrion.ports.security import Vault


def sealed(runbook: Runbook, types: Mapping[str, ActivityType], vault: Vault, before: Runbook | None) -> Runbook:
    """The runbook with every secret that stands in it sealed; templates and sealed texts stay as they are.

    A secret equal to the one at the same place in `before` keeps its sealed text: saving again changes nothing.
    """
    activities = {}
    for activity in runbook.activities.values():
        kind = types.get(activity.type)
        old = before.activities.get(activity.id) if before else None
        inputs = _Sealer(vault).inputs(activity.inputs, kind.inputs if kind else (), old.inputs if old else {})
        activities[activity.id] = replace(activity, inputs=inputs)
    return replace(runbook, activities=activities)


def refuse_secrets(runbook: Runbook, types: Mapping[str, ActivityType], given: Mapping[str, Json]) -> None:
    """Raises InvalidError when inputs that somebody gives to a run, by activity id, name a secret.

    They are stored as they are, with the run, and a secret never lies in the database openly.
    """
    problems = []
    for activity_id, inputs in given.items():
        activity = runbook.activities.get(activity_id)
        kind = types.get(activity.type) if activity else None
        named = _secrets_in(inputs, kind.inputs if kind else ())
        problems += [f"'{name}' of '{activity_id}' is a secret and cannot be given here." for name in named]
    if problems:
        raise InvalidError(f"{problems[0]} Change it in the runbook, where it is sealed.", problems)


def _secrets_in(value: Json, fields: Sequence[Field]) -> list[str]:
    """The names of the secret fields in the inputs, or in the row of a table, that hold something."""
    if not isinstance(value, Mapping):
        return []
    found = []
    for field in fields:
        held = value.get(field.name)
        if field.kind is FieldKind.SECRET and held not in (None, ""):
            found.append(field.name)
        elif field.kind is FieldKind.TABLE and isinstance(held, (list, tuple)):
            found += [f"{field.name}.{name}" for row in held for name in _secrets_in(row, field.columns)]
    return list(dict.fromkeys(found))


class _Sealer:
    """Walks the inputs of one activity beside what stood there before."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def inputs(
        self, inputs: Mapping[str, Json], fields: Sequence[Field], before: Mapping[str, Json]
    ) -> dict[str, Json]:
        """The inputs with their secrets sealed; those without a secret field come back as they are."""
        found = dict(inputs)
        for field in fields:
            if field.name in found:
                found[field.name] = self._value(found[field.name], field, before.get(field.name))
        return found

    def _value(self, value: Json, field: Field, before: Json) -> Json:
        if field.kind is FieldKind.SECRET and isinstance(value, str):
            return self._secret(value, before)
        if field.kind is FieldKind.TABLE and isinstance(value, (list, tuple)):
            earlier = before if isinstance(before, (list, tuple)) else ()
            return [self._row(row, field, earlier, index) for index, row in enumerate(value)]
        return value

    def _row(self, row: Json, field: Field, earlier: Sequence[Json], index: int) -> Json:
        old = earlier[index] if index < len(earlier) else None
        return (
            self.inputs(row, field.columns, old if isinstance(old, Mapping) else {})
            if isinstance(row, Mapping)
            else row
        )

    def _secret(self, value: str, before: Json) -> str:
        if not value or "{{" in value or self._vault.is_sealed(value):
            return value
        if isinstance(before, str) and self._opened(before) == value:
            return before
        return self._vault.seal(value)

    def _opened(self, text: str) -> str | None:
        try:
            return self._vault.open(text) if self._vault.is_sealed(text) else None
        except UnavailableError:
            return None
