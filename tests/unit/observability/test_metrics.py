"""What a scrape shows, read by Prometheus' own parser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar, cast

import anyio
import pytest

from orchestrion.model.errors import UnavailableError
from orchestrion.observability import names
from orchestrion.observability.metrics import Exposition, FigureReader
from orchestrion.observability.tally import RequestCounts, Tally
from orchestrion.observability.telemetry import RunTelemetry
from orchestrion.ports.observability import Figures, ServerFigures
from orchestrion.ports.transaction import Transaction
from tests.unit.observability.exposition import family_kinds, samples

pytestmark = pytest.mark.anyio
T = TypeVar("T")
SERVER = ServerFigures("s", "online", 1.5, 13.5, 3, 500, 7)
FIGURES = Figures(
    jobs={"pending": 2, "running": 1},
    oldest_pending=61.0,
    instances={"owned": 1},
    oldest_ready=0.0,
    in_doubt=1,
    monitors={"owned": 4},
    triggers_waiting=5,
    servers=[SERVER],
    leader="s",
)


class Clock:
    """A clock that goes on when it is told."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        """Not asked."""
        return datetime(2026, 1, 1, tzinfo=UTC)

    def steady(self) -> float:
        """The seconds so far."""
        return self.seconds


class Counted:
    """A database that counts how often it is asked, takes `seconds` each time, and may be away."""

    def __init__(self, clock: Clock, seconds: float = 0.0) -> None:
        self.asked = 0
        self.is_away = False
        self._clock = clock
        self._seconds = seconds

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """The figures."""
        self.asked += 1
        self._clock.seconds += self._seconds
        if self.is_away:
            raise UnavailableError("away")
        return cast("T", FIGURES)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Never asked for."""
        raise AssertionError


def filled() -> Tally:
    """A tally in which every metric of a process was counted once."""
    tally, telemetry = Tally(), RunTelemetry(Tally())
    telemetry.committed(1, 0.1, 0)
    RequestCounts(tally).answered("GET", "/x", 200, 0.1)
    for metric in names.ALL:
        labels = ["x"] * len(metric.labels)
        if metric.kind == "histogram":
            tally.buckets(metric, *labels).observe(0.1)
        elif metric in _COUNTED:
            tally.add(metric, 1.0, *labels)
    return tally


_COUNTED = {metric for metric in names.ALL if metric.kind == "counter"} - {names.CPU, names.REQUESTS} | {names.QUEUE}


async def test_a_scrape_shows_the_documented_metrics_and_no_other() -> None:
    """Each with its kind."""
    clock = Clock()
    text = await Exposition(filled(), FigureReader(Counted(clock), clock)).text()
    assert family_kinds(text) == {metric.name: metric.kind for metric in names.ALL}


async def test_figures_of_the_installation_are_shown_by_label() -> None:
    """Jobs by status, servers by name."""
    clock = Clock()
    found = samples(await Exposition(Tally(), FigureReader(Counted(clock), clock)).text())
    assert found["orchestrion_jobs", (("status", "pending"),)] == 2
    assert found["orchestrion_server_lease_left_seconds", (("server", "s"),)] == 13.5
    assert found["orchestrion_server_is_leader", (("server", "s"),)] == 1


async def test_a_scrape_answers_while_the_database_is_away() -> None:
    """It says so, and shows nothing old."""
    clock = Clock()
    database = Counted(clock)
    database.is_away = True
    found = samples(await Exposition(Tally(), FigureReader(database, clock)).text())
    assert found["orchestrion_database_up", ()] == 0
    assert not [name for name, _ in found if name == "orchestrion_jobs"]


async def test_many_scrapes_are_one_query() -> None:
    """At the same time, and within the next seconds."""
    clock = Clock()
    database = Counted(clock)
    reader = FigureReader(database, clock)
    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(reader.current)
    clock.seconds += 2
    await reader.current()
    assert database.asked == 1
    clock.seconds += 2
    await reader.current()
    assert database.asked == 2


async def test_a_slow_query_is_asked_less_often() -> None:
    """It takes a twentieth of the time at most."""
    clock = Clock()
    database = Counted(clock, seconds=1.0)
    reader = FigureReader(database, clock)
    await reader.current()
    clock.seconds += 19
    await reader.current()
    assert database.asked == 1


def test_values_fall_into_the_buckets_whose_bound_they_do_not_pass() -> None:
    """A value that is a bound counts below it."""
    buckets = Tally().buckets(names.COMMIT_ROWS)
    for value in (1.0, 1.5, 2.0, 5000.0):
        buckets.observe(value)
    counts = dict(buckets.cumulative())
    assert (counts["1.0"], counts["2.0"], counts["1000.0"], counts["+Inf"]) == (1, 3, 3, 4)
