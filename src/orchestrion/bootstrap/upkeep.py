"""The maintenance of an installation: every process of it can do it, one does."""

from __future__ import annotations

import os

from orchestrion.bootstrap.composition import Core
from orchestrion.runbookserver.clock import utc_offset
from orchestrion.services.maintenance.purge import Purge, Size
from orchestrion.services.maintenance.repair import Repair
from orchestrion.services.maintenance.statistics import Statistics
from orchestrion.services.maintenance.upkeep import Term, Upkeep
from orchestrion.services.maintenance.watch import Watch
from orchestrion.storage.archive import FileArchive


def upkeep(core: Core) -> Upkeep:
    """All duties, over the adapters of this process."""
    clock, archive = core.clock, FileArchive(core.clock)
    duties = (
        Purge(clock, utc_offset, archive),
        Size(clock, archive),
        Repair(clock, core.wakeups),
        Statistics(clock),
        Watch(clock),
    )
    settings = core.settings
    name = f"{settings.name} (process {os.getpid()})"
    return Upkeep(core.database, clock, duties, name, Term(settings.lease_seconds, settings.beat_seconds))
