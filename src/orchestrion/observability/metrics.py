"""Metrics of this process and of the whole installation, as text for Prometheus."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import anyio
import psutil
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric as Family

from orchestrion import __version__
from orchestrion.model.errors import UnavailableError
from orchestrion.observability import names
from orchestrion.observability.tally import Labels, Tally, numbers_family
from orchestrion.ports.clock import Clock
from orchestrion.ports.observability import Figures, ServerFigures
from orchestrion.ports.transaction import Database

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: How long figures are shown again: so long at least, and so many times what reading them took, that however many
#: scrape, and however much is pending, the database spends a twentieth of one connection on it at most.
_KEPT_SECONDS, _KEPT_TIMES = 3.0, 20.0
_LOOP_SECONDS = 0.5  # between two looks at the event loop


@dataclass(frozen=True, slots=True)
class Read:
    """Figures and how long they took to read; without figures the database did not answer."""

    figures: Figures | None
    seconds: float


class FigureReader:
    """Reads the figures of the installation, at most once in a while."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lock = anyio.Lock()
        self._last: Read | None = None
        self._good_until = 0.0

    async def current(self) -> Read:
        """The figures, a few seconds old at most while the query for them is quick."""
        async with self._lock:
            started = self._clock.steady()
            if self._last is None or started >= self._good_until:
                found = await self._figures()
                took = self._clock.steady() - started
                self._last = Read(found, took)
                self._good_until = self._clock.steady() + max(_KEPT_SECONDS, _KEPT_TIMES * took)
            return self._last

    async def _figures(self) -> Figures | None:
        try:
            return await self._database.read(lambda tx: tx.figures.figures())
        except UnavailableError:
            return None


class Exposition:
    """What `/metrics` answers."""

    def __init__(self, tally: Tally, reader: FigureReader) -> None:
        self._tally = tally
        self._reader = reader
        self._process = psutil.Process()

    async def text(self) -> bytes:
        """Everything, in Prometheus' text format."""
        read = await self._reader.current()
        families = [*self._tally.families(), *installation_families(read), *self._process_families()]
        return generate_latest(_Collected(families))

    def _process_families(self) -> Iterator[Family]:
        process = self._process
        with process.oneshot():
            times = process.cpu_times()
            yield _single(names.MEMORY, process.memory_info().rss)
            yield _single(names.CPU, times.user + times.system)
            yield _single(names.BORN, process.create_time())
        yield _single(names.FILES, process.num_fds())
        yield numbers_family(names.BUILD, [((__version__, platform.python_version()), 1.0)])


class _Collected:
    """What the library takes for a registry."""

    def __init__(self, families: list[Family]) -> None:
        self._families = families

    def collect(self) -> Iterable[Family]:
        """All families."""
        return self._families


def installation_families(read: Read) -> Iterator[Family]:
    """The figures of the installation; while the database is away, only that it is."""
    yield _single(names.DATABASE_UP, float(read.figures is not None))
    yield _single(names.DATABASE_SECONDS, read.seconds)
    found = read.figures
    if found is None:
        return
    yield _by_label(names.JOBS, found.jobs)
    yield _by_label(names.INSTANCES, found.instances)
    yield _by_label(names.MONITORS, found.monitors)
    yield _single(names.OLDEST_PENDING, found.oldest_pending)
    yield _single(names.OLDEST_READY, found.oldest_ready)
    yield _single(names.IN_DOUBT, found.in_doubt)
    yield _single(names.TRIGGERS_WAITING, found.triggers_waiting)
    for metric, value in _OF_SERVERS.items():
        yield numbers_family(metric, [((each.name,), value(each)) for each in found.servers])
    yield numbers_family(names.LEADER, [((each.name,), float(each.name == found.leader)) for each in found.servers])


_OF_SERVERS: Mapping[names.Metric, Callable[[ServerFigures], float]] = {
    names.SERVER_UP: lambda server: float(server.status != "offline"),
    names.HEARTBEAT: lambda server: server.heartbeat_age,
    names.LEASE: lambda server: server.lease_left,
    names.EPOCH: lambda server: server.epoch,
    names.CAPACITY: lambda server: server.capacity,
    names.RUNNING: lambda server: server.running,
}


async def watch_loop(tally: Tally, clock: Clock) -> None:
    """Measures until cancelled how late the event loop comes to what is due."""
    lag = tally.buckets(names.LOOP_LAG)
    while True:
        due = clock.steady() + _LOOP_SECONDS
        await anyio.sleep(_LOOP_SECONDS)
        lag.observe(max(0.0, clock.steady() - due))


def _single(metric: names.Metric, value: float) -> Family:
    return numbers_family(metric, [((), value)])


def _by_label(metric: names.Metric, values: Mapping[str, int]) -> Family:
    found: list[tuple[Labels, float]] = [((label,), float(value)) for label, value in values.items()]
    return numbers_family(metric, found)
