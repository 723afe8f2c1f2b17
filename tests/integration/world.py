"""A small outside world, a pack that acts on it, and a runbook server that can die at any commit."""

from __future__ import annotations

import asyncio
import inspect
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, cast

import anyio
from ruamel.yaml import YAML

from orchestrion.model.access import SYSTEM
from orchestrion.model.job import InstanceState, JobStatus, has_ended
from orchestrion.model.values import Json, Value
from orchestrion.packs.runbookcontrol import manifest as control
from orchestrion.ports.authoring import VersionRecord
from orchestrion.ports.journal import Fence, JournalStore, Slice
from orchestrion.ports.packs import InstalledType
from orchestrion.ports.runs import JobRecord
from orchestrion.runbookserver.clock import SystemClock
from orchestrion.runbookserver.life import Outside, ServerOptions
from orchestrion.runbookserver.service import RunbookServerService
from orchestrion.sdk import (
    ActivityFailed,
    ActivityInputs,
    Done,
    Evidence,
    NotDone,
    PackManifest,
    PublishedModel,
    RunContext,
    Secret,
    Trigger,
    Verdict,
    activity,
    item,
    monitor,
)
from orchestrion.sdk import field as input_field
from orchestrion.sdk.declare import Definition
from orchestrion.services.jobs import Jobs, StartRequest
from orchestrion.services.runs import Runs
from orchestrion.storage.database import SqlDatabase, open_database
from orchestrion.storage.hearts import LoopHearts
from orchestrion.storage.journal import SqlJournal
from orchestrion.storage.migrate import migrate
from orchestrion.storage.wakeups import LocalWakeups

T = TypeVar("T")


class Name(ActivityInputs):
    """Which counter."""

    name: str = input_field("Name")


class Whisper(ActivityInputs):
    """Something that nobody else may hear."""

    secret: Secret = input_field("Secret")


class Nothing(ActivityInputs):
    """No inputs."""


class Heard(PublishedModel):
    """What the monitor was told."""

    word: str = item("Word")


class Count(PublishedModel):
    """How far the counter is."""

    value: int = item("Value")


@dataclass
class World:
    """What activities act on; it outlives every server. `act` may be told to wait or to fail."""

    counts: Counter[str] = field(default_factory=Counter)
    waits: dict[str, anyio.Event] = field(default_factory=dict)
    reached: dict[str, anyio.Event] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    spoken: anyio.Event = field(default_factory=anyio.Event)

    async def tell(self, word: str) -> None:
        """Says something that the monitor hears."""
        self.said.append(word)
        self.spoken.set()

    def installed(self) -> dict[str, InstalledType]:
        """A pack whose activities count in this world, one per effect class."""

        async def act(inputs: Name, ctx: RunContext) -> Count:
            self.counts[inputs.name] += 1
            if inputs.name in self.reached:
                self.reached[inputs.name].set()
            if inputs.name in self.waits:
                await self.waits[inputs.name].wait()
            return Count(value=self.counts[inputs.name])

        async def cling(inputs: Name, ctx: RunContext) -> Count:
            """Does not end when it is asked to."""
            self.reached[inputs.name].set()
            while not self.waits[inputs.name].is_set():
                with suppress(asyncio.CancelledError):
                    await self.waits[inputs.name].wait()
            return Count(value=0)

        async def fail(inputs: Name, ctx: RunContext) -> Count:
            self.counts[inputs.name] += 1
            raise ActivityFailed("told to fail")

        async def evidence(inputs: Name, ctx: RunContext) -> Evidence:
            return {"before": self.counts[inputs.name]}

        async def probe(inputs: Name, before: Evidence, ctx: RunContext) -> Verdict:
            if self.counts[inputs.name] == before["before"]:
                return NotDone()
            return Done((Count(value=self.counts[inputs.name]),))

        definitions = [
            activity(f"Act {effect}", category="World", effect=effect)(act)
            for effect in ("pure", "read", "idempotent", "verifiable", "once")
        ]
        definitions[3].prepare(evidence)
        definitions[3].verify(probe)
        definitions.append(activity("Cling", category="World", effect="read")(cling))
        definitions.append(activity("Fail", category="World", effect="read")(fail))
        manifest = PackManifest("world", "World", "1", (*definitions, *self._talking()))
        packs = (manifest, control.manifest)
        return {kind.id: InstalledType(kind, each, "1") for pack in packs for kind, each in pack.definitions()}

    def _talking(self) -> tuple[Definition[ActivityInputs], ...]:
        """An activity that is told a secret, and a monitor that hears what `tell` says."""

        async def whisper(inputs: Whisper, ctx: RunContext) -> Count:
            self.heard.append(inputs.secret.get_secret_value())
            return Count(value=1)

        async def told(inputs: Nothing, ctx: RunContext) -> AsyncIterator[Trigger]:
            position = int(ctx.cursor or 0)
            while True:
                while position < len(self.said):
                    position += 1
                    word = self.said[position - 1]
                    yield Trigger(Heard(word=word), cursor=str(position), key=word)
                self.spoken = anyio.Event()
                await self.spoken.wait()

        whispering = activity("Whisper", category="World", effect="read")(whisper)
        watching = monitor("Told", category="World", guarantee="replayable", published=Heard)(told)
        return cast("tuple[Definition[ActivityInputs], ...]", (whispering, watching))


@dataclass
class Packs:
    """See ports.PackCatalogue."""

    types: Mapping[str, InstalledType]

    def installed(self) -> Mapping[str, InstalledType]:
        """The given types."""
        return self.types

    def problems(self) -> Mapping[str, str]:
        """None."""
        return {}


