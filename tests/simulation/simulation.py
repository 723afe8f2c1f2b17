"""One simulation: servers, people and a world under bad weather, then calm until all is over, then the checks."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

from orchestrion.model.codec import write_runbook
from orchestrion.model.runbook import InDoubtAnswer, Runbook
from orchestrion.ports.authoring import VersionRecord
from orchestrion.runbookserver import executor
from orchestrion.storage.transaction import SqlTransaction
from tests.simulation import checks, generate, weather
from tests.simulation.air import Air
from tests.simulation.database import memory
from tests.simulation.dice import Dice, seeded_ids
from tests.simulation.loop import BEGINNING, NumberedTask, StandstillError, VirtualLoop
from tests.simulation.pack import PACKS
from tests.simulation.people import People
from tests.simulation.server import Place, Server
from tests.simulation.weather import BEAT_SECONDS, LEASE_SECONDS, Faults, Weather
from tests.simulation.world import World

NAMES = ("north", "south", "west")
CALM_AT = 15.0
PATIENCE_SECONDS = 60.0  # without anything new in any journal: nothing in a generated run waits so long
_GIVEN_UP = ("An instance is held.", "An instance failed inside the server.")  # neither of them by anybody's wish
_WRITTEN = "SELECT (SELECT count(*) FROM execution) + (SELECT count(*) FROM signal)"
_COUNTS = {
    "instances": "SELECT count(*) FROM instance",
    "takeovers": "SELECT coalesce(sum(takeovers), 0) FROM instance",
    "doubts": "SELECT count(*) FROM doubt",
}
_NOT_HEARD = "A runbook server was not heard of"
BUSY_SECONDS, BUSIEST = 10, 300  # calm seconds, and more transactions than any run that gets on asks for in them
DETECTION_SECONDS = 2 * LEASE_SECONDS + 2 * BEAT_SECONDS + 5


@dataclass
class Report:
    """What one seed gave. `told` is the history; without `problems` everything held."""

    seed: int
    faults: Faults
    counts: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        problems = (f"PROBLEM: {each}" for each in self.problems)
        return "\n".join((f"seed {self.seed}, {self.faults}", *self.told[-200:], *problems))


@dataclass(frozen=True)
class Scene:
    """What a simulation plays with: bad weather, runbooks, the number of servers and of jobs.

    `stops` is how probably people stop a job they look at; after `snapshot_rows` entries a journal gets a snapshot.
    """

    faults: Faults
    runbooks: Sequence[Runbook]
    servers: int = 2
    jobs: int = 3
    stops: float = 0
    snapshot_rows: int = 1000


def drawn(dice: Dice) -> Scene:
    """The scene of a seed."""
    random = dice.of("scene")
    runbooks = generate.runbooks(dice, random.choice((1, 2, 2, 3)))
    return Scene(
        weather.drawn(random),
        runbooks,
        servers=random.choice((1, 2, 2, 3)),
        jobs=random.choice((1, 2, 3, 5)),
        stops=random.choice((0, 0.05)),
        snapshot_rows=random.choice((2, 5, 1000)),
    )


def simulate(seed: int, scene: Scene | None = None) -> Report:
    """Runs one seed from its beginning to its end, in its own scene or a given one."""
    dice = Dice(seed)
    scene = scene or drawn(dice)
    report = Report(seed, scene.faults)
    loop = VirtualLoop()
    NumberedTask.count_anew()
    memory().renew()
    try:
        with (
            _snapshots(scene.snapshot_rows),
            seeded_ids(dice.of("ids"), lambda: int((BEGINNING.timestamp() + loop.time()) * 1000)),
        ):
            run = Simulation(dice, loop, scene, report)
            with _logged(run):
                loop.run_until_complete(run.run())
    except StandstillError as error:
        report.problems.append(str(error))
    finally:
        loop.close()
    return report


class Simulation:
    """One run; it is the witness of what happens in it."""

    def __init__(self, dice: Dice, loop: VirtualLoop, scene: Scene, report: Report) -> None:
        self._loop = loop
        self._report = report
        self._jobs = scene.jobs
        names = NAMES[: scene.servers]
        sky = Weather(scene.faults, CALM_AT, dice.of("weather"), names)
        self._place = Place(loop, dice, sky, Air(sky, dice.of("air")), self)
        self._servers = {name: Server(name, self._place) for name in names}
        self._world = World(dice.of("world"), sky, self._servers, self, authors(scene.runbooks))
        self._people = People(self._place, [_stored(each) for each in scene.runbooks], scene.stops)

    def note(self, text: str) -> None:
        """See world.Witness."""
        self._report.told.append(f"{self._loop.time():8.3f} {text}")

    def blame(self, text: str) -> None:
        """See world.Witness."""
        self.note(text)
        self._report.problems.append(text)

    def hear(self, text: str) -> None:
        """What the product logs; some of it must not be."""
        is_fault = any(each in text for each in _GIVEN_UP)
        for server in self._servers.values():
            is_fault = is_fault or (f"server={server.name} event={_NOT_HEARD}" in text and server.must_be_heard)
        (self.blame if is_fault else self.note)(text)

    async def run(self) -> None:
        """Until everything is over, or nothing more is to be expected."""
        PACKS.stage = self._world
        tasks = [asyncio.create_task(each.run()) for each in self._servers.values()]
        tasks.append(asyncio.create_task(self._people.look_after()))
        start = asyncio.create_task(self._people.start(self._jobs))
        watch = _Watch(self)
        while not (start.done() and _all_ended()) and watch.has_patience:
            await asyncio.sleep(1)
            watch.look(self._loop.time())
        self._finish()
        await _end([*tasks, start], self._servers.values())

    def _finish(self) -> None:
        report = self._report
        report.problems += checks.problems(self._world, self._people.started)
        report.counts.update(seeds=1, crashes=sum(each.cuts for each in self._servers.values()))
        for name, query in _COUNTS.items():
            ((report.counts[name],),) = memory().rows(query)


class _Watch:
    """Looks while it runs whether anything waits for a server that does not come, or goes round for ever."""

    def __init__(self, simulation: Simulation) -> None:
        self.has_patience = True
        self._witness = simulation
        self._ready_since: dict[str, float] = {}
        self._written, self._written_at = 0, 0.0
        self._asked: deque[int] = deque(maxlen=BUSY_SECONDS)

    def look(self, now: float) -> None:
        """Once a second."""
        if now < CALM_AT:
            return
        self._asked.append(memory().transactions)
        asked = self._asked[-1] - self._asked[0]
        if asked > BUSIEST:
            self._witness.blame(f"{asked} transactions in {BUSY_SECONDS} seconds: something goes round and round")
            self.has_patience = False
        self._look_for_work(now)
        self._look_for_progress(now)

    def _look_for_progress(self, now: float) -> None:
        ((written,),) = memory().rows(_WRITTEN)
        if written != self._written:
            self._written, self._written_at = written, now
        self.has_patience = self.has_patience and now - max(self._written_at, CALM_AT) < PATIENCE_SECONDS

    def _look_for_work(self, now: float) -> None:
        ready = {instance for (instance,) in memory().rows("SELECT id FROM instance WHERE state = 'ready'")}
        self._ready_since = {each: self._ready_since.get(each, now) for each in ready}
        for each, since in self._ready_since.items():
            if now - since == DETECTION_SECONDS:
                self._witness.blame(f"nobody takes the instance {each[-4:]}, which is ready")


async def _end(tasks: Sequence[asyncio.Task[None]], servers: Iterable[Server]) -> None:
    """Ends whatever still runs, servers first: they may be between two lives."""
    for each in servers:
        each.close()
    await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _all_ended() -> bool:
    query = "SELECT count(*) FROM job WHERE status NOT IN ('success', 'warning', 'failed', 'canceled')"
    return memory().rows(query) == [(0,)]


def _stored(runbook: Runbook) -> str:
    """Checks a runbook in and gives its id."""
    with memory().connection.begin():
        transaction = SqlTransaction(memory().connection)
        record = transaction.runbooks.add(transaction.folders.root().id, runbook.name, BEGINNING)
        version = VersionRecord(record.id, 1, "me", BEGINNING, "", write_runbook(runbook))
        transaction.runbooks.add_version(version, False, runbook.settings.max_simultaneous_jobs, "")
    return record.id


def authors(runbooks: Sequence[Runbook]) -> dict[tuple[str, str], InDoubtAnswer]:
    """What the authors say beforehand, by runbook and activity."""
    return {(each.name, name): found.behaviour.in_doubt for each in runbooks for name, found in each.activities.items()}


@contextmanager
def _snapshots(rows: int) -> Iterator[None]:
    """Snapshots after so few entries as simulated runs have."""
    kept = executor.SNAPSHOT_ROWS, executor.PARKING_ROWS
    executor.SNAPSHOT_ROWS = executor.PARKING_ROWS = rows
    try:
        yield
    finally:
        executor.SNAPSHOT_ROWS, executor.PARKING_ROWS = kept


@contextmanager
def _logged(simulation: Simulation) -> Iterator[None]:
    """What the product logs becomes part of the history."""

    def tell(_logger: object, level: str, event: MutableMapping[str, Any]) -> str:
        simulation.hear(f"log {level}: {' '.join(f'{name}={value}' for name, value in event.items())}")
        raise structlog.DropEvent

    kept = structlog.get_config()
    structlog.configure(processors=[tell])
    try:
        yield
    finally:
        structlog.configure(**kept)
