"""How many durable activities a second: chains of ten, all of them waiting when the clock starts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import anyio
import psutil

from tests.bench import runbooks
from tests.bench.place import Place, processor_seconds
from tests.bench.sql import RAW_TABLE, seconds_of
from tests.services.processes import ReadProcess

CHAIN = 10
_RAW_ROWS = 40_000
_WARM_UP = 100  # jobs
_LOOK_SECONDS = 0.1  # how often the driver asks whether all have ended; a look costs a server nothing
_LONGEST_SECONDS = 1800.0
Figures = dict[str, object]


@dataclass(frozen=True, slots=True)
class Load:
    """What is run: so many jobs, so many at once in all servers together."""

    kind: str = "read"
    jobs: int = 2000
    in_flight: int = 200
    servers: int = 1
    large: int = 1_000_000  # jobs that wait, or have ended before, where much of it is measured


async def chain(place: Place, load: Load) -> Figures:
    """Activities a second of some server processes, checked by counting rows, and the raw rate of that minute."""
    await prepared(place, load.kind)
    raw_before = 0.0
    with place.servers(load.servers, max(1, load.in_flight // load.servers)) as servers:
        await until_ended(place, await place.release(_WARM_UP * load.servers))
        await set_row_aside(place)
        raw_before = await place.sql.raw_rate(_RAW_ROWS)
        figures = await run(place, servers, load)
    raw = (raw_before + await place.sql.raw_rate(_RAW_ROWS)) / 2
    return figures | {"raw_rate": round(raw), "ratio": round(float(str(figures["rate"])) / raw, 4)}


async def prepared(place: Place, kind: str, limit: int = runbooks.MANY) -> str:
    """Checks the chain in, and makes the template of its jobs; gives the runbook's id. At most `limit` run at once."""
    file = place.folder / "small.txt"
    file.write_text(f"{runbooks.TEXT}\n")
    runbook_id = await place.import_runbook(runbooks.chain(runbooks.KINDS[kind], str(file), limit, CHAIN))
    await place.make_template(runbook_id)
    return runbook_id


class Used:
    """What the product's and the database's processes use from now on."""

    def __init__(self, place: Place, servers: Sequence[ReadProcess]) -> None:
        self._servers = [psutil.Process(each.pid) for each in servers]
        self._database = place.database_processes()
        self._before = self._now()

    def since(self, activities: int) -> Figures:
        """Microseconds of processor time for each activity."""
        server, database = (1e6 * (now - before) for now, before in zip(self._now(), self._before, strict=True))
        return {
            "server_us": round(server / activities, 1),
            "database_us": round(database / activities, 1) if self._database else None,
            "server_mb": round(max(each.memory_info().rss for each in self._servers) / 1e6, 1),
        }

    def _now(self) -> tuple[float, float]:
        return processor_seconds(self._servers), processor_seconds(self._database)


async def run(place: Place, servers: Sequence[ReadProcess], load: Load) -> Figures:
    """Releases the jobs and waits for the last one; raises when an activity is missing or was run twice."""
    used = Used(place, servers)
    stamp = await place.release(load.jobs)
    await until_ended(place, stamp)
    figures = used.since(load.jobs * CHAIN)
    await check_rows(place, stamp, load.jobs)
    times = [seconds_of(place.kind, each) for each in ("min(started_at)", "max(ended_at)")]
    begin, end = (await place.sql.rows(f"SELECT {', '.join(times)} FROM instance WHERE created_at = '{stamp}'"))[0]
    seconds = float(end) - float(begin)
    return {"rate": round(load.jobs * CHAIN / seconds), "seconds": round(seconds, 2), **figures}


async def until_ended(place: Place, stamp: str) -> None:
    """Waits until all jobs that were made at that moment have ended."""
    await until_none(place, f"FROM instance WHERE created_at = '{stamp}' AND state <> 'ended'")


async def until_none(place: Place, rows: str, but: int = 0) -> None:
    """Waits until there are no rows of the query that begins with FROM, or at most so many."""
    deadline = time.monotonic() + _LONGEST_SECONDS
    while (await place.sql.rows(f"SELECT count(*) {rows}"))[0][0] > but:
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {_LONGEST_SECONDS} s there are still rows {rows}")
        await anyio.sleep(_LOOK_SECONDS)


async def check_rows(place: Place, stamp: str, jobs: int) -> None:
    """Exactly one execution for each activity of each job, all succeeded."""
    query = f"""
        SELECT count(*), count(DISTINCT e.id), min(e.status), max(e.status), count(DISTINCT i.id)
        FROM execution e JOIN instance i ON i.id = e.instance_id
        WHERE i.created_at = '{stamp}' AND i.status = 'success'
    """
    found = (await place.sql.rows(query))[0]
    wanted = (jobs * CHAIN, jobs * CHAIN, "success", "success", jobs)
    if found != wanted:
        raise AssertionError(f"rows, distinct, status, status, instances: {found} instead of {wanted}")


async def set_row_aside(place: Place) -> None:
    """Keeps a finished execution of the chain: its size is what the raw rate is measured with."""
    await place.sql.run(
        f"CREATE TABLE {RAW_TABLE} AS SELECT * FROM execution WHERE activity_id = 'a5' LIMIT 1",
    )
