"""The runbook server as a service: registers, runs its loops, and starts a new life when it was fenced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import anyio
import structlog
from pydantic_core import to_json

from orchestrion import __version__
from orchestrion.model.errors import UnavailableError
from orchestrion.model.resources import RunbookServer
from orchestrion.ports.access import EventRecord
from orchestrion.ports.clock import Clock
from orchestrion.ports.journal import LIVE, WORK, Fence, FencedError, JournalStore, Wakeups
from orchestrion.ports.packs import PackCatalogue
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.runbookserver.activity_runs import Services
from orchestrion.runbookserver.claimer import Claimer
from orchestrion.runbookserver.counters import RunCounters
from orchestrion.runbookserver.feed import Feed
from orchestrion.runbookserver.journal_writer import JournalWriter
from orchestrion.runbookserver.late import LateOutcomes
from orchestrion.runbookserver.plans import Plans
from orchestrion.runbookserver.resources import Resources
from orchestrion.runbookserver.runner import OpenSecret, Runner
from orchestrion.runbookserver.schedules import RunSchedules
from orchestrion.runbookserver.triggers import Triggers

_RETRY_SECONDS = 1.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How one runbook server is set up; times in seconds.

    A server that has not beaten for `lease_seconds` is taken for dead, and its work goes to others.
    """

    name: str
    capacity: int = 500
    beat_seconds: float = 3.0
    lease_seconds: float = 15.0
    stop_grace_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Outside:
    """Everything a runbook server needs from outside."""

    database: Database
    journal: JournalStore
    wakeups: Wakeups
    packs: PackCatalogue
    clock: Clock
    open_secret: OpenSecret


class RunbookServerService:
    """One runbook server; `run` until cancelled, `started` is set whenever it has registered."""

    def __init__(self, options: ServerOptions, outside: Outside) -> None:
        self._options = options
        self._outside = outside
        self.started = anyio.Event()
        self._claimer: Claimer | None = None

    async def drain(self) -> None:
        """Before the end: lets activities finish that nobody could repeat, for the time the options allow."""
        if self._claimer is not None:
            with anyio.move_on_after(self._options.stop_grace_seconds):
                await self._claimer.drain()

    async def run(self) -> None:
        """Serves until cancelled. A fenced server ends what it runs and registers anew, with a new epoch."""
        while True:
            registered = await self._register()
            try:
                await self._live(registered)
            except* FencedError:
                _log.warning("This server was taken for dead; it starts anew.", server=self._options.name)

    async def _live(self, registered: RunbookServer) -> None:
        """One life, under one epoch."""
        fence = Fence(registered.id, registered.epoch)
        outside = self._outside
        writer = JournalWriter(outside.journal, fence)
        resources = Resources(outside.database, outside.clock)
        services = Services(
            server=self._options.name,
            writer=writer,
            runner=Runner(outside.open_secret),
            packs=outside.packs,
            clock=outside.clock,
            feed=Feed(outside.wakeups),
            store_event=self._store_event,
            counters=RunCounters(outside.database, outside.clock),
            resources=resources,
            schedules=RunSchedules(resources, outside.clock),
            late=LateOutcomes(outside.database, outside.clock),
        )
        plans = Plans(outside.database, outside.packs)
        claimer = Claimer(outside.journal, outside.database, plans, services, outside.wakeups, self._options.capacity)
        self._claimer = claimer
        triggers = Triggers(outside.journal, plans, services, outside.wakeups)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(writer.run)
                group.start_soon(self._beat, fence)
                group.start_soon(claimer.run, fence, group)
                group.start_soon(claimer.run_inbox, fence)
                group.start_soon(triggers.run, fence, group)
                self.started.set()
        finally:
            with anyio.CancelScope(shield=True), anyio.move_on_after(self._options.stop_grace_seconds):
                await self._leave(registered)

    async def _register(self) -> RunbookServer:
        """Registers and announces the packs; while the database is away, waits and says so once."""
        away = False
        while True:
            try:
                return await self._outside.database.write(self._registered)
            except UnavailableError as error:
                if not away:
                    _log.error("The runbook server waits for the orchestration database.", error=str(error))
                away = True
                await anyio.sleep(_RETRY_SECONDS)

    def _registered(self, tx: Transaction) -> RunbookServer:
        options, now = self._options, self._outside.clock.now()
        registered = tx.servers.register(options.name, __version__, options.capacity, now)
        installed = self._outside.packs.installed().values()
        versions = {each.type.pack: each.pack_version for each in installed}
        tx.catalogue.announce(registered.id, versions, [each.type for each in installed])
        return registered

    async def _beat(self, fence: Fence) -> None:
        """Says that this server lives, and takes over from servers that no longer do.

        An outage of the database is not the death of its servers: after one, and after our own start, everybody gets a
        full lease to be heard of again (durability.md 5).
        """
        options, clock = self._options, self._outside.clock
        patient_until = clock.steady() + options.lease_seconds
        while True:
            await anyio.sleep(options.beat_seconds)
            is_patient = clock.steady() < patient_until
            try:
                expired = await self._outside.database.write(lambda tx: self._beaten(tx, fence, is_patient))  # noqa: B023 - awaited at once
            except UnavailableError:
                patient_until = clock.steady() + options.lease_seconds
                continue
            for name in expired:
                _log.warning("A runbook server was not heard of; its work is taken over.", server=name)
                self._outside.wakeups.announce(WORK)

    def _beaten(self, tx: Transaction, fence: Fence, is_patient: bool) -> list[str]:
        """Renews our heartbeat and gives the names of servers whose work is taken over."""
        now = self._outside.clock.now()
        if not tx.servers.beat(fence.server_id, fence.epoch, now):
            raise FencedError(f"server {self._options.name} was taken for dead")
        return [] if is_patient else tx.servers.expire(timedelta(seconds=self._options.lease_seconds), now)

    async def _leave(self, registered: RunbookServer) -> None:
        """Hands its work to the others, or to its own next life."""
        now = self._outside.clock.now()
        try:
            await self._outside.database.write(lambda tx: tx.servers.leave(registered.id, registered.epoch, now))
        except UnavailableError:
            return  # the others notice by themselves

    async def _store_event(self, event: EventRecord) -> None:
        """Stores a platform event and tells the live view; while the database is away, waits."""
        while True:
            try:
                await self._outside.database.write(lambda tx: tx.events.add(event))
            except UnavailableError:
                await anyio.sleep(_RETRY_SECONDS)
            else:
                break
        data = {"id": event.id, "type": event.type.value, "summary": event.summary}
        self._outside.wakeups.announce(LIVE, to_json({"event": "event", "data": data}).decode())
