"""What has to be known to say why something does not start: the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from orchestrion.model.start_reason import Queued, Seen, Waiting


class StartStore(Protocol):
    """Looks at what waits; each id that waits for something else is left out."""

    def queued(self, job_ids: Sequence[str]) -> dict[str, Queued]:
        """Jobs that are not admitted yet, by id."""

    def instances(self, instance_ids: Sequence[str]) -> dict[str, Waiting]:
        """Ready instances, by id."""

    def monitors(self, job_ids: Sequence[str]) -> dict[str, Waiting]:
        """Monitors that nobody watches for, by job id."""

    def for_runs(self) -> list[Seen]:
        """Every server by rank, with the instances it runs."""

    def for_monitors(self) -> list[Seen]:
        """Every server by rank, with the monitors it watches for."""

    def restored(self, job_ids: Sequence[str]) -> set[str]:
        """Those of the jobs that a new incarnation holds (durability.md 8)."""
