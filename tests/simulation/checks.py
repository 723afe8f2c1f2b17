"""What must be true of the database when a simulation has come to rest (durability.md 2 and 3)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from orchestrion.engine.plan import Plan, compile_plan
from orchestrion.engine.signals import parse_key
from orchestrion.model.codec import read_runbook
from orchestrion.model.condition import Status
from orchestrion.model.errors import DivergenceError
from orchestrion.model.ids import derived_id
from orchestrion.model.job import InstanceState, JobStatus, has_ended
from orchestrion.model.runbook import JUNCTION, Recovery
from orchestrion.ports.journal import ExecutionRow, SignalRow
from orchestrion.ports.runs import InstanceRecord, JobRecord, RunFilter
from orchestrion.runbookserver.recovery import recover
from orchestrion.services import journal_codec as codec
from orchestrion.storage.journal_rows import read_rows, sequence_of
from orchestrion.storage.transaction import SqlTransaction
from tests.simulation.database import memory
from tests.simulation.pack import installed
from tests.simulation.world import World

Journal = Sequence[ExecutionRow | SignalRow]
_ALL = RunFilter(limit=1000)


def problems(world: World, started: int) -> Iterator[str]:
    """Everything that is wrong, each in a sentence; `started` is the number of jobs that people have started."""
    with memory().connection.begin():
        transaction = SqlTransaction(memory().connection)
        jobs, instances = transaction.runs.jobs(_ALL), transaction.runs.instances(_ALL)
        stored = sum(each.parent_job_id is None for each in jobs)
        if stored != started:
            yield f"{started} jobs were started and {stored} are stored"
        yield from _jobs(jobs, instances)
        plans = _Plans(transaction)
        for each in instances:
            journal = read_rows(memory().connection, each.id)
            place = f"{each.runbook_name}/{each.id[-4:]}"
            for problem in _instance(each, plans.of(each), journal, world):
                yield f"{place}: {problem}"
    yield from _leftovers()


class _Plans:
    def __init__(self, transaction: SqlTransaction) -> None:
        self._transaction = transaction
        self._plans: dict[tuple[str, int], Plan] = {}
        self._types = {name: each.type for name, each in installed().items()}

    def of(self, instance: InstanceRecord) -> Plan:
        key = (instance.runbook_id, instance.version)
        if key not in self._plans:
            document = self._transaction.runbooks.version(*key).document
            self._plans[key] = compile_plan(read_runbook(document), self._types)
        return self._plans[key]


def _jobs(jobs: Sequence[JobRecord], instances: Sequence[InstanceRecord]) -> Iterator[str]:
    """A job ends as its last instance did; every earlier one was restarted."""
    of_job: Mapping[str, list[InstanceRecord]] = defaultdict(list)
    for instance in instances:
        of_job[instance.job_id].append(instance)
    for job in jobs:
        if not has_ended(job.status):
            yield f"the job {job.id[-4:]} is {job.status} for ever: {job.reason}"
        found = sorted(of_job[job.id], key=lambda each: each.number)
        if found and (found[-1].status, found[-1].returned) != (job.status, job.returned):
            yield f"the job {job.id[-4:]} is {job.status} and its instance {found[-1].status}"
        if [each.number for each in found] != list(range(1, len(found) + 1)):
            yield f"the instances of the job {job.id[-4:]} are not numbered from 1"


def _instance(instance: InstanceRecord, plan: Plan, journal: Journal, world: World) -> Iterator[str]:
    if instance.state is not InstanceState.ENDED:
        yield f"it is {instance.state} for ever: {instance.reason}"
    if not journal:
        return
    yield from _order(journal)
    yield from _executions([each for each in journal if isinstance(each, ExecutionRow)], plan, world)
    yield from _replay(instance, plan, journal)


def _order(journal: Journal) -> Iterator[str]:
    """A journal has no gap, begins with the start, and time does not run backwards in it."""
    numbers = [sequence_of(each) for each in journal]
    if numbers != list(range(1, len(journal) + 1)):
        yield f"the journal is numbered {numbers}"
    first = journal[0]
    if not isinstance(first, SignalRow) or first.kind != codec.STARTED:
        yield "the journal does not begin with the start"
    moments = [moment_of(each) for each in journal]
    if moments != sorted(moments):
        yield "time runs backwards in the journal"


def moment_of(row: ExecutionRow | SignalRow) -> datetime:
    """When the row was stamped."""
    return row.execution.ended_at if isinstance(row, ExecutionRow) else row.at


def _executions(rows: Sequence[ExecutionRow], plan: Plan, world: World) -> Iterator[str]:
    """Each ends once; what succeeded has happened; a junction fires once."""
    keys = Counter(row.execution.key for row in rows)
    yield from (f"the execution {key} ended {count} times" for key, count in keys.items() if count > 1)
    fired: Mapping[str, set[int]] = defaultdict(set)
    for row in rows:
        each = row.execution
        activity = plan.activities[each.activity_id].activity
        if activity.type == JUNCTION:
            fired[each.activity_id].add(parse_key(each.key).batch)
        elif activity.type.startswith("world.") and each.status is Status.SUCCESS:
            yield from _effect(row, plan, world)
    for name, batches in fired.items():
        if len(batches) > 1:
            yield f"the junction {name} fired {len(batches)} times"


def _effect(row: ExecutionRow, plan: Plan, world: World) -> Iterator[str]:
    each = row.execution
    acts = world.acts.get((derived_id(each.instance_id, each.key), each.activity_id))
    has_acted = acts is not None and acts.count > 0
    if not has_acted and not world.was_told(each.instance_id, plan.runbook.name, each.activity_id, each.key):
        yield f"{each.activity_id} {each.key} succeeded and never acted"


def _replay(instance: InstanceRecord, plan: Plan, journal: Journal) -> Iterator[str]:
    """The journal alone gives the state after each of its rows, and ends where the instance ended."""
    try:
        recovered = recover(plan, journal)
    except DivergenceError as error:
        yield f"the journal cannot be replayed: {error}"
        return
    end = recovered.conductor.ended
    if end is None:
        if not _ended_from_outside(instance, plan):
            yield f"it is {instance.status}, and its journal does not end"
    elif end.outcome.value != instance.status.value and not _timed_out(instance, recovered.stop_reason):
        yield f"it is {instance.status}, and by its journal {end.outcome}"
    elif end.returned != instance.returned:
        yield "it returned something else than its journal says"


def _ended_from_outside(instance: InstanceRecord, plan: Plan) -> bool:
    """A held instance may be stopped, and after a crash its author may want it to fail or to be restarted."""
    is_restarted_or_failed = plan.runbook.settings.recovery in (Recovery.RESTART, Recovery.FAIL)
    return instance.status is JobStatus.CANCELED or (instance.status is JobStatus.FAILED and is_restarted_or_failed)


def _timed_out(instance: InstanceRecord, stop_reason: str) -> bool:
    return instance.status is JobStatus.FAILED and stop_reason == "timeout"


def _leftovers() -> Iterator[str]:
    """Nothing waits for an instance that is over."""
    for table, condition in (("inbox", "1"), ("doubt", "answer IS NULL"), ("instance", "lease IS NOT NULL")):
        ((count,),) = memory().rows(f"SELECT count(*) FROM {table} WHERE {condition}")
        if count:
            yield f"{count} rows are left in {table} ({condition})"
