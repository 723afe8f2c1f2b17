"""What a runbook server keeps in memory: idle, for each instance in flight, and for each that is parked."""

from __future__ import annotations

import anyio
import psutil

from tests.bench import runbooks
from tests.bench.chain import Figures, Load
from tests.bench.place import Place

_SHORT, _LONG = 4.5, 3600.0  # seconds of a link's delay: stays in memory, is parked
_INSTANCES, _LONGEST_SECONDS = 2000, 600
_SETTLE_SECONDS = 3.0  # an idle server has done what it does after its start


async def memory(place: Place, load: Load) -> Figures:
    """Megabytes of an idle server; kilobytes that each instance adds, at most while in flight and after parking."""
    idle, flying = await _one(place, _SHORT)
    _, parked = await _one(place, _LONG)
    return {"idle_mb": round(idle / 1e6, 1), "in_flight_kb": _each(flying - idle), "parked_kb": _each(parked - idle)}


async def _one(place: Place, delay: float) -> tuple[int, int]:
    """Bytes of a server that is idle, and the most it takes with all instances waiting, or once they are parked."""
    await place.make_template(await place.import_runbook(runbooks.wait(delay)))
    with place.servers(1, _INSTANCES) as servers:
        process = psutil.Process(servers[0].pid)
        await anyio.sleep(_SETTLE_SECONDS)
        idle = process.memory_info().rss
        stamp = await place.release(_INSTANCES)
        at_last = "parked" if delay == _LONG else "ended"
        most = idle
        with anyio.fail_after(_LONGEST_SECONDS):
            while await _count(place, stamp, at_last) < _INSTANCES:
                most = max(most, process.memory_info().rss)
                await anyio.sleep(0.1)
        await anyio.sleep(_SETTLE_SECONDS if delay == _LONG else 0)
        return idle, process.memory_info().rss if delay == _LONG else most


async def _count(place: Place, stamp: str, state: str) -> int:
    found = await place.sql.rows(f"SELECT count(*) FROM instance WHERE created_at = '{stamp}' AND state = '{state}'")
    return int(found[0][0])


def _each(grown: int) -> float:
    return round(max(0, grown) / _INSTANCES / 1000, 1)
