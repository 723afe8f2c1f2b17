"""What the database says about a run that has ended: read once, with all of its instances."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from orchestrion.bootstrap.composition import Core
from orchestrion.engine.plan import Plan, compile_plan
from orchestrion.model.access import SYSTEM
from orchestrion.model.codec import read_runbook
from orchestrion.packhost.discovery import EntryPointCatalogue
from orchestrion.ports.journal import ExecutionRow, SignalRow
from orchestrion.ports.runs import ExecutionRecord, InstanceRecord, JobRecord, RunFilter
from orchestrion.storage.journal import SqlJournal
from orchestrion.storage.tables import inbox
from tests.kill.pack import MANIFEST

_MOST_JOBS = 100  # of one run
_TYPES = {type_id: each.type for type_id, each in EntryPointCatalogue().installed().items()} | {
    kind.id: kind for kind, _ in MANIFEST.definitions()
}


@dataclass(frozen=True, slots=True)
class InstanceStory:
    """One instance with the plan of its runbook and its whole journal."""

    record: InstanceRecord
    plan: Plan
    journal: list[ExecutionRow | SignalRow]

    @property
    def executions(self) -> list[ExecutionRecord]:
        """The executions that ended, in order."""
        return [each.execution for each in self.journal if isinstance(each, ExecutionRow)]


@dataclass(frozen=True, slots=True)
class Story:
    """A job with its instances, and how much is left of what must have been dealt with."""

    job: JobRecord
    instances: list[InstanceStory]
    messages: int
    doubts: int


async def story_of(core: Core, job_id: str) -> Story:
    """Reads it all."""
    runs, jobs = core.services.runs, core.services.jobs
    found = [
        each for job in await _family(core, job_id) for each in await runs.instances(SYSTEM, RunFilter(job_id=job))
    ]
    return Story(
        job=await runs.job(SYSTEM, job_id),
        instances=[await _instance(core, each) for each in found],
        messages=await core.database.on_writer(lambda tx: tx.scalar(select(func.count()).select_from(inbox)) or 0),
        doubts=len(await jobs.doubts(SYSTEM)),
    )


async def _family(core: Core, job_id: str) -> list[str]:
    """The job, and all that were started by it or by one of those."""
    family = [job_id]
    newest_first = await core.services.runs.jobs(SYSTEM, RunFilter(limit=_MOST_JOBS))
    for each in reversed(newest_first):
        if each.parent_job_id in family:
            family.append(each.id)
    return family


async def _instance(core: Core, record: InstanceRecord) -> InstanceStory:
    version = await core.database.read(lambda tx: tx.runbooks.version(record.runbook_id, record.version))
    plan = compile_plan(read_runbook(version.document), _TYPES)
    return InstanceStory(record, plan, await SqlJournal(core.database).load(record.id))
