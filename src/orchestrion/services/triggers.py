"""Looking at what monitors saw, and deciding about what failed (spec 5.5)."""

from __future__ import annotations

from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.errors import ConflictError
from orchestrion.model.triggers import TriggerStatus
from orchestrion.ports.clock import Clock
from orchestrion.ports.journal import LIVE, WORK, Wakeups
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.ports.triggers import MonitorRecord, TriggerFilter, TriggerRecord
from orchestrion.services.audit import Subject, audit_entry
from orchestrion.services.live_events import job_changed

_WHY_NOT = {
    TriggerStatus.WAITING: "it waits for its turn",
    TriggerStatus.QUARANTINED: "it waits until somebody continues its job, which is in quarantine",
    TriggerStatus.RUNNING: "its instance runs",
    TriggerStatus.SUCCESS: "its instance has succeeded",
    TriggerStatus.DROPPED: "it was dropped in a flood, and only its count is known",
    TriggerStatus.DISCARDED: "it was discarded",
}


class Triggers:
    """The use cases of somebody who looks after monitors."""

    def __init__(self, database: Database, wakeups: Wakeups, clock: Clock) -> None:
        self._database = database
        self._wakeups = wakeups
        self._clock = clock

    async def find(self, actor: Actor, wanted: TriggerFilter) -> list[TriggerRecord]:
        """Triggers, newest first."""
        demand(actor, Right.VIEW_RUNS)
        return await self._database.read(lambda tx: tx.triggers.find(wanted))

    async def get(self, actor: Actor, trigger_id: str) -> TriggerRecord:
        """One trigger; raises NotFoundError."""
        demand(actor, Right.VIEW_RUNS)
        return await self._database.read(lambda tx: tx.triggers.get(trigger_id))

    async def monitor(self, actor: Actor, job_id: str) -> MonitorRecord | None:
        """How the monitor of a job stands; None when the job has none, or waits for its turn. Raises NotFoundError."""
        demand(actor, Right.VIEW_RUNS)
        return await self._database.read(lambda tx: _monitor(tx, job_id))

    async def retry(self, actor: Actor, trigger_id: str) -> TriggerRecord:
        """Starts another instance of a trigger whose instance ended badly, in its turn.

        Raises NotFoundError, and ConflictError when it is not to be repeated or its job was stopped.
        """
        found = await self._database.write(lambda tx: self._retry(tx, actor, trigger_id))
        await self._tell(found.job_id)
        return found

    async def discard(self, actor: Actor, trigger_id: str) -> TriggerRecord:
        """Nothing more is to be done about a trigger that waits or failed.

        Raises NotFoundError, and ConflictError for any other.
        """
        found = await self._database.write(lambda tx: self._discard(tx, actor, trigger_id))
        await self._tell(found.job_id)
        return found

    async def release(self, actor: Actor, job_id: str) -> bool:
        """Ends the quarantine of a monitor's job; False when there is none. Raises NotFoundError."""
        is_released = await self._database.write(lambda tx: self._release(tx, actor, job_id))
        if is_released:
            await self._tell(job_id)
        return is_released

    def _retry(self, tx: Transaction, actor: Actor, trigger_id: str) -> TriggerRecord:
        found = tx.triggers.get(trigger_id)
        demand(actor, Right.RUN, found.runbook_path)
        now = self._clock.now()
        if not tx.triggers.retry(trigger_id, now):
            raise ConflictError(f"This trigger cannot be retried: {_why_not(found)}.")
        tx.audit.add(audit_entry(actor, now, "retried", _subject(found)))
        return tx.triggers.get(trigger_id)

    def _discard(self, tx: Transaction, actor: Actor, trigger_id: str) -> TriggerRecord:
        found = tx.triggers.get(trigger_id)
        demand(actor, Right.STOP, found.runbook_path)
        now = self._clock.now()
        if not tx.triggers.discard(trigger_id, now):
            raise ConflictError(f"This trigger cannot be discarded: {_WHY_NOT.get(found.status, found.status.value)}.")
        tx.audit.add(audit_entry(actor, now, "discarded", _subject(found), {"status": found.status.value}))
        return tx.triggers.get(trigger_id)

    def _release(self, tx: Transaction, actor: Actor, job_id: str) -> bool:
        job = tx.runs.job(job_id)
        demand(actor, Right.ANSWER, job.runbook_path)
        now = self._clock.now()
        if not tx.triggers.release(job_id, now):
            return False
        tx.audit.add(audit_entry(actor, now, "released", Subject("job", job.id, job.runbook_path)))
        return True

    async def _tell(self, job_id: str) -> None:
        job = await self._database.read(lambda tx: tx.runs.job(job_id))
        self._wakeups.announce(WORK)
        self._wakeups.announce(LIVE, job_changed(job.id, job.runbook_id, job.status.value))


def _monitor(tx: Transaction, job_id: str) -> MonitorRecord | None:
    tx.runs.job(job_id)
    return tx.triggers.monitor(job_id)


def _why_not(found: TriggerRecord) -> str:
    """Why a trigger is not started again."""
    was_refused = found.status is TriggerStatus.FAILED and found.instance_id is None
    return _WHY_NOT.get(found.status) or ("it could not be stored" if was_refused else "its job was stopped")


def _subject(found: TriggerRecord) -> Subject:
    return Subject("trigger", found.id, found.runbook_path)
