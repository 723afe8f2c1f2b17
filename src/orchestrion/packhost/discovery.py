"""Packs by the entry point group `orchestrion.packs`: ours and everybody's through the same door."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points

from orchestrion.ports.packs import InstalledType
from orchestrion.sdk.manifest import PackManifest

GROUP = "orchestrion.packs"


class EntryPointCatalogue:
    """See ports.PackCatalogue. Packs are imported once, here; one that fails harms no other."""

    def __init__(self) -> None:
        self._installed: dict[str, InstalledType] = {}
        self._problems: dict[str, str] = {}
        for entry in sorted(entry_points(group=GROUP), key=lambda each: each.name):
            try:
                self._add(entry.load())
            except Exception as error:  # noqa: BLE001 - a stranger's import may raise anything
                self._problems[entry.name] = f"{type(error).__name__}: {error}"

    def installed(self) -> Mapping[str, InstalledType]:
        """See ports.PackCatalogue."""
        return self._installed

    def problems(self) -> Mapping[str, str]:
        """See ports.PackCatalogue."""
        return self._problems

    def _add(self, manifest: object) -> None:
        if not isinstance(manifest, PackManifest):
            raise TypeError(f"the entry point gives {type(manifest).__name__}, not a PackManifest")
        found = {kind.id: InstalledType(kind, each, manifest.version) for kind, each in manifest.definitions()}
        taken = next((type_id for type_id in found if type_id in self._installed), None)
        if taken is not None:
            raise ValueError(f"the activity type '{taken}' is provided by another pack already")
        self._installed.update(found)
