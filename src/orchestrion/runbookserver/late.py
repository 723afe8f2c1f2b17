"""Outcomes that come when their server no longer owns the instance: they answer the doubt by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from orchestrion.model.condition import Status
from orchestrion.model.errors import UnavailableError
from orchestrion.model.values import Json
from orchestrion.ports.clock import Clock
from orchestrion.ports.runs import LateOutcome
from orchestrion.ports.transaction import Database
from orchestrion.runbookserver.given import records_of
from orchestrion.sdk.invoke import Ended

_RETRY_SECONDS = 1.0


class LateOutcomes:
    """Puts late outcomes into the inbox of their instance; while the database is away, waits (durability.md 5)."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._posting: set[asyncio.Task[None]] = set()

    def post(self, late: LateOutcome) -> None:
        """Stores how an execution ended that a successor may hold in doubt; one that is in no doubt changes nothing."""
        task = asyncio.create_task(self._post(late))
        self._posting.add(task)
        task.add_done_callback(self._posting.discard)

    async def _post(self, late: LateOutcome) -> None:
        while True:
            try:
                await self._database.write(lambda tx: tx.runs.post_late(late, self._clock.now()))
            except UnavailableError:
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return


def late_ending(payload: Mapping[str, Json]) -> Ended:
    """The ending in the message that `LateOutcomes` left."""
    return Ended(
        Status(str(payload.get("status"))), records_of(payload.get("records")), str(payload.get("error") or "")
    )
