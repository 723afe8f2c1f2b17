"""Chains of one runbook with much work waiting, and with much history behind."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from orchestrion.model.values import Value
from tests.bench import runbooks
from tests.bench.chain import CHAIN, Figures, Load, Used, check_rows, prepared, run, until_ended, until_none
from tests.bench.place import Place, fresh_place
from tests.bench.sql import seconds_of

SMALL = 1000
_AT_ONCE = 1000  # instances generated in one transaction
_DAYS = 90
_TURNS = 5  # the middle one counts


async def pending(place: Place, load: Load) -> Figures:
    """Chains a second of one runbook with a thousand, and with a million jobs that wait for their turn."""
    small = await _with_queue(place, load, SMALL)
    async with fresh_place(place.kind) as other:
        return _both(small, await _with_queue(other, load, load.large))


async def finished(place: Place, load: Load) -> Figures:
    """Chains a second of one runbook with a thousand, and with a million jobs that have ended before.

    In turn on two databases, so that both see the same minutes.
    """
    small, large = [], []
    async with fresh_place(place.kind) as other:
        for each, ended in ((other, SMALL), (place, load.large)):
            await add_ended(each, await prepared(each, load.kind), ended, activities=1)
        for _ in range(_TURNS):
            small.append(await rate(other, load))
            large.append(await rate(place, load))
    return _both(_middle(small), _middle(large))


def _middle(found: list[Figures]) -> Figures:
    return sorted(found, key=lambda each: float(str(each["rate"])))[len(found) // 2]


def _both(small: Figures, large: Figures) -> Figures:
    """Rates, and what an activity takes of the processors, which other work on the machine hardly changes."""
    found: Figures = {"rate_1k": small["rate"], "rate_1m": large["rate"]}
    found["flatness"] = round(float(str(large["rate"])) / float(str(small["rate"])), 3)
    for name in ("server_us", "database_us"):
        found |= {f"{name}_1k": small[name], f"{name}_1m": large[name]}
    return found


async def add_ended(place: Place, runbook_id: str, jobs: int, activities: int) -> int:
    """Adds made-up history of a runbook; gives by how many bytes the database grew."""
    from orchestrion.storage.generating import (  # noqa: PLC0415 - the rest measures revisions without it as well
        History,
        add_history,
        database_bytes,
        refresh_statistics,
    )

    async with place.core() as core:
        found = await core.database.read(lambda tx: tx.runbooks.get(runbook_id))
        record: dict[str, Value] = {
            "String to compare": runbooks.TEXT,
            "String to compare to": runbooks.TEXT,
            "Comparison result": True,
        }
        now = core.clock.now()
        keys = tuple(f"a{number}" for number in range(activities))
        history = History(found, keys, (record,), now - timedelta(days=_DAYS), now, jobs)
        before = await core.database.on_writer(database_bytes)
        for first in range(0, jobs, _AT_ONCE):
            await core.database.on_writer(partial(add_history, history=history, first=first, count=_AT_ONCE))
        await core.database.on_writer(refresh_statistics)
        return await core.database.on_writer(database_bytes) - before


async def rate(place: Place, load: Load) -> Figures:
    """Chains on servers that have run some before."""
    with place.servers(load.servers, max(1, load.in_flight // load.servers)) as servers:
        await until_ended(place, await place.release(100))
        return await run(place, servers, load)


async def _with_queue(place: Place, load: Load, queued: int) -> Figures:
    """The first thousand jobs; each ending admits the next."""
    runbook_id = await prepared(place, load.kind, load.in_flight)
    await place.queue(queued)
    unfinished = f"FROM job WHERE runbook_id = '{runbook_id}' AND status = 'pending' AND NOT admitted"
    with place.servers(load.servers, load.in_flight) as servers:
        used = Used(place, servers)
        stamp = await place.release(load.in_flight)
        await until_ended(place, stamp)
        await until_none(place, unfinished, queued - SMALL)
        figures = used.since(SMALL * CHAIN)
    await check_rows(place, stamp, load.in_flight)
    return figures | {"rate": await _rate_of_first(place, runbook_id, SMALL)}


async def _rate_of_first(place: Place, runbook_id: str, count: int) -> int:
    ended = f"FROM instance WHERE runbook_id = '{runbook_id}' AND state = 'ended'"
    last = f"SELECT {seconds_of(place.kind, 'ended_at')} {ended} ORDER BY ended_at LIMIT 1 OFFSET {count - 1}"
    first = f"SELECT min({seconds_of(place.kind, 'started_at')}) {ended}"
    seconds = float((await place.sql.rows(last))[0][0]) - float((await place.sql.rows(first))[0][0])
    return round(count * CHAIN / seconds)
