"""Watching for monitors: each trigger is stored with its cursor before its instance starts (durability.md 2)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass

import anyio
import structlog
from anyio.abc import TaskGroup
from uuid_utils import uuid7

from orchestrion.engine.binding import Environment, bind
from orchestrion.engine.plan import Plan
from orchestrion.model.errors import UnavailableError
from orchestrion.ports.journal import INBOX, WORK, ArmedMonitor, Fence, FencedError, JournalStore, SeenTrigger, Wakeups
from orchestrion.runbookserver.activity_runs import Services
from orchestrion.runbookserver.claimer import POLL_SECONDS
from orchestrion.runbookserver.clock import utc_offset
from orchestrion.runbookserver.context import ServerContext
from orchestrion.runbookserver.instance_events import EventSource
from orchestrion.runbookserver.plans import Plans
from orchestrion.runbookserver.runner import open_secrets
from orchestrion.sdk.declare import Definition
from orchestrion.sdk.fields import ActivityInputs
from orchestrion.sdk.invoke import validated
from orchestrion.sdk.outcome import Trigger

MOST_MONITORS = 10_000  # armed on one server (spec 11, targets)
_AGAIN_SECONDS = (1, 5, 30)  # waits before a monitor that failed is armed again; then its job fails
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Monitor:
    """A monitor ready to listen."""

    definition: Definition[ActivityInputs]
    inputs: ActivityInputs
    ctx: ServerContext

    @property
    def begin(self) -> Callable[[], Awaitable[str]] | None:
        """Gives the cursor of this moment, where the monitor declares how."""
        function = self.definition.begin_func
        return None if function is None else lambda: function(self.inputs, self.ctx)

    def triggers(self) -> AsyncGenerator[Trigger, None]:
        """Starts listening."""
        answer = self.definition.handler(self.inputs, self.ctx)
        if not isinstance(answer, AsyncGenerator):
            raise TypeError("a monitor must be an async generator")
        return answer


class Triggers:
    """Arms the monitors this server owns; `run` must be running."""

    def __init__(self, store: JournalStore, plans: Plans, services: Services, wakeups: Wakeups) -> None:
        self._store = store
        self._plans = plans
        self._services = services
        self._wakeups = wakeups
        self._armed: dict[str, anyio.CancelScope] = {}
        self._may_own_more = False
        self._is_cut_off = False

    def cut_off(self) -> None:
        """Others may watch in our place: ends every watch at once, and begins none (durability.md 5)."""
        self._is_cut_off = True
        for scope in self._armed.values():
            scope.cancel()

    async def run(self, fence: Fence, group: TaskGroup) -> None:
        """Takes up monitors and lets stopped ones go, until cancelled. Raises FencedError."""
        with self._wakeups.listen(WORK) as listener:
            while True:
                with suppress(UnavailableError):  # the writer says so; the next poll tries again
                    await self._look(fence, group)
                await listener.next(POLL_SECONDS)

    async def _look(self, fence: Fence, group: TaskGroup) -> None:
        for job_id in await self._store.monitors_to_stop(fence):
            if job_id in self._armed:
                self._armed[job_id].cancel()
        free = MOST_MONITORS - len(self._armed)
        if free <= 0 or self._is_cut_off:
            return
        for armed in await self._claim(fence, free):
            self._armed[armed.job_id] = anyio.CancelScope()
            group.start_soon(self._watch, fence, armed)
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

    async def _watch(self, fence: Fence, armed: ArmedMonitor) -> None:
        """Watches until stopped; a monitor that fails is armed again a few times, from its last stored cursor."""
        error, cursor = "", armed.cursor
        with self._armed[armed.job_id]:
            for seconds in (*_AGAIN_SECONDS, None):
                before = cursor
                cursor, error = await self._watch_once(fence, armed, cursor)
                if seconds is None:
                    break
                if cursor == before:
                    _log.warning("A monitor failed and is armed again.", job=armed.job_id, error=error, seconds=seconds)
                await anyio.sleep(seconds)
        stopped = self._armed.pop(armed.job_id).cancel_called
        if self._is_cut_off:
            return  # the monitor goes on elsewhere, or in our next life
        await self._disarm(fence, armed, "" if stopped else error)

    async def _watch_once(self, fence: Fence, armed: ArmedMonitor, cursor: str | None) -> tuple[str | None, str]:
        """The last stored cursor and why the watch ended."""
        try:
            plan = await self._plans.get(armed.runbook_id, armed.version)
            monitor = await self._monitor(plan, armed, cursor)
            if cursor is None and monitor.begin is not None:
                cursor = monitor.ctx.cursor = await monitor.begin()
                await self._store.store_cursor(fence, armed, cursor)
            async with aclosing(monitor.triggers()) as triggers:
                async for trigger in triggers:
                    await self._store_trigger(fence, armed, trigger)
                    cursor = trigger.cursor
        except FencedError:
            raise
        except Exception as error:  # noqa: BLE001 - a stranger's generator
            return cursor, str(error) or type(error).__name__
        return cursor, "The monitor ended by itself."

    async def _monitor(self, plan: Plan, armed: ArmedMonitor, cursor: str | None) -> _Monitor:
        """The runbook's monitor with its inputs bound and its secrets opened; raises what is wrong with them."""
        activity = plan.activities[plan.start].activity
        installed = self._services.packs.installed()[activity.type]
        resources, now = self._services.resources, self._services.clock.now()
        environment = Environment(
            None,
            await resources.variables(plan.variables),
            counters=await resources.counters() if plan.activities[plan.start].reads_counters else {},
            now=now,
            seed=armed.job_id,
            offset=utc_offset(now),
        )
        inputs = bind(activity.name, plan.activities[plan.start].inputs, environment)
        opened = open_secrets(inputs, installed.type.inputs, self._services.runner.open_secret)
        services = self._services
        events = EventSource(services.server, services.clock, services.store_event, plan.runbook.name, armed.job_id)
        ctx = ServerContext(
            key="monitor",
            activity_id=activity.id,
            activity_name=activity.name,
            instance_id="",
            job_id=armed.job_id,
            runbook_name=plan.runbook.name,
            server=self._services.server,
            events=events,
            counters=self._services.counters,
            schedules=self._services.schedules,
            cursor=cursor,
        )
        return _Monitor(installed.definition, validated(installed.definition, opened), ctx)

    async def _store_trigger(self, fence: Fence, armed: ArmedMonitor, trigger: Trigger) -> None:
        """Stores it before the monitor goes on; while the database is away, waits."""
        seen = SeenTrigger(
            str(uuid7()), trigger.key, trigger.cursor, trigger.published.record(), self._services.clock.now()
        )
        while True:
            try:
                stored = await self._store.store_trigger(fence, armed, seen)
            except UnavailableError:
                await anyio.sleep(POLL_SECONDS)
            else:
                if stored:
                    self._services.feed.work()
                    self._services.feed.job(armed.job_id, armed.runbook_id, "waiting")
                return

    async def _disarm(self, fence: Fence, armed: ArmedMonitor, error: str) -> None:
        if error:
            _log.error("A monitor ended.", job=armed.job_id, error=error)
        try:
            await self._store.disarm(fence, armed, error, self._services.clock.now())
        except UnavailableError:
            return  # it stays ours and is claimed again when this server registers anew
        self._services.feed.job(armed.job_id, armed.runbook_id, "failed" if error else "canceled")
        self._wakeups.announce(INBOX)
