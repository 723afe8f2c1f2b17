"""Secrets typed into a runbook: sealed before the document is stored, so that none lies in the database openly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from orchestrion.model.activity_type import ActivityType, Field, FieldKind
from orchestrion.model.errors import UnavailableError
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
