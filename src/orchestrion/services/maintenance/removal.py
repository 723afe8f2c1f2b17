"""Deleting runs in transactions so short that nobody waits for them, and to the archive first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

import anyio
from pydantic_core import to_json

from orchestrion.model.values import Json
from orchestrion.ports.clock import Clock
from orchestrion.ports.maintenance import Archive, Candidate, Removed
from orchestrion.ports.transaction import Transaction
from orchestrion.services.maintenance.duty import Lead

T = TypeVar("T")

_MOST_INSTANCES = 500  # in one transaction
_FEWEST_ROWS, _MOST_ROWS = 1000, 10_000  # of the journal, in one transaction
_SHORT, _LONG = 0.025, 0.1  # seconds: transactions between these are of the right size
_SHORTEST_PAUSE = 0.01


class Pace:
    """How many rows a transaction deletes, so that it takes neither long nor too little; and the pause behind it.

    What counts is how long the database worked on it, not how long it waited for its turn. The pause is as long: at
    most half of the time of SQLite's one writer is ours.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.rows = _FEWEST_ROWS
        self.longest = 0.0

    async def write(self, lead: Lead, work: Callable[[Transaction], T]) -> T:
        """Runs a transaction, and pauses."""
        took = 0.0

        def timed(tx: Transaction) -> T:
            nonlocal took
            began = self._clock.steady()
            done = work(tx)
            took = self._clock.steady() - began
            return done

        done = await lead.write(timed)
        self.longest = max(self.longest, took)
        if took < _SHORT:
            self.rows = min(self.rows * 2, _MOST_ROWS)
        elif took > _LONG:
            self.rows = max(self.rows // 2, _FEWEST_ROWS)
        await anyio.sleep(max(took, _SHORTEST_PAUSE))
        return done


class Removal:
    """Deletes what it is given; `archive_folder` is where it is written to before, or empty."""

    def __init__(self, lead: Lead, clock: Clock, archive: Archive, archive_folder: str) -> None:
        self._lead = lead
        self._clock = clock
        self._archive = archive
        self._folder = archive_folder
        self.pace = Pace(clock)
        self.removed = Removed()
        self.archived = 0

    async def instances(self, candidates: Sequence[Candidate]) -> None:
        """Deletes instances with all that belongs to them; large ones bit by bit, the instance itself last."""
        for batch in self._batches(candidates):
            ids = [each.id for each in batch]
            if self._folder:
                await self._keep_copies(ids)
            if sum(each.rows for each in batch) > self.pace.rows:
                await self._trim(ids)
            self.removed += await self.pace.write(self._lead, partial(_remove, ids))

    async def _trim(self, ids: Sequence[str]) -> None:
        deleted = 1
        while deleted:
            deleted = await self.pace.write(self._lead, partial(_trim, ids, self.pace.rows))
            self.removed += Removed(rows=deleted)

    def _batches(self, candidates: Sequence[Candidate]) -> Iterator[list[Candidate]]:
        """As many as one transaction takes, at least one."""
        batch: list[Candidate] = []
        rows = 0
        for each in candidates:
            if batch and (len(batch) == _MOST_INSTANCES or rows + each.rows > self.pace.rows):
                yield batch
                batch, rows = [], 0
            batch.append(each)
            rows += each.rows
        if batch:
            yield batch

    async def _keep_copies(self, ids: Sequence[str]) -> None:
        """What cannot be written is not deleted: the error ends the removal."""
        found = await self._lead.read(partial(_dump, ids))
        await self._archive.add(self._folder, [to_json(each) for each in found])
        self.archived += len(found)

    async def empty_jobs(self, candidates: Sequence[Candidate]) -> None:
        """Deletes jobs that have no instance; the triggers of a monitor bit by bit before it."""
        for batch in self._batches(candidates):
            for each in batch:
                deleted = self.pace.rows
                while deleted:
                    deleted = await self.pace.write(self._lead, partial(_trim_job, each.id, self.pace.rows))
            jobs = await self.pace.write(self._lead, partial(_remove_jobs, [each.id for each in batch]))
            self.removed += Removed(jobs=jobs)

    async def triggers(self, before: datetime) -> int:
        """Deletes triggers from before a moment whose instances are gone; gives their number."""
        deleted, after, is_first = 0, None, True
        while after is not None or is_first:
            is_first = False
            count, after = await self.pace.write(self._lead, partial(_remove_triggers, before, after, self.pace.rows))
            deleted += count
        return deleted

    async def events(self, before: datetime, keep: int | None) -> int:
        """Deletes events from before a moment, but for the newest `keep`; gives their number."""
        deleted, last = 0, 1
        while last:
            last = await self.pace.write(self._lead, partial(_remove_events, before, keep, self.pace.rows))
            deleted += last
        return deleted


def _remove(ids: Sequence[str], tx: Transaction) -> Removed:
    return tx.retention.remove(ids)


def _trim(ids: Sequence[str], rows: int, tx: Transaction) -> int:
    return tx.retention.trim(ids, rows)


def _dump(ids: Sequence[str], tx: Transaction) -> list[Mapping[str, Json]]:
    return tx.retention.dump(ids)


def _trim_job(job_id: str, rows: int, tx: Transaction) -> int:
    return tx.retention.trim_job(job_id, rows)


def _remove_jobs(ids: Sequence[str], tx: Transaction) -> int:
    return tx.retention.remove_jobs(ids)


def _remove_triggers(before: datetime, after: str | None, rows: int, tx: Transaction) -> tuple[int, str | None]:
    return tx.retention.remove_triggers(before, after, rows)


def _remove_events(before: datetime, keep: int | None, rows: int, tx: Transaction) -> int:
    return tx.retention.remove_events(before, keep, rows)
