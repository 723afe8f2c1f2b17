"""Running an ended instance again from any activity on, with what it knew before that point (durability.md 10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from uuid_utils import uuid7

from orchestrion.engine.rerun import behind, reusable
from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.codec import read_runbook
from orchestrion.model.condition import Status
from orchestrion.model.errors import ConflictError, InvalidError, NotFoundError
from orchestrion.model.job import JobStatus, has_ended
from orchestrion.model.runbook import CONTROL_TYPES, INVOKE_RUNBOOK, EffectClass, Runbook
from orchestrion.model.values import Json
from orchestrion.ports.clock import Clock
from orchestrion.ports.journal import LIVE, WORK, Wakeups
from orchestrion.ports.runs import InstanceRecord, JobRecord
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.audit import Subject, audit_entry
from orchestrion.services.documents import document_of
from orchestrion.services.live_events import job_changed
from orchestrion.services.secret_inputs import refuse_secrets

REUSED, AGAIN, FIRST, COMPUTED = "reused", "runs again", "runs for the first time", "computed"


@dataclass(frozen=True, slots=True)
class RerunOrder:
    """From which activities on, with which inputs instead of theirs (by activity id), on which version (the same)."""

    begin_at: tuple[str, ...]
    inputs: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    version: int | None = None


@dataclass(frozen=True, slots=True)
class RerunStep:
    """What a rerun does with one activity: `verdict` is one of the words above, `executions` those that ended before.

    `effect` says what running it again would do, for those that are not reused; `why` is in words.
    """

    activity_id: str
    activity_name: str
    verdict: str
    executions: int
    effect: EffectClass | None
    why: str


class Reruns:
    """The use cases of somebody who wants an ended instance to be made good."""

    def __init__(self, database: Database, wakeups: Wakeups, clock: Clock) -> None:
        self._database = database
        self._wakeups = wakeups
        self._clock = clock

    async def preview(self, actor: Actor, instance_id: str, order: RerunOrder) -> list[RerunStep]:
        """What would be reused and what would run again, in document order; raises as `start`."""
        demand(actor, Right.VIEW_RUNS)
        return await self._database.read(lambda tx: _steps(tx, tx.runs.instance(instance_id), order))

    async def start(self, actor: Actor, instance_id: str, order: RerunOrder) -> JobRecord:
        """Starts a job that repeats the ended instance from the given activities on.

        Raises NotFoundError for the instance, the version or an activity, ConflictError while the instance goes on
        or when it belongs to a test, InvalidError when no activity is given or a secret is, RefusedError.
        """
        job_id = str(uuid7())
        job = await self._database.write(lambda tx: self._started(tx, actor, instance_id, order, job_id))
        self._wakeups.announce(WORK)
        self._wakeups.announce(LIVE, job_changed(job.id, job.runbook_id, job.status.value))
        return job

    def _started(self, tx: Transaction, actor: Actor, instance_id: str, order: RerunOrder, job_id: str) -> JobRecord:
        instance = tx.runs.instance(instance_id)
        demand(actor, Right.RUN, instance.runbook_path)
        _steps(tx, instance, order)
        before, now = tx.runs.job(instance.job_id), self._clock.now()
        rerun: dict[str, Json] = {
            "instance_id": instance_id,
            "from": list(order.begin_at),
            "inputs": {activity: dict(given) for activity, given in order.inputs.items()},
        }
        job = JobRecord(
            id=job_id,
            runbook_id=instance.runbook_id,
            runbook_name=instance.runbook_name,
            runbook_path=instance.runbook_path,
            version=order.version or instance.version,
            status=JobStatus.PENDING,
            is_monitor=False,
            parameters=before.parameters,
            servers=before.servers,
            created_by_id=actor.id,
            created_by_name=actor.name,
            created_at=now,
            rerun=rerun,
            priority=before.priority,
        )
        stored = tx.runs.add_job(job)
        subject = Subject("instance", instance_id, instance.runbook_path)
        details: dict[str, Json] = {"job_id": job_id, "version": job.version, "from": list(order.begin_at)}
        tx.audit.add(audit_entry(actor, now, "run again", subject, details))
        return stored


def _steps(tx: Transaction, instance: InstanceRecord, order: RerunOrder) -> list[RerunStep]:
    if not has_ended(instance.status):
        raise ConflictError("The instance has not ended. Stop it, or let it end, before it is run again.")
    if tx.runs.job(instance.job_id).test is not None:
        # Its draft and its results, some of them guessed, are not those of the version that a rerun runs for real.
        raise ConflictError("The instance belongs to a test, which is not run again. Start another test.")
    old = read_runbook(document_of(tx, instance))
    new = (
        old if order.version is None else read_runbook(tx.runbooks.version(instance.runbook_id, order.version).document)
    )
    _check(new, order)
    ended = {each.activity_id: each.executions for each in tx.runs.summaries(instance.id)}
    canceled = {each.activity_id for each in tx.runs.summaries(instance.id) if each.last_status is Status.CANCELED}
    useful = reusable(old, new, frozenset(order.begin_at))
    again = behind(new, frozenset(order.begin_at))
    types = tx.catalogue.types()
    refuse_secrets(new, types, order.inputs)
    found = []
    for activity in new.activities.values():
        kind = types.get(activity.type)
        effect = activity.behaviour.effect or (kind.effect.of(activity.inputs) if kind else None)
        verdict, why = _verdict(activity.id, ended, useful, again)
        if verdict == AGAIN and activity.type in CONTROL_TYPES and activity.type != INVOKE_RUNBOOK:
            verdict, why = COMPUTED, "The engine answers for it, which has no effect outside."
        elif verdict == REUSED and activity.id in canceled:
            verdict, why = AGAIN, "It was canceled before it ended."
        shown = None if verdict in (REUSED, COMPUTED) else effect
        found.append(RerunStep(activity.id, activity.name, verdict, ended.get(activity.id, 0), shown, why))
    return found


def _verdict(activity: str, ended: Mapping[str, int], useful: frozenset[str], again: set[str]) -> tuple[str, str]:
    if not ended.get(activity):
        return FIRST, "It has not ended in the instance that is run again."
    if activity in again:
        return AGAIN, "It is where the rerun begins, or follows from there."
    if activity in useful:
        return REUSED, "Nothing before it has changed."
    return AGAIN, "It, or something before it, is different in this version."


def _check(new: Runbook, order: RerunOrder) -> None:
    if not order.begin_at:
        raise InvalidError("Say from which activity on the instance is to run again.")
    named: Sequence[str] = [*order.begin_at, *order.inputs]
    for each in named:
        if each not in new.activities:
            raise NotFoundError("activity", each)
    for each in order.inputs:
        if each not in behind(new, frozenset(order.begin_at)):
            name = new.activities[each].name
            raise InvalidError(f"'{name}' is not run again, so its inputs cannot be edited. Begin there or before it.")
