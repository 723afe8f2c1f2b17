"""How long one run takes when nothing else is to do: from the request to its first activity and to its end."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import anyio

from orchestrion.bootstrap.composition import Core
from orchestrion.model.access import SYSTEM
from orchestrion.services.jobs import StartRequest
from tests.bench import runbooks
from tests.bench.chain import CHAIN, Figures, Load, prepared, set_row_aside
from tests.bench.place import Place, serving

_RUNS, _WARM_UP = 200, 20
_COMMITS = CHAIN + 3  # of a chain, one after another: the start, the claim, the first row, and one for each activity
_ENDS = frozenset({"success", "warning", "failed", "canceled"})


@dataclass(frozen=True, slots=True)
class Runs:
    """What is run, one at a time: a runbook with so many activities, so often."""

    runbook_id: str
    activities: int
    count: int


async def idle(place: Place, load: Load) -> Figures:
    """A chain of ten at a time: server and caller in one process, and, on PostgreSQL, in two.

    With it, how long the database alone takes for as many commits of one row each.
    """
    runbook_id = await prepared(place, load.kind)
    figures = await _both(place, Runs(runbook_id, CHAIN, _RUNS))
    await set_row_aside(place)
    rate = await place.sql.raw_rate(_RUNS * _COMMITS, batch=1)
    return figures | {"commits_ms": round(1000 * _COMMITS / rate, 2)}


async def fan(place: Place, load: Load) -> Figures:
    """A hundred branches and a junction that waits for all of them, one run at a time."""
    file = place.folder / "small.txt"
    file.write_text(f"{runbooks.TEXT}\n")
    runbook_id = await place.import_runbook(runbooks.fan(runbooks.KINDS[load.kind], str(file)))
    return await _both(place, Runs(runbook_id, runbooks.BRANCHES + 2, _RUNS // 4))


async def _both(place: Place, runs: Runs) -> Figures:
    async with place.core() as core, serving(core):
        figures = await one_by_one(core, runs)
    if place.kind == "sqlite":
        return figures
    with place.servers(1, 200):
        async with place.core() as core:
            across = await one_by_one(core, runs)
    return figures | {f"across_{name}": value for name, value in across.items()}


async def one_by_one(core: Core, runs: Runs) -> Figures:
    """Milliseconds: p50 and p95 until the caller knows the end, and until the first activity starts."""
    ends, begins = [], []
    with core.wakeups.listen("live") as listener:
        for number in range(_WARM_UP + runs.count):
            asked_at, begin = datetime.now(UTC), time.perf_counter()
            job = await core.services.jobs.start(SYSTEM, StartRequest(runs.runbook_id))
            with anyio.fail_after(60):
                while not _tells_the_end(await listener.next(30), job.id):
                    pass
            taken = 1000 * (time.perf_counter() - begin)
            if number >= _WARM_UP:
                ends.append(taken)
                begins.append(1000 * (await _first_start(core, job.id, runs.activities) - asked_at).total_seconds())
    return {**_percentiles("ms", ends), **_percentiles("first_ms", begins)}


def _tells_the_end(announced: str | None, job_id: str) -> bool:
    if announced is None or job_id not in announced:
        return False
    told = json.loads(announced)
    return told["event"] == "job" and told["data"]["status"] in _ENDS


async def _first_start(core: Core, job_id: str, activities: int) -> datetime:
    """When the first activity began; raises when not every activity ran once."""
    found = await core.services.runs.job(SYSTEM, job_id)
    assert found.status.value == "success", found.error
    assert found.latest_instance_id is not None
    instance_id = found.latest_instance_id
    executions = await core.database.read(lambda tx: tx.runs.executions(instance_id, limit=activities + 1))
    assert len({each.activity_id for each in executions}) == len(executions) == activities
    return min(each.started_at for each in executions)


def _percentiles(name: str, values: Sequence[float]) -> dict[str, object]:
    ordered = sorted(values)
    return {
        f"p50_{name}": round(statistics.median(ordered), 2),
        f"p95_{name}": round(ordered[int(0.95 * len(ordered))], 2),
    }
