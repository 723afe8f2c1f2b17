"""Takes ready instances up to the server's free slots and runs each to its end (architecture.md 5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import anyio
import structlog
from anyio.abc import TaskGroup

from orchestrion.engine.plan import Plan
from orchestrion.model.errors import DivergenceError, OrchestrionError, UnavailableError
from orchestrion.model.job import JobStatus
from orchestrion.model.runbook import Recovery
from orchestrion.ports.journal import (
    INBOX,
    WORK,
    Claimed,
    ExecutionRow,
    Fence,
    Hold,
    InstanceEnd,
    JournalStore,
    SignalRow,
    Slice,
    Snapshot,
    Wakeups,
)
from orchestrion.ports.observability import RUN
from orchestrion.ports.transaction import Database
from orchestrion.runbookserver.activity_runs import Services
from orchestrion.runbookserver.executor import Beginning, InstanceExecutor, Left, Outcome
from orchestrion.runbookserver.journal_writer import RefusedSliceError
from orchestrion.runbookserver.permission import refused
from orchestrion.runbookserver.plans import Plans
from orchestrion.runbookserver.reuse import reuse_of

POLL_SECONDS = 1.0  # the safety net under the announcements (durability.md 7)
MOST_PER_CLAIM = 50
_log = structlog.get_logger(__name__)


class Claimer:
    """Claims and runs instances on one server; `run` and `run_inbox` must be running."""

    def __init__(
        self, store: JournalStore, database: Database, plans: Plans, services: Services, wakeups: Wakeups, capacity: int
    ) -> None:
        self._store = store
        self._database = database
        self._plans = plans
        self._services = services
        self._wakeups = wakeups
        self._capacity = capacity
        self._executors: dict[str, InstanceExecutor] = {}
        self._mine: set[str] = set()
        self._may_own_more = False
        self._is_draining = False
        self._emptied = anyio.Event()

    @property
    def is_running_any(self) -> bool:
        """Whether it owns any instance."""
        return bool(self._mine)

    def set_capacity(self, capacity: int) -> None:
        """How many instances it runs at once from now on; what runs already goes on."""
        self._capacity = capacity

    async def drain(self) -> None:
        """Claims nothing more, and returns when every instance here has ended or can go on elsewhere."""
        self._is_draining = True
        for executor in self._executors.values():
            executor.leave()
        if self._mine:
            await self._emptied.wait()

    def cut_off(self) -> None:
        """The database may have given our work to others: starts nothing more (durability.md 5).

        What a successor would run again is ended; what it would only hold goes on, and its outcome follows it.
        """
        self._is_draining = True
        for executor in self._executors.values():
            executor.cut_off()

    async def run(self, fence: Fence, group: TaskGroup) -> None:
        """Claims until cancelled; instances run in `group`. Raises FencedError when the epoch is no longer ours."""
        with self._wakeups.listen(WORK) as listener:
            while True:
                claimed = await self._claim(fence)
                self._mine.update(each.instance_id for each in claimed)
                for each in claimed:
                    group.start_soon(self._run_instance, fence, each)
                if len(claimed) < MOST_PER_CLAIM:
                    await listener.next(POLL_SECONDS)

    async def run_inbox(self, fence: Fence) -> None:
        """Hands messages from the inbox to their instances until cancelled."""
        with self._wakeups.listen(INBOX) as listener:
            while True:
                await self.deliver_messages(fence)
                await listener.next(POLL_SECONDS)

    async def deliver_messages(self, fence: Fence) -> None:
        """Reads the inbox once."""
        try:
            found = await self._store.messages(fence, self._services.clock.now())
        except UnavailableError:
            return  # the writer says so; the next poll tries again
        for instance_id, messages in found.items():
            executor = self._executors.get(instance_id)
            if executor is not None:
                for message in messages:
                    executor.deliver(message)

    async def _claim(self, fence: Fence) -> list[Claimed]:
        free = self._capacity - len(self._mine)
        if free <= 0 or self._is_draining:
            return []
        try:
            if self._may_own_more:
                lost = await self._store.owned(fence, [*self._mine])
                self._may_own_more = False
                return lost
            now = self._services.clock.now()
            found = await self._store.claim(fence, min(free, MOST_PER_CLAIM), now)
        except UnavailableError:
            self._may_own_more = True  # the claim may have been committed, and its answer lost
            return []
        self._services.telemetry.claimed(found, now)
        return found

    async def _run_instance(self, fence: Fence, claimed: Claimed) -> None:
        outcome: Outcome
        RUN.set(self._services.telemetry.ids(claimed))
        try:
            outcome = await self._to_its_end(fence, claimed)
        except (DivergenceError, RefusedSliceError) as error:
            outcome = await self._hold(claimed, f"The journal cannot be continued: {error}")
        except OrchestrionError as error:
            outcome = await self._hold(claimed, str(error))
        except ExceptionGroup as group:
            if group.subgroup(lambda each: not isinstance(each, RefusedSliceError | DivergenceError)):
                _log.exception("An instance failed inside the server.", instance=claimed.instance_id)
            outcome = await self._hold(claimed, f"The server could not go on: {_first(group)}")
        finally:
            self._executors.pop(claimed.instance_id, None)
            self._services.writer.forget(claimed.instance_id)
            self._mine.discard(claimed.instance_id)
            if self._is_draining and not self._mine:
                self._emptied.set()
        if isinstance(outcome, Left):
            return
        self._services.telemetry.instance_left(claimed, outcome)
        if isinstance(outcome, InstanceEnd | Hold):
            status = outcome.status.value if isinstance(outcome, InstanceEnd) else "held"
            self._services.feed.instance(claimed, status)
        self._services.feed.work()
        if claimed.depth:
            self._services.feed.inbox()  # of the instance that invoked this one

    async def _to_its_end(self, fence: Fence, claimed: Claimed) -> Outcome:
        plan, snapshot, journal, beginning = await self._prepared(claimed)
        decided = after_a_crash(plan.runbook.settings.recovery, claimed, self._services.clock.now())
        if decided is not None:
            await self._services.writer.write(Slice(claimed.instance_id, claimed.lease, [], outcome=decided))
            return decided
        begins = not journal and snapshot is None and not claimed.takeovers
        not_permitted = await refused(claimed, plan.runbook, self._services) if begins else None
        if not_permitted is not None:
            return not_permitted
        executor = InstanceExecutor(claimed, plan, self._services, beginning)
        self._executors[claimed.instance_id] = executor
        if self._is_draining:
            executor.leave()
        self._services.feed.instance(claimed, "running")
        if claimed.has_messages:
            await self.deliver_messages(fence)  # what came while nobody owned the instance
        return await executor.run(journal, snapshot)

    async def _prepared(
        self, claimed: Claimed
    ) -> tuple[Plan, Snapshot | None, Sequence[ExecutionRow | SignalRow], Beginning]:
        """Everything the database knows about the instance; while it is away, waits."""
        while True:
            try:
                plan = await self._plans.of(claimed)
                snapshot = None if claimed.is_fresh else await self._store.snapshot(claimed.instance_id)
                after = 0 if snapshot is None else snapshot.sequence
                journal = [] if claimed.is_fresh else await self._store.load(claimed.instance_id, after)
                is_new = not journal and snapshot is None
                return plan, snapshot, journal, await self._beginning(claimed, plan, journal, is_new=is_new)
            except UnavailableError:
                await anyio.sleep(POLL_SECONDS)

    async def _beginning(
        self, claimed: Claimed, plan: Plan, journal: Sequence[ExecutionRow | SignalRow], *, is_new: bool
    ) -> Beginning:
        """What the instance is given besides its own journal."""
        variables = await self._services.resources.variables(plan.variables) if is_new else {}
        waits = plan.runbook.settings.recovery is Recovery.HOLD and claimed.takeovers > 0
        halted = _HALTED if waits else ""
        if claimed.rerun is None:
            return Beginning(variables, halted=halted)
        ended_id = str(claimed.rerun.get("instance_id"))
        ended = await self._database.read(lambda tx: tx.runs.instance(ended_id))
        before = await self._plans.get(ended.runbook_id, ended.version)
        reuse = reuse_of((before.runbook, plan.runbook), await self._store.load(ended_id), claimed.rerun)
        reuse.forget(journal if is_new else await self._store.load(claimed.instance_id))
        return Beginning(variables, reuse, halted)

    async def _hold(self, claimed: Claimed, reason: str) -> Hold:
        hold = Hold(reason, self._services.clock.now(), final=True)
        self._services.writer.forget(claimed.instance_id)
        _log.error("An instance is held.", instance=claimed.instance_id, reason=reason)
        await self._services.writer.write(Slice(claimed.instance_id, claimed.lease, [], outcome=hold))
        return hold


_DIED = "Its runbook server died"
_HALTED = f"{_DIED}, and the runbook is set to wait for a person then. Continue or stop the job."


def after_a_crash(recovery: Recovery, claimed: Claimed, now: datetime) -> InstanceEnd | None:
    """The end that the runbook's author wants instead of going on, when a server died under the instance (spec 5.7)."""
    if not claimed.takeovers:
        return None
    match recovery:
        case Recovery.RESUME | Recovery.HOLD:
            return None
        case Recovery.RESTART:
            error = f"{_DIED}; the runbook was started again from its beginning."
            return InstanceEnd(JobStatus.CANCELED, now, error=error, restarts=True)
        case Recovery.FAIL:
            return InstanceEnd(JobStatus.FAILED, now, error=f"{_DIED}, and the runbook is set to fail then.")


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first single exception inside."""
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
