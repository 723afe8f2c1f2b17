"""One armed monitor: its activity listens, and each trigger is stored before it goes on (durability.md 2)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import anyio
import structlog
from uuid_utils import uuid7

from orchestrion.engine.binding import Environment, bind
from orchestrion.engine.plan import Plan
from orchestrion.model.errors import UnavailableError
from orchestrion.model.triggers import limits_of
from orchestrion.ports.journal import ArmedMonitor, Fence, FencedError, SeenTrigger
from orchestrion.ports.transaction import Database
from orchestrion.ports.triggers import Answer, Arming, Failure, Taken
from orchestrion.runbookserver.activity_runs import Services
from orchestrion.runbookserver.claimer import POLL_SECONDS
from orchestrion.runbookserver.clock import utc_offset
from orchestrion.runbookserver.context import ServerContext
from orchestrion.runbookserver.instance_events import EventSource
from orchestrion.runbookserver.plans import Plans
from orchestrion.runbookserver.runner import open_secrets
from orchestrion.runbookserver.trigger_writer import TriggerWriter
from orchestrion.sdk.declare import Definition
from orchestrion.sdk.fields import ActivityInputs
from orchestrion.sdk.invoke import validated
from orchestrion.sdk.outcome import Trigger

AGAIN_SECONDS = (1, 5, 30)  # waits before a monitor that fails in a row is armed again; then its job fails
_MOST_ARMING = 4  # at once: thousands that a server claims together must not queue for its connections
_log = structlog.get_logger(__name__)


class LostMonitorError(Exception):
    """The monitor is no longer this server's."""


@dataclass(frozen=True, slots=True)
class Watching:
    """What every watch of one life of a server shares; `until_relieved` waits for the end of a monitor's flood."""

    fence: Fence
    database: Database
    plans: Plans
    services: Services
    writer: TriggerWriter
    until_relieved: Callable[[str], Awaitable[None]]
    arming: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(_MOST_ARMING))


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


class MonitorWatch:
    """Watches for one monitor; `run` until cancelled."""

    def __init__(self, shared: Watching, armed: ArmedMonitor) -> None:
        self._shared = shared
        self._armed = armed
        self._cursor = armed.cursor

    async def run(self) -> str:
        """Gives why it cannot watch any longer. Raises LostMonitorError, and FencedError.

        A monitor that fails is armed again from its last stored cursor; one that came forward meanwhile begins anew
        with the shortest wait.
        """
        failures = 0
        while True:
            before = self._cursor
            error = await self._once()
            if error is None:
                await anyio.sleep(POLL_SECONDS)
                continue
            failures = failures + 1 if self._cursor == before else 1
            if failures > len(AGAIN_SECONDS):
                return error
            await self._wait(error, AGAIN_SECONDS[failures - 1])

    async def _wait(self, error: str, seconds: float) -> None:
        """Waits before the next arming, and says so on the job."""
        shared, armed = self._shared, self._armed
        _log.warning("A monitor failed and is armed again.", job=armed.job_id, error=error, seconds=seconds)
        now = shared.services.clock.now()
        failure = Failure(error, now, now + timedelta(seconds=seconds))
        with suppress(UnavailableError):
            await shared.database.write(lambda tx: tx.triggers.note_failure(shared.fence, armed, failure))
            shared.services.feed.job(armed.job_id, armed.runbook_id, "waiting")
        await anyio.sleep(seconds)

    async def _once(self) -> str | None:
        """Why the watch ended; None when the database was away, which is no failure of the monitor."""
        try:
            async with self._shared.arming:
                plan = await self._shared.plans.get(self._armed.runbook_id, self._armed.version)
                monitor = await self._monitor(plan)
            await self._arm(plan, monitor)
            async with aclosing(monitor.triggers()) as triggers:
                async for trigger in triggers:
                    await self._store(trigger)
        except (FencedError, LostMonitorError):
            raise
        except UnavailableError:
            return None
        except Exception as error:  # noqa: BLE001 - a stranger's generator
            return str(error) or type(error).__name__
        return "The monitor ended by itself."

    async def _arm(self, plan: Plan, monitor: _Monitor) -> None:
        """Stores that we watch, and from where; a monitor that is flooded still waits before it watches."""
        shared, begun = self._shared, None
        if self._cursor is None and monitor.begin is not None:
            begun = self._cursor = monitor.ctx.cursor = _storable(await monitor.begin())
        arming = Arming(limits_of(plan.runbook.settings), shared.services.clock.now(), begun)
        async with shared.arming:
            answer = await shared.database.write(lambda tx: tx.triggers.arm(shared.fence, self._armed, arming))
        if answer.has_work:
            shared.services.feed.work()
        await self._heed(answer)

    async def _store(self, trigger: Trigger) -> None:
        """Returns when it is durable and the monitor may see more."""
        if not isinstance(trigger, Trigger):
            raise TypeError("a monitor must yield triggers")
        cursor = _storable(trigger.cursor)
        now = self._shared.services.clock.now()
        seen = SeenTrigger(str(uuid7()), trigger.key, cursor, trigger.published.record(), now)
        answer = await self._shared.writer.store(self._armed, seen)
        self._cursor = cursor
        await self._heed(answer)

    async def _heed(self, answer: Answer) -> None:
        if answer.taken is Taken.LOST:
            raise LostMonitorError
        if answer.is_flooded:
            await self._shared.until_relieved(self._armed.job_id)

    async def _monitor(self, plan: Plan) -> _Monitor:
        """The runbook's monitor with its inputs bound and its secrets opened; raises what is wrong with them."""
        services, armed = self._shared.services, self._armed
        activity = plan.activities[plan.start].activity
        installed = services.packs.installed()[activity.type]
        now = services.clock.now()
        environment = Environment(
            None,
            await services.resources.variables(plan.variables),
            counters=await services.resources.counters() if plan.activities[plan.start].reads_counters else {},
            now=now,
            seed=armed.job_id,
            offset=utc_offset(now),
        )
        inputs = bind(activity.name, plan.activities[plan.start].inputs, environment)
        opened = open_secrets(inputs, installed.type.inputs, services.runner.open_secret)
        events = EventSource(services.server, services.clock, services.store_event, plan.runbook.name, armed.job_id)
        ctx = ServerContext(
            key="monitor",
            activity_id=activity.id,
            activity_name=activity.name,
            instance_id="",
            job_id=armed.job_id,
            runbook_name=plan.runbook.name,
            server=services.server,
            events=events,
            counters=services.counters,
            schedules=services.schedules,
            cursor=self._cursor,
        )
        return _Monitor(installed.definition, validated(installed.definition, opened), ctx)


def _storable(cursor: str) -> str:
    """The cursor; raises ValueError for one that no database stores."""
    if "\x00" in cursor:
        raise ValueError("The monitor's cursor holds a character that cannot be stored.")
    cursor.encode()
    return cursor
