"""The packs installed beside this process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from orchestrion.model.activity_type import ActivityType
from orchestrion.sdk.declare import Definition
from orchestrion.sdk.fields import ActivityInputs


@dataclass(frozen=True, slots=True)
class InstalledType:
    """One activity type with the code that runs it and the version of its pack."""

    type: ActivityType
    definition: Definition[ActivityInputs]
    pack_version: str


class PackCatalogue(Protocol):
    """What this process can run."""

    def installed(self) -> Mapping[str, InstalledType]:
        """Every installed activity type by its full id."""

    def problems(self) -> Mapping[str, str]:
        """Packs that could not be loaded, by entry point name, with the reason."""
