"""`python -m tests.bench.flat 1000 1000000`: what stays flat while history grows, on PostgreSQL."""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import cast

import anyio

from orchestrion.bootstrap.composition import Core
from orchestrion.model.access import SYSTEM
from orchestrion.model.job import JobStatus
from orchestrion.ports.runs import RunFilter
from tests.bench.chain import CHAIN, Figures, Load, prepared
from tests.bench.idle import Runs, one_by_one
from tests.bench.place import Place, fresh_place, serving
from tests.bench.report import RESULTS, ROOT, between_markers, machine, revision, table
from tests.bench.scale import add_ended, rate

PAGE = ROOT / "docs" / "scaling.md"
_LOOKS, _STARTS, _PURGED, _CONTROL = 20, 50, 50, 1000
_ROWS = {
    "added_per_second": "executions generated a second",
    "bytes_per_execution": "bytes on disk for each execution, with its share of job and instance",
    "rate": "durable activities a second, chains of ten",
    "server_us": "processor time of the server for an activity, µs",
    "database_us": "processor time of PostgreSQL for an activity, µs",
    "p50_first_ms": "request to first activity, idle, ms",
    "p50_ms": "chain of ten, idle, ms",
    "jobs_ms": "newest 50 jobs, ms",
    "failed_jobs_ms": "newest 50 failed jobs, ms",
    "runbook_jobs_ms": "newest 50 jobs of a runbook, ms",
    "instances_ms": "newest 50 instances, ms",
    "failed_instances_ms": "newest 50 failed instances, ms",
    "purge_ms": "purge of 50 instances with 500 executions, ms",
    "instance_ms": "one instance with its summary, ms",
}


async def flat(place: Place, control: Place, load: Load, sizes: Sequence[int]) -> list[Figures]:
    """Figures with so many executions behind, and beside each those of the small database `control` of that minute."""
    runbook_id, small_id = [await prepared(each, load.kind) for each in (place, control)]
    await add_ended(control, small_id, _CONTROL // CHAIN, activities=CHAIN)
    found: list[Figures] = []
    made = 0
    for size in sizes:
        begin = time.monotonic()
        grown = await add_ended(place, runbook_id, (size - made) // CHAIN, activities=CHAIN)
        seconds, added, made = time.monotonic() - begin, size - made, size
        figures: Figures = {
            "executions": size,
            "added_per_second": round(added / seconds),
            "bytes_per_execution": round(grown / added),
            "control": await _looked(control, small_id, load),
        }
        figures |= await _looked(place, runbook_id, load)
        found.append(figures)
        print(json.dumps(figures), file=sys.stderr, flush=True)  # noqa: T201 - the next size takes minutes
    return found


async def _looked(place: Place, runbook_id: str, load: Load) -> Figures:
    """Everything that should not depend on what lies behind."""
    figures = await rate(place, load)
    async with place.core() as core:
        figures |= await _pages(core, runbook_id)
        async with serving(core):
            figures |= await one_by_one(core, Runs(runbook_id, CHAIN, _STARTS))
        figures["purge_ms"] = await _purge(place, core)
    return figures


async def _pages(core: Core, runbook_id: str) -> Figures:
    """Milliseconds, median: what the console shows first, and what it shows of one old instance."""
    runs = core.services.runs
    failed = RunFilter(statuses=(JobStatus.FAILED,), limit=50)
    oldest = await core.database.read(lambda tx: tx.runs.instances(RunFilter(runbook_id=runbook_id, limit=1)))
    instance_id = oldest[0].id
    looks: dict[str, Callable[[], Awaitable[object]]] = {
        "jobs_ms": lambda: runs.jobs(SYSTEM, RunFilter(limit=50)),
        "failed_jobs_ms": lambda: runs.jobs(SYSTEM, failed),
        "runbook_jobs_ms": lambda: runs.jobs(SYSTEM, RunFilter(runbook_id=runbook_id, limit=50)),
        "instances_ms": lambda: runs.instances(SYSTEM, RunFilter(limit=50)),
        "failed_instances_ms": lambda: runs.instances(SYSTEM, failed),
        "instance_ms": lambda: runs.instance(SYSTEM, instance_id),
    }
    return {name: await _median(look) for name, look in looks.items()}


async def _purge(place: Place, core: Core) -> float:
    """Milliseconds, median, for the transaction that removes the oldest fifty instances with all they left."""
    oldest = f"SELECT id FROM instance WHERE state = 'ended' ORDER BY id LIMIT {_PURGED}"

    async def remove() -> None:
        ids = [str(row[0]) for row in await place.sql.rows(oldest)]
        removed = await core.database.write(lambda tx: tx.retention.remove(ids))
        assert removed.instances == _PURGED

    return await _median(remove)


async def _median(look: Callable[[], Awaitable[object]]) -> float:
    taken = []
    for _ in range(_LOOKS):
        begin = time.perf_counter()
        await look()
        taken.append(1000 * (time.perf_counter() - begin))
    return round(statistics.median(taken), 2)


async def measure(sizes: Sequence[int]) -> list[Figures]:
    """All sizes in one growing database."""
    async with fresh_place("postgresql") as place, fresh_place("postgresql") as control:
        return await flat(place, control, Load(jobs=1000), sizes)


def as_table(found: Sequence[Figures]) -> str:
    """One column for each size: the figure, and how many times that of the small database of the same minute it is."""
    header = ["executions behind", *(f"{int(str(each['executions'])):,}" for each in found)]
    rows = [[words, *(_shown(each, name) for each in found)] for name, words in _ROWS.items()]
    return table(header, rows)


def _shown(figures: Figures, name: str) -> str:
    value, control = figures[name], cast("Figures", figures["control"]).get(name)
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return text if control is None else f"{text} ({float(str(value)) / float(str(control)):.2f} x)"


def main() -> None:
    """Measures the sizes that were named."""
    found = anyio.run(measure, sorted(int(each) for each in sys.argv[1:]))
    RESULTS.mkdir(parents=True, exist_ok=True)
    told = {"revision": revision(), "machine": machine(), "results": found}
    (RESULTS / f"flat-{told['revision']}.json").write_text(json.dumps(told, indent=2))
    print(as_table(found))  # noqa: T201 - the result
    if os.environ.get("BENCH_DOCS") == "1":
        said = "the machine of [performance.md](performance.md); in brackets how many times that of a database with"
        said = f"Revision `{told['revision']}`, {said} {_CONTROL:,} executions, measured in the same minutes:"
        text = f"{said}\n\n{as_table(found)}"
        PAGE.write_text(between_markers(PAGE.read_text(), "results of make bench-scale", text))


if __name__ == "__main__":
    main()
