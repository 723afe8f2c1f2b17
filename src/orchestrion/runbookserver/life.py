"""One life of a runbook server: everything that runs under one epoch, from its registration to its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import anyio
from pydantic_core import to_json

from orchestrion.model.errors import UnavailableError
from orchestrion.ports.access import EventRecord
from orchestrion.ports.clock import Clock
from orchestrion.ports.journal import LIVE, Fence, FencedError, JournalAppender, JournalStore, Slice, Wakeups
from orchestrion.ports.observability import NO_TELEMETRY, Telemetry
from orchestrion.ports.packs import PackCatalogue
from orchestrion.ports.servers import AT_HOME, Hearts, Papers, ServerState
from orchestrion.ports.transaction import Database
from orchestrion.runbookserver.activity_runs import Services
from orchestrion.runbookserver.claimer import Claimer
from orchestrion.runbookserver.counters import RunCounters
from orchestrion.runbookserver.feed import Feed
from orchestrion.runbookserver.heartbeat import Heartbeat
from orchestrion.runbookserver.journal_writer import JournalWriter
from orchestrion.runbookserver.late import LateOutcomes
from orchestrion.runbookserver.lease import CutOffError, LocalLease
from orchestrion.runbookserver.orders import follow_orders
from orchestrion.runbookserver.plans import Plans
from orchestrion.runbookserver.resources import Resources
from orchestrion.runbookserver.runner import OpenSecret, Runner
from orchestrion.runbookserver.schedules import RunSchedules
from orchestrion.runbookserver.triggers import Triggers
from orchestrion.runbookserver.watchdog import Watchdog

_RETRY_SECONDS = 1.0


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
    monitor_capacity: int = 10_000
    machine: str = ""
    process_id: int = 0
    tags: tuple[str, ...] = ()
    papers: Papers = AT_HOME


@dataclass(frozen=True, slots=True)
class Outside:
    """Everything a runbook server needs from outside."""

    database: Database
    journal: JournalStore
    wakeups: Wakeups
    packs: PackCatalogue
    clock: Clock
    open_secret: OpenSecret
    hearts: Hearts
    telemetry: Telemetry = NO_TELEMETRY


class Life:
    """Runs instances and monitors until cancelled, fenced or cut off."""

    def __init__(self, options: ServerOptions, outside: Outside, fence: Fence, lease: LocalLease) -> None:
        self._options = options
        self._outside = outside
        self._fence = fence
        self._lease = lease
        appender = _LeasedAppender(outside.journal, lease, self.cut_off)
        services = self._services(appender)
        plans = Plans(outside.database, outside.packs)
        self._writer = services.writer
        self._claimer = Claimer(outside.journal, outside.database, plans, services, outside.wakeups, options.capacity)
        self._triggers = Triggers(outside.journal, outside.database, plans, services, outside.wakeups)

    async def run(self, state: ServerState) -> None:
        """Lives. Raises, in a group, FencedError or CutOffError when the lease is over."""
        options, outside, fence = self._options, self._outside, self._fence
        heartbeat = Heartbeat(outside.clock, fence, self._lease, options.beat_seconds, state)
        watchdog = Watchdog(
            outside.database,
            outside.clock,
            outside.wakeups,
            options.lease_seconds,
            options.beat_seconds,
            outside.telemetry,
        )
        async with anyio.create_task_group() as group:
            group.start_soon(outside.hearts.drive, heartbeat.beat_on)
            group.start_soon(heartbeat.watch, self.cut_off)
            group.start_soon(watchdog.run, fence, state)
            group.start_soon(self._writer.run)
            group.start_soon(self._claimer.run, fence, group)
            group.start_soon(self._claimer.run_inbox, fence)
            group.start_soon(self._triggers.run, fence, group)
            group.start_soon(follow_orders, outside.database, outside.wakeups, fence, self)

    def set_limit(self, limit: int | None) -> None:
        """See orders.Worker."""
        self._claimer.set_capacity(limit or self._options.capacity)

    def has_work(self) -> bool:
        """See orders.Worker."""
        return self._claimer.is_running_any

    async def give_away(self) -> None:
        """See orders.Worker."""
        with anyio.move_on_after(self._options.stop_grace_seconds):
            await self.drain()

    def hand_on_monitors(self) -> None:
        """See orders.Worker."""
        self._triggers.hand_on()

    def cut_off(self) -> None:
        """Others may go on with our work: starts nothing more and watches for nothing more (durability.md 5)."""
        self._claimer.cut_off()
        self._triggers.cut_off()

    async def drain(self) -> None:
        """Claims nothing more; returns when everything here has ended or can go on elsewhere."""
        await self._claimer.drain()

    def _services(self, appender: JournalAppender) -> Services:
        outside = self._outside
        resources = Resources(outside.database, outside.clock)
        return Services(
            server=self._options.name,
            writer=JournalWriter(appender, self._fence, outside.telemetry),
            runner=Runner(outside.open_secret),
            packs=outside.packs,
            clock=outside.clock,
            feed=Feed(outside.wakeups),
            store_event=self._store_event,
            counters=RunCounters(outside.database, outside.clock),
            resources=resources,
            schedules=RunSchedules(resources, outside.clock),
            late=LateOutcomes(outside.database, outside.clock),
            telemetry=outside.telemetry,
            stop_grace_seconds=self._options.stop_grace_seconds,
        )

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


class _LeasedAppender:
    """The journal, whose acknowledgements count only within the lease.

    Activities start when what came before them is durable. A process that was stopped in between, and goes on when its
    lease is over, must not start them: others have gone on with their instances.
    """

    def __init__(self, journal: JournalAppender, lease: LocalLease, lost: Callable[[], None]) -> None:
        self._journal = journal
        self._lease = lease
        self._lost = lost

    async def append(self, fence: Fence, slices: Sequence[Slice]) -> dict[str, str]:
        """See ports.JournalAppender; raises CutOffError when the lease was over before the answer was here."""
        try:
            refused = await self._journal.append(fence, slices)
            self._lease.check()
        except (FencedError, CutOffError):
            self._lost()
            raise
        return refused
