"""Saying why jobs and instances do not start: computed from the database when somebody looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from orchestrion.model.assignment import Defaults
from orchestrion.model.job import InstanceState, JobStatus
from orchestrion.model.start_reason import Seen, StartCode, StartReason, Waiting, why_queued, why_waiting
from orchestrion.ports.runs import InstanceRecord, JobRecord
from orchestrion.ports.transaction import Transaction

#: A monitor's job that has started may still wait for a server: the one that watched is gone, or was drained.
_TO_BE_WATCHED = (JobStatus.PENDING, JobStatus.WAITING)


def explained_jobs(tx: Transaction, jobs: Sequence[JobRecord], now: datetime) -> list[JobRecord]:
    """The jobs; those that have not started say why."""
    reasons = _reasons_of_jobs(tx, jobs, now)
    return [_with(each, reasons.get(each.id)) for each in jobs]


def explained_instances(tx: Transaction, instances: Sequence[InstanceRecord], now: datetime) -> list[InstanceRecord]:
    """The instances; those that wait for a server say why."""
    ready = [each.id for each in instances if each.state is InstanceState.READY]
    if not ready:
        return list(instances)
    site = _Site(tx, now)
    found = tx.starts.instances(ready)
    return [_instance_with(each, site, found.get(each.id)) for each in instances]


@dataclass
class _Site:
    """What is the same for all that is asked about in one transaction, read when it is needed."""

    tx: Transaction
    now: datetime
    defaults: Defaults = field(init=False)

    def __post_init__(self) -> None:
        self.defaults = self.tx.server_admin.defaults()

    @cached_property
    def for_runs(self) -> list[Seen]:
        return self.tx.starts.for_runs()

    @cached_property
    def for_monitors(self) -> list[Seen]:
        return self.tx.starts.for_monitors()

    def why(self, found: Waiting, *, is_monitor: bool = False) -> StartReason:
        return why_waiting(found, self.for_monitors if is_monitor else self.for_runs, self.defaults, self.now)


def _reasons_of_jobs(tx: Transaction, jobs: Sequence[JobRecord], now: datetime) -> dict[str, StartReason]:
    pending = [each for each in jobs if each.status is JobStatus.PENDING]
    reasons = _of_held(tx, [each for each in jobs if each.status is JobStatus.HELD])
    watching = [each.id for each in jobs if each.is_monitor and each.status in _TO_BE_WATCHED]
    if not pending and not watching:
        return reasons
    site = _Site(tx, now)
    queued = tx.starts.queued([each.id for each in pending])
    reasons |= {job_id: why_queued(found) for job_id, found in queued.items()}
    monitors = tx.starts.monitors(watching)
    reasons |= {job_id: site.why(found, is_monitor=True) for job_id, found in monitors.items()}
    newest = {each.latest_instance_id: each.id for each in pending if each.latest_instance_id and not each.is_monitor}
    waiting = tx.starts.instances(list(newest))
    return reasons | {newest[instance_id]: site.why(found) for instance_id, found in waiting.items()}


def _of_held(tx: Transaction, held: Sequence[JobRecord]) -> dict[str, StartReason]:
    restored = tx.starts.restored([each.id for each in held]) if held else set()
    return {
        each.id: StartReason(StartCode.RESTORED if each.id in restored else StartCode.HELD, each.reason or "")
        for each in held
    }


def _with(job: JobRecord, reason: StartReason | None) -> JobRecord:
    """What a job says of itself comes before what is found out about it."""
    if reason is None:
        return job
    return replace(job, reason=job.reason or reason.text, reason_code=reason.code.value)


def _instance_with(instance: InstanceRecord, site: _Site, found: Waiting | None) -> InstanceRecord:
    if found is None:
        return instance
    reason = site.why(found)
    return replace(instance, reason=instance.reason or reason.text, reason_code=reason.code.value)
