"""What a pack offers: found by the entry point group `orchestrion.packs`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeAlias

from orchestrion.model.activity_type import ActivityType
from orchestrion.sdk.declare import Definition
from orchestrion.sdk.fields import ActivityInputs

AnyDefinition: TypeAlias = "Definition[ActivityInputs]"


@dataclass(frozen=True, slots=True)
class PackManifest:
    """A pack: its id (first half of every type id), and the definitions it brings.

    `package` is the Python package that holds `icons/<activity-id>.svg`.
    """

    id: str
    name: str
    version: str
    activities: tuple[object, ...]
    package: str = ""

    def definitions(self) -> Iterator[tuple[ActivityType, AnyDefinition]]:
        """Each definition with its type as the catalogue knows it: full id, pack, icon, limits of this machine.

        Raises TypeError for an entry that `@activity` or `@monitor` did not make.
        """
        for each in self.activities:
            if not isinstance(each, Definition):
                raise TypeError(f"pack '{self.id}': {each!r} is not declared with @activity or @monitor")
            yield self._full_type(each), each

    def _full_type(self, definition: AnyDefinition) -> ActivityType:
        declared = definition.type
        return replace(
            declared,
            id=f"{self.id}.{declared.id}",
            pack=self.id,
            icon=self._icon(declared.id),
            limits=tuple(definition.limits_func()),
            simulates=definition.simulate_func is not None,
        )

    def _icon(self, name: str) -> str:
        if not self.package:
            return ""
        found: Traversable = files(self.package) / "icons" / f"{name}.svg"
        return found.read_text(encoding="utf-8").strip() if found.is_file() else ""
