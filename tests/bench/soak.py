"""`python -m tests.bench.soak`: half the highest rate for SOAK_MINUTES, with the purge on; nothing may grow.

Every ten seconds a line of figures; at the end each figure's drift, which is how much the straight line through its
values rises from the end of the warm-up (a fifth of the time, two minutes at least) to the end, against their mean.
"""

from __future__ import annotations

import csv
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import anyio
import psutil

from orchestrion.bootstrap.composition import Core
from orchestrion.model.access import SYSTEM
from orchestrion.model.job import Outcome
from orchestrion.model.retention import Rule
from tests.bench import svg
from tests.bench.chain import CHAIN, Load, prepared, run, until_ended
from tests.bench.place import Place, fresh_place
from tests.bench.report import RESULTS, revision
from tests.bench.sql import seconds_of
from tests.services.processes import ReadProcess

#: How much each figure may rise, as a share of its mean. Sizes of tables swing with PostgreSQL's vacuum, latency with
#: whatever else the machine does; memory has no such excuse.
LIMITS = {"server_mb": 0.10, "database_mb": 0.30, "p50_ms": 0.50, "p95_ms": 0.75, "open_jobs": 1.0}
_PLOTTED = {
    "server_mb": "memory of the server, MB",
    "database_mb": "database, MB",
    "p50_ms": "chain of ten, p50, ms",
    "p95_ms": "chain of ten, p95, ms",
    "open_jobs": "open jobs",
}
_SAMPLE_SECONDS, _PURGE_SECONDS = 10.0, 60.0
_KEPT = 500  # jobs of each class that the purge leaves
_FEWEST = 6  # samples behind the warm-up that say anything
_IN_FLIGHT = 200
Sample = Mapping[str, float]


