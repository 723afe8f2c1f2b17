"""What follows when the database may have lost commits: a person looks, and releases what is held (durability.md 8)."""

from __future__ import annotations

from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.errors import NotFoundError
from orchestrion.model.values import Json
from orchestrion.ports.clock import Clock
from orchestrion.ports.incarnation import Incarnation
from orchestrion.ports.journal import WORK, Wakeups
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.audit import Subject, audit_entry

RESTORED = "The database was restored from a copy."


class Incarnations:
    """The incarnation of the installation. All methods raise RefusedError when the actor lacks the right."""

    def __init__(self, database: Database, clock: Clock, wakeups: Wakeups) -> None:
        self._database = database
        self._clock = clock
        self._wakeups = wakeups

    async def current(self, actor: Actor) -> Incarnation:
        """Which incarnation it is, since when and why."""
        demand(actor, Right.VIEW_RUNS)
        return await self._database.read(lambda tx: tx.incarnation.current())

    async def restored(self, actor: Actor, reason: str = RESTORED) -> Incarnation:
        """Says that the database is a copy of an earlier state: all that had not ended is held, every server fenced."""
        demand(actor, Right.ADMINISTER)
        return await self._database.write(lambda tx: self._begin(tx, actor, reason))

    async def release(self, actor: Actor, path: str | None = None) -> int:
        """Lets held jobs go on where they stood, all or those of the runbook at `path`; gives their number.

        Raises NotFoundError for a path where there is no runbook.
        """
        demand(actor, Right.ADMINISTER)
        count = await self._database.write(lambda tx: self._release(tx, actor, path))
        self._wakeups.announce(WORK)
        return count

    async def release_job(self, actor: Actor, job_id: str) -> bool:
        """Lets one held job go on where it stood; False when no incarnation holds it. Raises NotFoundError."""
        is_released = await self._database.write(lambda tx: self._release_job(tx, actor, job_id))
        if is_released:
            self._wakeups.announce(WORK)
        return is_released

    def _begin(self, tx: Transaction, actor: Actor, reason: str) -> Incarnation:
        begun = tx.incarnation.begin(reason)
        details: dict[str, Json] = {"number": begun.number, "held_jobs": begun.held_jobs, "reason": reason}
        self._note(tx, actor, "restored", details)
        return begun

    def _release(self, tx: Transaction, actor: Actor, path: str | None) -> int:
        runbook = None if path is None else tx.runbooks.find(path)
        if path is not None and runbook is None:
            raise NotFoundError("runbook", path)
        count = tx.incarnation.release(None if runbook is None else runbook.id, self._clock.now())
        self._note(tx, actor, "released", {"jobs": count, "runbook": path or ""})
        return count

    def _release_job(self, tx: Transaction, actor: Actor, job_id: str) -> bool:
        job = tx.runs.job(job_id)
        demand(actor, Right.ANSWER, job.runbook_path)
        is_released = tx.incarnation.release_job(job_id, self._clock.now())
        if is_released:
            tx.audit.add(audit_entry(actor, self._clock.now(), "continued", Subject("job", job_id, job.runbook_path)))
        return is_released

    def _note(self, tx: Transaction, actor: Actor, action: str, details: dict[str, Json]) -> None:
        installation = tx.installation.get()
        subject = Subject("installation", installation.incarnation if installation else "", "Installation")
        tx.audit.add(audit_entry(actor, self._clock.now(), action, subject, details))
