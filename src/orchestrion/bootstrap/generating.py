"""Filling an empty database with made-up history, to see how the product behaves when there is much of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import pairwise

from orchestrion.bootstrap.composition import Core
from orchestrion.bootstrap.maintenance import offline_core
from orchestrion.model.errors import ConflictError
from orchestrion.model.values import Json, Value
from orchestrion.ports.authoring import RunbookRecord, VersionRecord
from orchestrion.ports.transaction import Transaction
from orchestrion.settings import Settings
from orchestrion.storage.generating import (
    NOBODY,
    History,
    add_history,
    database_bytes,
    has_other_jobs,
    refresh_statistics,
)

FOLDER, NAME = "Generated", "Chain of ten"
LENGTH = 10
_AT_ONCE = 1000  # instances in one transaction
_TEXT = "The quick brown fox jumps over the lazy dog, and the dog does not mind at all."


async def generate_history(
    settings: Settings, executions: int, days: int, tell: Callable[[int], None]
) -> dict[str, object]:
    """Adds so many executions, ten for each job, spread over the last `days`; `tell` hears of each tenth.

    Gives what it took. Raises ConflictError when the database has jobs of its own: made-up history and real one do not
    mix.
    """
    async with offline_core(settings) as core:
        history = await _history(core, executions, days)
        before = await core.database.on_writer(database_bytes)
        begin = time.monotonic()
        for first in range(0, history.instances, _AT_ONCE):
            await core.database.on_writer(
                lambda connection, first=first: add_history(connection, history, first, _AT_ONCE)  # type: ignore[misc]
            )
            if (first + _AT_ONCE) * 10 // history.instances > first * 10 // history.instances:
                tell(min(first + _AT_ONCE, history.instances) * LENGTH)
        seconds = time.monotonic() - begin
        await core.database.on_writer(refresh_statistics)
        after = await core.database.on_writer(database_bytes)
    made = history.instances * LENGTH
    return {
        "executions": made,
        "jobs": history.instances,
        "seconds": round(seconds, 1),
        "executions_per_second": round(made / seconds),
        "bytes_per_execution": round((after - before) / made),
        "database_bytes": after,
    }


async def _history(core: Core, executions: int, days: int) -> History:
    now = core.clock.now()
    known = await core.database.read(lambda tx: tx.runbooks.find(f"{FOLDER}/{NAME}"))
    own = known.id if known else NOBODY
    if await core.database.on_writer(lambda connection: has_other_jobs(connection, own)):
        raise ConflictError(
            "This database has jobs that were not generated. Made-up history goes only into a database of its own."
        )
    runbook = await core.database.write(partial(_made, core)) if known is None else known
    record: dict[str, Value] = {"String to compare": _TEXT, "String to compare to": _TEXT, "Comparison result": True}
    record |= {"Case sensitive comparison": False, "Value to compare": None, "Value to compare to": None}
    activities = tuple(f"a{number}" for number in range(LENGTH))
    return History(runbook, activities, (record,), now - timedelta(days=days), now, max(1, executions // LENGTH))


def _made(core: Core, tx: Transaction) -> RunbookRecord:
    """The runbook that all made-up jobs are of, so that the console shows them as any others."""
    folder = next((each for each in tx.folders.all() if each.path == FOLDER), None)
    folder = folder or tx.folders.add(tx.folders.root().id, FOLDER)
    now = core.clock.now()
    made = tx.runbooks.add(folder.id, NAME, now)
    tx.runbooks.add_version(VersionRecord(made.id, 1, "generated", now, "", _document()), False, 1, "")
    return tx.runbooks.get(made.id)


def _document() -> dict[str, Json]:
    keys = [f"a{number}" for number in range(LENGTH)]
    inputs: dict[str, Json] = {"first_value": _TEXT, "relation": "equals", "second_value": _TEXT}
    activities: dict[str, Json] = {
        key: {"type": "utilities.compare-values", "name": key, "position": [40 + 260 * number, 140], "inputs": inputs}
        for number, key in enumerate(keys)
    }
    links: list[Json] = [{"from": before, "to": after} for before, after in pairwise(keys)]
    return {"orchestrion": "runbook/1", "name": NAME, "activities": activities, "links": links}