@dataclass
class Soak:
    """One run: the load that goes on, and what was seen of it."""

    place: Place
    core: Core
    server: psutil.Process
    jobs_a_second: float
    minutes: float
    samples: list[Sample] = field(default_factory=list)
    begin: float = field(default_factory=time.monotonic)

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() - self.begin >= 60 * self.minutes

    async def go_on(self) -> None:
        """Asks for jobs, samples and purges until the time is up."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._feed)
            group.start_soon(self._each, _SAMPLE_SECONDS, self._sample)
            group.start_soon(self._each, _PURGE_SECONDS, self._purge)

    async def _feed(self) -> None:
        """Ten times a second as many jobs as are due by then."""
        asked = 0
        while not self.is_over:
            due = round((time.monotonic() - self.begin) * self.jobs_a_second) - asked
            if due > 0:
                await self.place.release(due)
                asked += due
            await anyio.sleep(0.1)

    async def _each(self, seconds: float, work: Callable[[], object]) -> None:
        while not self.is_over:
            await anyio.sleep(seconds)
            await work()  # type: ignore[misc]  # a coroutine function

    async def _purge(self) -> None:
        await self.core.services.maintenance.purge(SYSTEM, None)

    async def _sample(self) -> None:
        latency = await self._latency()
        states = "FROM instance WHERE state <> 'ended'"
        size = await self.place.size()
        self.samples.append(
            {
                "minute": round((time.monotonic() - self.begin) / 60, 3),
                "server_mb": round(self.server.memory_info().rss / 1e6, 1),
                "open_jobs": float((await self.place.sql.rows(f"SELECT count(*) {states}"))[0][0]),
                "p50_ms": round(statistics.median(latency), 1) if latency else 0.0,
                "p95_ms": round(latency[int(0.95 * len(latency))], 1) if latency else 0.0,
                "kept_jobs": float((await self.place.sql.rows("SELECT count(*) FROM job"))[0][0]),
                "database_mb": round(sum(size.values()) / 1e6, 1),
                **{f"{name}_mb": round(each / 1e6, 1) for name, each in size.items()},
            }
        )
        print(self.samples[-1], file=sys.stderr, flush=True)  # noqa: T201 - an hour is long

    async def _latency(self) -> list[float]:
        """Milliseconds from request to end of the newest jobs that have ended, ascending."""
        begin, end = (seconds_of(self.place.kind, each) for each in ("created_at", "ended_at"))
        newest = "SELECT created_at, ended_at FROM instance WHERE state = 'ended' ORDER BY id DESC LIMIT 200"
        rows = await self.place.sql.rows(f"SELECT {end} - {begin} FROM ({newest}) AS newest")
        return sorted(1000 * float(row[0]) for row in rows)


def drifts(samples: Sequence[Sample], minutes: float) -> dict[str, float]:
    """The drift of every figure that has a limit; none when there are too few samples."""
    after = [each for each in samples if each["minute"] >= max(2.0, minutes / 5)]
    if len(after) < _FEWEST:
        return {}
    at = [each["minute"] for each in after]
    found = {}
    for name in LIMITS:
        values = [each[name] for each in after]
        rise = statistics.linear_regression(at, values).slope * (at[-1] - at[0])
        found[name] = rise / max(statistics.mean(values), 1e-9)
    return found


def verdict(found: Mapping[str, float], samples: Sequence[Sample]) -> list[str]:
    """A line for each figure, and whether it kept its limit."""
    lines = []
    for name, drift in found.items():
        kept = "flat" if drift <= LIMITS[name] else "GROWS"
        values = [each[name] for each in samples]
        told = f"first {values[0]:,.1f}, last {values[-1]:,.1f}, most {max(values):,.1f}"
        lines.append(f"{kept:<6} {name:<12} drift {drift:+.1%} (limit {LIMITS[name]:.0%}); {told}")
    return lines


async def highest_rate(place: Place, servers: Sequence[ReadProcess]) -> float:
    """Activities a second with everything waiting."""
    await until_ended(place, await place.release(100))
    figures = await run(place, servers, Load(jobs=1000, in_flight=_IN_FLIGHT))
    return float(str(figures["rate"]))


async def soak(minutes: float, kind: str) -> list[Sample]:
    """Half the highest rate for so long; gives the samples."""
    async with fresh_place(kind) as place:
        await prepared(place, "read")
        async with place.core() as core:
            root = (await core.services.maintenance.retention(SYSTEM))[0]
            rules = dict.fromkeys(Outcome, Rule(0, _KEPT))
            await core.services.maintenance.set_rules(SYSTEM, root.folder_id, rules)
            with place.servers(1, _IN_FLIGHT) as servers:
                rate = await highest_rate(place, servers)
                print(f"highest rate {rate:,.0f} activities/s; half of it follows", file=sys.stderr)  # noqa: T201
                going = Soak(place, core, psutil.Process(servers[0].pid), rate / 2 / CHAIN, minutes)
                await going.go_on()
                failed = await place.sql.rows(
                    "SELECT count(*) FROM job WHERE status NOT IN ('success', 'pending', 'running')"
                )
                assert failed[0][0] == 0, f"{failed[0][0]} jobs did not succeed"
        return going.samples


def keep(samples: Sequence[Sample]) -> str:
    """Writes the samples and a plot below .cache/bench; gives the path without its ending."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"soak-{revision()}"
    with path.with_suffix(".csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(samples[0]))
        writer.writeheader()
        writer.writerows(samples)
    path.with_suffix(".svg").write_text(plot(samples))
    return str(path)


def plot(samples: Sequence[Sample]) -> str:
    """What must stay flat, over the minutes, as SVG."""
    series = {told: [each[name] for each in samples] for name, told in _PLOTTED.items()}
    return svg.lines("Half the highest rate, purge on", [each["minute"] for each in samples], series)


def main() -> None:
    """The command: fails when something grows."""
    minutes, kind = float(os.environ.get("SOAK_MINUTES", "60")), os.environ.get("SOAK_DATABASE", "postgresql")
    samples = anyio.run(soak, minutes, kind)
    found = drifts(samples, minutes)
    lines = verdict(found, samples) or [f"{minutes:g} minutes are too short to tell what grows"]
    print("\n".join([*lines, f"figures and plot: {keep(samples)}.csv, .svg"]))  # noqa: T201 - the result
    sys.exit(1 if any(drift > LIMITS[name] for name, drift in found.items()) else 0)


if __name__ == "__main__":
    main()
