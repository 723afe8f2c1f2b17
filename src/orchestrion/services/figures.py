"""How runs went lately and what is under way, by folder and by runbook (spec 5.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.statistics import LENGTHS, Period, quantile
from orchestrion.ports.clock import Clock
from orchestrion.ports.maintenance import Current, Tally
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.maintenance.statistics import SHORT, begin_of

CREATED = "created"  # of a job: no outcome, and it has no duration


@dataclass(slots=True)
class Counts:
    """How many had which outcome, and how long they took: classes of durations with their counts."""

    outcomes: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    durations: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, tally: Tally) -> None:
        """Counts a tally as well."""
        self.outcomes[tally.outcome] += tally.count
        if tally.outcome == CREATED:
            return
        for index, count in tally.durations.items():
            self.durations[index] += count

    def duration(self, share: float) -> float | None:
        """The seconds below which this share of them stayed."""
        return quantile(self.durations, share)


@dataclass(slots=True)
class Figures:
    """Of a runbook, or of everything in a folder and below; `jobs` and `instances` by period."""

    id: str
    path: str
    jobs: dict[Period, Counts]
    instances: dict[Period, Counts]
    queued_jobs: int = 0
    open_jobs: int = 0
    open_instances: int = 0

    def add(self, current: Current) -> None:
        """Counts what is under way as well."""
        self.queued_jobs += current.queued_jobs
        self.open_jobs += current.open_jobs
        self.open_instances += current.open_instances


@dataclass(frozen=True, slots=True)
class Overview:
    """Figures as they were counted last; `counted_at` is None before the first count."""

    counted_at: datetime | None
    runbooks: list[Figures]
    folders: list[Figures]


class RunFigures:
    """Reads counts that the duty `statistics` has made; what is under way is counted now."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def overview(self, actor: Actor) -> Overview:
        """Every folder and every runbook that has any figure, by path."""
        demand(actor, Right.VIEW_RUNS)
        now = self._clock.now()
        return await self._database.read(lambda tx: _overview(tx, now))


def _overview(tx: Transaction, now: datetime) -> Overview:
    folders = {each.path: _empty(each.id, each.path) for each in tx.folders.all()}
    found = {
        runbook_id: (_empty(runbook_id, path), _with_parents(folders[folder], folders))
        for runbook_id, (path, folder) in tx.statistics.runbooks().items()
    }
    for period, length in LENGTHS.items():
        for tally in tx.statistics.tallies(begin_of(now - length, SHORT)):
            for figures in _counted(found, tally.runbook_id):
                (figures.jobs if tally.subject == "job" else figures.instances)[period].add(tally)
    for runbook_id, current in tx.statistics.current().items():
        for figures in _counted(found, runbook_id):
            figures.add(current)
    counted = next((each.ended_at for each in tx.duties.all() if each.name == "statistics" and each.figures), None)
    return Overview(counted, [each for each, _ in found.values()], list(folders.values()))


def _counted(found: Mapping[str, tuple[Figures, list[Figures]]], runbook_id: str) -> list[Figures]:
    """What counts a runbook: itself and the folders above it; nothing for one that is deleted."""
    if runbook_id not in found:
        return []
    own, above = found[runbook_id]
    return [own, *above]


def _with_parents(folder: Figures, by_path: Mapping[str, Figures]) -> list[Figures]:
    found, path = [folder], folder.path
    while path:
        path = path.rpartition("/")[0]
        found.append(by_path[path])
    return found


def _empty(figures_id: str, path: str) -> Figures:
    return Figures(figures_id, path, {each: Counts() for each in Period}, {each: Counts() for each in Period})
