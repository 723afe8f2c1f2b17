"""How many durable activities a second: chains of ten on both databases, against the raw rate of the same minute."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from orchestrion.ports.authoring import VersionRecord
from orchestrion.storage.database import SqlDatabase, open_database
from orchestrion.storage.dialect import insert_rows
from orchestrion.storage.migrate import migrate
from orchestrion.storage.tables import signal
from tests.integration.world import Installation, World
from tests.services.postgres import Database

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(600)]
CHAIN, JOBS, IDLE_RUNS, RAW_ROWS, RAW_BATCH = 10, 500, 30, 20_000, 200
NOW = "2026-01-01T00:00:00.000000+00:00"


def chain() -> str:
    """Ten activities of the class `read`: before each, everything so far is durable."""
    activities = "\n".join(f"  a{n}: {{type: world.act-read, inputs: {{name: x}}}}" for n in range(CHAIN))
    links = ", ".join(f"{{from: a{n}, to: a{n + 1}}}" for n in range(CHAIN - 1))
    return f"activities:\n{activities}\nlinks: [{links}]"


async def runbook(place: Installation) -> str:
    """The chain, without a limit on jobs that counts here."""
    runbook_id = await place.add(chain())
    first = await place.database.read(lambda tx: tx.runbooks.version(runbook_id, 1))
    record = VersionRecord(runbook_id, 2, "bench", place.clock.now(), "", first.document)
    await place.database.write(lambda tx: tx.runbooks.add_version(record, False, 10**6, ""))
    return runbook_id


async def throughput(place: Installation, runbook_id: str) -> float:
    """Activities a second with all jobs in flight; what was counted outside must be what was asked for."""
    for _ in range(JOBS):
        await place.start(runbook_id)
    before = place.world.counts["x"]

    async def until_all_ended() -> float:
        begin = time.perf_counter()
        while await place.database.read(lambda tx: tx.runs.active_counts([runbook_id])):  # noqa: ASYNC110 - no signal
            await anyio.sleep(0.02)
        return time.perf_counter() - begin

    seconds = await place.live(None, until_all_ended)
    assert seconds is not None
    assert place.world.counts["x"] - before == JOBS * CHAIN
    return JOBS * CHAIN / seconds


async def idle_latency(place: Installation, runbook_id: str) -> list[float]:
    """Milliseconds from the request to the end of a chain, one at a time."""

    async def one_by_one() -> list[float]:
        found = []
        for _ in range(IDLE_RUNS):
            begin = time.perf_counter()
            await place.until((await place.start(runbook_id)).id)
            found.append(1000 * (time.perf_counter() - begin))
        return found

    return await place.live(None, one_by_one) or []


async def raw_rate(database: SqlDatabase) -> float:
    """Rows a second that the database takes in the journal's own bulk form, nothing else being done."""
    begin = time.perf_counter()
    for batch in range(RAW_ROWS // RAW_BATCH):
        rows = [_row(batch * RAW_BATCH + number) for number in range(RAW_BATCH)]
        await database.on_writer(lambda connection, rows=rows: insert_rows(connection, signal, rows))  # type: ignore[misc]
    return RAW_ROWS / (time.perf_counter() - begin)


def _row(number: int) -> tuple[object, ...]:
    return ("01890000-0000-7000-8000-000000000000", number, "bench", NOW, None, "x" * 300)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_chain(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    """Prints one line of figures for a database."""
    url = f"sqlite:///{tmp_path / 'bench.db'}"
    if kind == "postgresql":
        served: Database = request.getfixturevalue("postgres_database")
        url = served.url
    await migrate(url)
    database = open_database(url)
    place = Installation(database, World())
    runbook_id = await runbook(place)
    raw = await raw_rate(database) if kind == "sqlite" else 0.0
    rate = await throughput(place, runbook_id)
    latency = sorted(await idle_latency(place, runbook_id))
    await database.close()
    p95 = latency[int(len(latency) * 0.95)]
    figures = {
        "activities/s": round(rate),
        "idle p50 ms": round(statistics.median(latency), 1),
        "p95 ms": round(p95, 1),
    }
    if raw:
        figures |= {"raw rows/s": round(raw), "ratio": round(rate / raw, 3)}
    for name, value in figures.items():
        record_property(name, value)
    print(f"\n{kind:<11}", "  ".join(f"{name} {value}" for name, value in figures.items()))  # noqa: T201 - the result