class PowerCutError(Exception):
    """The server died here."""


class FragileJournal(SqlJournal):
    """A journal whose server dies at the append with this number (from 1): before the commit, or right after it."""

    def __init__(self, database: SqlDatabase, at: int = 0, *, after_commit: bool = False) -> None:
        super().__init__(database)
        self.appends = 0
        self._at = at
        self._after_commit = after_commit

    async def append(self, fence: Fence, slices: Sequence[Slice]) -> dict[str, str]:
        """Writes, or dies."""
        self.appends += 1
        if self.appends == self._at and not self._after_commit:
            raise PowerCutError
        refused = await super().append(fence, slices)
        if self.appends == self._at:
            raise PowerCutError
        return refused


class Installation:
    """One database with services, on which servers live and die."""

    def __init__(self, database: SqlDatabase, world: World) -> None:
        self.database = database
        self.world = world
        self.wakeups = LocalWakeups()
        self.clock = SystemClock()
        self.jobs = Jobs(database, self.wakeups, self.clock)
        self.runs = Runs(database, self.wakeups, self.clock)
        self.options = ServerOptions("s", beat_seconds=0.3, lease_seconds=3)

    def service(self, journal: JournalStore | None = None) -> RunbookServerService:
        """A runbook server that leaves nothing in order when it dies."""
        outside = Outside(
            database=self.database,
            journal=journal or SqlJournal(self.database),
            wakeups=self.wakeups,
            packs=Packs(self.world.installed()),
            clock=self.clock,
            open_secret=lambda text: text[::-1].removeprefix("sealed:"),
            hearts=LoopHearts(self.database),
        )
        service = RunbookServerService(self.options, outside)

        async def die(_registered: object) -> None:
            """A power cut hands nothing over."""

        service._leave = die  # type: ignore[method-assign,assignment]  # a power cut is not foreseen in its design
        return service

    async def add(self, text: str, name: str = "R", limit: int = 10, *, is_monitor: bool = False) -> str:
        """Stores a runbook given as YAML and gives its id; `limit` is how many of its jobs run at once."""
        document = {"orchestrion": "runbook/1", "name": name, **YAML(typ="safe").load(text)}
        now = self.clock.now()
        runbook = await self.database.write(lambda tx: tx.runbooks.add(tx.folders.root().id, name, now))
        await self.add_version(runbook.id, document, limit=limit, is_monitor=is_monitor)
        return runbook.id

    async def add_version(
        self,
        runbook_id: str,
        document: Mapping[str, Json],
        number: int = 1,
        limit: int = 10,
        *,
        is_monitor: bool = False,
    ) -> None:
        """Stores a version of a runbook as it is, without a check."""
        version = VersionRecord(runbook_id, number, "me", self.clock.now(), "", document)
        await self.database.write(lambda tx: tx.runbooks.add_version(version, is_monitor, limit, ""))

    async def start(self, runbook_id: str, **parameters: Value) -> JobRecord:
        """Starts a job."""
        return await self.jobs.start(SYSTEM, StartRequest(runbook_id, parameters=parameters))

    async def instance_id(self, job_id: str) -> str:
        """The id of the job's newest instance."""
        job = await self.runs.job(SYSTEM, job_id)
        assert job.latest_instance_id is not None
        return job.latest_instance_id

    async def state(self, job_id: str) -> InstanceState:
        """Where the job's newest instance stands."""
        instance_id = await self.instance_id(job_id)
        return (await self.database.read(lambda tx: tx.runs.instance(instance_id))).state

    async def until_state(self, job_id: str, state: InstanceState) -> None:
        """Waits until the job's newest instance stands there."""

        async def stands_there() -> bool:
            job = await self.runs.job(SYSTEM, job_id)
            return job.latest_instance_id is not None and await self.state(job_id) is state

        await self.eventually(stands_there)

    async def eventually(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Waits until `holds`; looks again whenever something is announced."""
        with anyio.fail_after(20), self.wakeups.listen("live") as listener:
            while not await holds():
                await listener.next(0.05)

    async def until(self, job_id: str, *statuses: JobStatus, seconds: float = 20) -> JobRecord:
        """The job when it has one of `statuses`, or has ended, which takes `seconds` at most."""
        with anyio.fail_after(seconds):
            with self.wakeups.listen("live") as listener:
                while True:
                    job = await self.runs.job(SYSTEM, job_id)
                    if job.status in statuses or has_ended(job.status):
                        return job
                    await listener.next(0.05)

    async def live(
        self,
        journal: JournalStore | None,
        work: Callable[[], Awaitable[T]] | Callable[[RunbookServerService], Awaitable[T]],
    ) -> T | None:
        """Runs a server while `work` goes on, which may take it as argument; None when the server died first."""
        found: list[T] = []
        try:
            async with anyio.create_task_group() as group:
                service = self.service(journal)
                group.start_soon(service.run)
                await service.started.wait()
                takes_service = bool(inspect.signature(work).parameters)
                found.append(await (work(service) if takes_service else work()))  # type: ignore[call-arg]
                group.cancel_scope.cancel()
        except* PowerCutError:
            pass
        return found[0] if found else None


@asynccontextmanager
async def installation(folder: Path) -> AsyncIterator[Installation]:
    """A fresh installation on SQLite."""
    url = f"sqlite:///{folder / 'orchestrion.db'}"
    await migrate(url)
    database = open_database(url)
    await database.write(lambda tx: None)
    yield Installation(database, World())
    await database.close()
