"""Stamps in a SQLite file and beside it, by which a copy that was put in its place is known (durability.md 8)."""

from __future__ import annotations

import anyio
import structlog
from uuid_utils import uuid4

from orchestrion.model.errors import UnavailableError
from orchestrion.ports.incarnation import StampFile
from orchestrion.ports.transaction import Database

COPIED = "The database file is not the one that was in use last: it was restored from a copy."
_EVERY_SECONDS = 600.0
_log = structlog.get_logger(__name__)


class Stamps:
    """Leaves a new stamp now and then: a copy of the file from before has an older one."""

    def __init__(self, database: Database, file: StampFile) -> None:
        self._database = database
        self._file = file

    async def check(self) -> None:
        """Begins a new incarnation when the database has not the stamp that it was left with."""
        found = await self._database.read(lambda tx: tx.incarnation.stamp())
        if found is not None and found not in self._file.read():
            begun = await self._database.write(lambda tx: tx.incarnation.begin(COPIED))
            _log.error("A new incarnation begins.", number=begun.number, held_jobs=begun.held_jobs, reason=COPIED)
        await self.renew()

    async def renew(self) -> None:
        """Leaves a new stamp, first beside the database; the old one counts until the new one is in it."""
        before, stamp = await self._database.read(lambda tx: tx.incarnation.stamp()), str(uuid4())
        self._file.write([stamp] if before is None else [before, stamp])
        await self._database.write(lambda tx: tx.incarnation.put_stamp(stamp))
        self._file.write([stamp])

    async def run(self) -> None:
        """Leaves a new stamp every ten minutes until cancelled."""
        while True:
            await anyio.sleep(_EVERY_SECONDS)
            try:
                await self.renew()
            except (UnavailableError, OSError) as error:
                _log.warning("No new stamp could be left beside the database.", error=str(error))
