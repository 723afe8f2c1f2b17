"""Watching for monitors: which of them this server watches, from its claim until it lets go (durability.md 2, 5)."""

from __future__ import annotations

from contextlib import suppress

import anyio
import structlog
from anyio.abc import TaskGroup

from orchestrion.model.errors import UnavailableError
from orchestrion.ports.journal import INBOX, WORK, ArmedMonitor, Fence, JournalStore, Wakeups
from orchestrion.ports.transaction import Database
from orchestrion.runbookserver.activity_runs import Services
from orchestrion.runbookserver.claimer import POLL_SECONDS
from orchestrion.runbookserver.monitor_watch import LostMonitorError, MonitorWatch, Watching
from orchestrion.runbookserver.plans import Plans
from orchestrion.runbookserver.trigger_writer import TriggerWriter

MOST_MONITORS = 10_000  # armed on one server (spec 11, targets)
_BETWEEN_SECONDS = 0.2  # between two looks: every trigger announces work, and monitors change seldom
_log = structlog.get_logger(__name__)


class Triggers:
    """Arms the monitors this server owns; `run` must be running."""

    def __init__(
        self, store: JournalStore, database: Database, plans: Plans, services: Services, wakeups: Wakeups
    ) -> None:
        self._store = store
        self._database = database
        self._plans = plans
        self._services = services
        self._wakeups = wakeups
        self._writer = TriggerWriter(database, services.feed, services.telemetry)
        self._armed: dict[str, anyio.CancelScope] = {}
        self._flooded: dict[str, anyio.Event] = {}
        self._may_own_more = False
        self._is_cut_off = False
        self._leaving: set[str] = set()

    def hand_on(self) -> None:
        """Ends every watch and lets whoever may take the monitor next: it goes on from its stored cursor."""
        self._leaving |= self._armed.keys()
        for scope in self._armed.values():
            scope.cancel()

    def cut_off(self) -> None:
        """Others may watch in our place: ends every watch at once, and begins none (durability.md 5)."""
        self._is_cut_off = True
        for scope in self._armed.values():
            scope.cancel()

    async def run(self, fence: Fence, group: TaskGroup) -> None:
        """Takes up monitors and lets stopped ones go, until cancelled. Raises FencedError."""
        group.start_soon(self._writer.run, fence)
        shared = Watching(
            fence, self._database, self._plans, self._services, self._writer, until_relieved=self._until_relieved
        )
        with self._wakeups.listen(WORK) as listener:
            while True:
                with suppress(UnavailableError):  # the writer says so; the next poll tries again
                    await self._look(shared, group)
                await anyio.sleep(_BETWEEN_SECONDS)
                await listener.next(POLL_SECONDS)

    async def _look(self, shared: Watching, group: TaskGroup) -> None:
        for job_id in await self._store.monitors_to_stop(shared.fence):
            if job_id in self._armed:
                self._armed[job_id].cancel()
            else:
                self._may_own_more = True
        await self._relieve()
        free = MOST_MONITORS - len(self._armed)
        if free <= 0 or self._is_cut_off:
            return
        for armed in await self._claim(shared.fence, free):
            self._armed[armed.job_id] = anyio.CancelScope()
            group.start_soon(self._watch, shared, armed)
            self._services.feed.job(armed.job_id, armed.runbook_id, "waiting")

    async def _claim(self, fence: Fence, free: int) -> list[ArmedMonitor]:
        """Monitors to watch for; after an outage first those whose claim was committed and its answer lost."""
        try:
            if self._may_own_more:
                lost = await self._store.owned_monitors(fence, [*self._armed])
                self._may_own_more = False
                return lost
            return await self._store.claim_monitors(fence, free, self._services.clock.now())
        except UnavailableError:
            self._may_own_more = True
            raise

    async def _watch(self, shared: Watching, armed: ArmedMonitor) -> None:
        """Watches until stopped, or until the monitor fails for good."""
        error = ""
        with self._armed[armed.job_id]:
            try:
                error = await MonitorWatch(shared, armed).run()
            except LostMonitorError:
                del self._armed[armed.job_id]
                return  # another one watches, or it waits for a person
        stopped = self._armed.pop(armed.job_id).cancel_called
        if self._is_cut_off:
            return  # the monitor goes on elsewhere, or in our next life
        if armed.job_id in self._leaving:
            self._leaving.discard(armed.job_id)
            await self._let_go(shared.fence, armed)
            return
        await self._disarm(shared.fence, armed, "" if stopped else error)

    async def _let_go(self, fence: Fence, armed: ArmedMonitor) -> None:
        try:
            await self._store.let_go(fence, armed)
        except UnavailableError:
            self._may_own_more = True  # it stays ours, and is let go of when it is found again
        self._wakeups.announce(WORK)

    async def _until_relieved(self, job_id: str) -> None:
        """Returns when enough of the monitor's triggers are gone."""
        event = self._flooded[job_id] = anyio.Event()
        try:
            await event.wait()
        finally:
            self._flooded.pop(job_id, None)

    async def _relieve(self) -> None:
        """One look for all flooded monitors, however many there are."""
        if not self._flooded:
            return
        flooded = list(self._flooded)
        for job_id in await self._database.read(lambda tx: tx.triggers.relieved(flooded)):
            if event := self._flooded.get(job_id):
                event.set()

    async def _disarm(self, fence: Fence, armed: ArmedMonitor, error: str) -> None:
        if error:
            _log.error("A monitor ended.", job=armed.job_id, error=error)
        try:
            await self._store.disarm(fence, armed, error, self._services.clock.now())
        except UnavailableError:
            self._may_own_more = True  # it stays ours, and is disarmed when it is found again
            return
        self._services.feed.job(armed.job_id, armed.runbook_id, "failed" if error else "canceled")
        self._wakeups.announce(INBOX)
