"""One installation on which servers live and die: its database, its target, and what people do between lives."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio

from orchestrion.bootstrap.composition import Core, migrated, opened
from orchestrion.model.access import SYSTEM
from orchestrion.model.ids import derived_id
from orchestrion.model.job import JobStatus, has_ended
from orchestrion.model.values import Json
from orchestrion.ports.authoring import VersionRecord
from orchestrion.ports.runs import DoubtRecord, JobRecord
from orchestrion.ports.transaction import Transaction
from orchestrion.runbookserver.clock import SystemClock
from orchestrion.services.jobs import StartRequest
from tests.kill.pack import Answered
from tests.kill.scenarios import Scenario
from tests.kill.server_process import Order, held, settings
from tests.kill.target import Target, Traffic

ROOT = Path(__file__).parents[2]
ENTRY_POINT = "[orchestrion.packs]\nkill = tests.kill.pack:MANIFEST\n"
BEAT_SECONDS = 0.2
LEASE_SECONDS = 1.5
RUN_SECONDS = 60
MOST_LIVES = 12  # of one run; whoever needs more does not come forward


def installed_pack(folder: Path) -> str:
    """Installs the pack of these tests in a folder; gives the PYTHONPATH for processes that are to have it."""
    metadata = folder / "kill_pack-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: kill-pack\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINT)
    return f"{folder}:{ROOT / 'src'}:{ROOT}"


@asynccontextmanager
async def forker(folder: Path) -> AsyncIterator[asyncio.StreamWriter]:
    """A process that starts servers on order; the pack of these tests is installed for it like any other pack."""
    command = (sys.executable, "-m", "tests.kill.server_process")
    environment = {"PYTHONPATH": installed_pack(folder), "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE, cwd=ROOT, env=environment)
    assert process.stdin is not None
    try:
        yield process.stdin
    finally:
        process.stdin.close()
        await process.wait()


@dataclass(slots=True)
class Ran:
    """One run that came to its end: its job, what it did to the target, and what a person had to answer."""

    job: JobRecord
    traffic: Traffic
    lives: int = 0
    answers: int = 0
    repeats_wanted: Counter[str] = field(default_factory=Counter)
    """How often a person said of an execution that it has to act again, because the target had not seen it."""


class Place:
    """An installation below `folder`; with a `database` address on PostgreSQL, without on SQLite."""

    def __init__(self, folder: Path, orders: asyncio.StreamWriter, database: str | None = None) -> None:
        self.settings = settings(folder, database)
        self.target = Target()
        self._folder = folder
        self._orders = orders
        self._database = database
        self._runbooks: dict[str, str] = {}

    async def create(self) -> None:
        """Makes the database's tables."""
        with held(self.settings):
            await migrated(self.settings)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serves the target while the block runs; no server lives on after it."""
        async with self.target.serving(self._socket):
            try:
                yield
            finally:
                await self.target.kill_all()

    @asynccontextmanager
    async def office(self) -> AsyncIterator[Core]:
        """The use cases for people. No server lives meanwhile, so that one process alone has the database's file."""
        await self.target.kill_all()
        with held(self.settings):
            async with opened(self.settings) as core:
                yield core

    async def run(self, scenario: Scenario, traffic: Traffic, servers: tuple[str, ...] = ("a",)) -> Ran:
        """Starts the scenario, and servers whenever none is left, until the job has ended; raises TimeoutError."""
        self.target.begin(traffic)
        with anyio.fail_after(RUN_SECONDS):
            async with self.office() as core:
                job = await core.services.jobs.start(SYSTEM, StartRequest(await self._stored(core, scenario)))
            ran = Ran(job, traffic)
            while not has_ended(ran.job.status):
                await self._go_on(ran, servers)
            return ran

    @property
    def log(self) -> str:
        """What the servers said."""
        return self._log_file.read_text() if self._log_file.exists() else ""

    async def _go_on(self, ran: Ran, servers: tuple[str, ...]) -> None:
        """Lets servers live until all are dead or nothing is left to do; then looks at the job as people would."""
        ran.lives += 1
        assert ran.lives <= MOST_LIVES, f"the run does not come forward:\n{self.log[-3000:]}"
        ran.traffic.has_held = False
        await self._start(servers)
        await self._until_quiet(ran)
        async with self.office() as core:
            ran.job = await core.services.runs.job(SYSTEM, ran.job.id)
            doubts = await core.services.jobs.doubts(SYSTEM)
            assert doubts or ran.job.status is not JobStatus.HELD, f"held without a doubt: {ran.job.reason}"
            for doubt in doubts:
                await answer(core, doubt, ran)

    async def _start(self, servers: tuple[str, ...]) -> None:
        known = self.target.greetings
        for name in servers:
            self._orders.write(self._order(name).line())
        await self._orders.drain()
        while self.target.greetings < known + len(servers):
            await self._changed()

    def _order(self, name: str) -> Order:
        return Order(
            name=name,
            data_dir=str(self._folder),
            database=self._database,
            target=str(self._socket),
            log=str(self._log_file),
            beat_seconds=BEAT_SECONDS,
            lease_seconds=LEASE_SECONDS,
        )

    async def _until_quiet(self, ran: Ran) -> None:
        while self.target.lives and not ran.traffic.has_held and ran.job.id not in ran.traffic.ended:
            await self._changed()

    async def _changed(self) -> None:
        await self.target.changed.wait()
        self.target.changed.clear()

    async def _stored(self, core: Core, scenario: Scenario) -> str:
        """The id of the scenario's first runbook; all are stored when it is run for the first time."""
        first, *_ = scenario.documents
        for name, document in scenario.documents.items():
            if name not in self._runbooks:
                self._runbooks[name] = await core.database.write(lambda tx: add_runbook(tx, name, document))  # noqa: B023 - awaited at once
        return self._runbooks[first]

    @property
    def _socket(self) -> Path:
        return self._folder / "target"

    @property
    def _log_file(self) -> Path:
        return self._folder / "log"


async def answer(core: Core, doubt: DoubtRecord, ran: Ran) -> None:
    """A person looks at the target: what happened has succeeded with what it answered, what did not is repeated."""
    execution = derived_id(doubt.instance_id, doubt.key)
    said, records = "repeat", []
    if published := ran.traffic.published.get(execution):
        said, records = "succeeded", [Answered.model_validate(published).record()]
    else:
        ran.repeats_wanted[execution] += 1
    ran.answers += 1
    await core.services.jobs.answer(SYSTEM, doubt.execution_id, said, records, "as the target says")


def add_runbook(tx: Transaction, name: str, document: dict[str, Json]) -> str:
    """Stores a runbook as its first check-in would."""
    now = SystemClock().now()
    runbook = tx.runbooks.add(tx.folders.root().id, name, now)
    tx.runbooks.add_version(VersionRecord(runbook.id, 1, SYSTEM.id, now, "", document), False, 10, "")
    return runbook.id
