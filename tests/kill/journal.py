"""A journal that tells the target of every commit of a run, just before and just after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import Connection

from orchestrion.model.values import Json
from orchestrion.ports.journal import Claimed, Fence, InstanceEnd, Slice
from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.journal import SqlJournal
from tests.kill.asking import ask_and_block
from tests.kill.cuts import Moment

T = TypeVar("T")
Facts = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Announcing:
    """A database whose writing transactions are told of with what `facts` says of their result; None tells nothing."""

    database: SqlDatabase
    facts: Callable[[object], Facts | None]

    async def on_writer(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` in a transaction, and speaks when only its COMMIT is missing, and again when it has succeeded."""

        def whole(connection: Connection) -> T:
            result = work(connection)
            self._tell(Moment.BEFORE_COMMIT, result)
            return result

        result = await self.database.on_writer(whole)
        self._tell(Moment.AFTER_COMMIT, result)
        return result

    async def on_journal(self, work: Callable[[Connection], T]) -> T:
        """As `on_writer`, on the connection that is kept for the journal."""

        def whole(connection: Connection) -> T:
            result = work(connection)
            self._tell(Moment.BEFORE_COMMIT, result)
            return result

        result = await self.database.on_journal(whole)
        self._tell(Moment.AFTER_COMMIT, result)
        return result

    @property
    def is_postgres(self) -> bool:
        """See SqlDatabase."""
        return self.database.is_postgres

    async def on_driver(self, work: Callable[[Any], Any]) -> Any:
        """Speaks before and after a transaction of the driver's own, which is one call."""
        self._tell(Moment.BEFORE_COMMIT, None)
        result = await self.database.on_driver(work)
        self._tell(Moment.AFTER_COMMIT, result)
        return result

    def _tell(self, moment: Moment, result: object) -> None:
        facts = self.facts(result)
        if facts is not None:
            ask_and_block(kind="commit", moment=moment.value, **facts)


class AnnouncingJournal(SqlJournal):
    """The product's journal; claims that take nothing are no commits of a run."""

    async def append(self, fence: Fence, slices: Sequence[Slice]) -> dict[str, str]:
        """See ports.JournalStore."""
        facts = _outcomes(slices)
        return await self._telling(lambda _: facts).append(fence, slices)

    async def claim(self, fence: Fence, limit: int, now: datetime) -> list[Claimed]:
        """See ports.JournalStore."""
        return await self._telling(_claimed).claim(fence, limit, now)

    def _telling(self, facts: Callable[[object], Facts | None]) -> SqlJournal:
        return SqlJournal(cast("SqlDatabase", Announcing(self._database, facts)))


def _claimed(result: object) -> Facts | None:
    found = {each.instance_id: each.job_id for each in cast("list[Claimed]", result)}
    return {"claimed": dict(found)} if found else None


def _outcomes(slices: Sequence[Slice]) -> Facts:
    outcomes = {each.instance_id: each.outcome for each in slices if each.outcome is not None}
    return {
        "outcomes": {
            instance_id: outcome.status.value if isinstance(outcome, InstanceEnd) else "held"
            for instance_id, outcome in outcomes.items()
        }
    }
