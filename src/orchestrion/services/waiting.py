"""Why an instance goes on or does not: what runs, what is waited for, what a person holds back (spec 3.8 [R])."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from orchestrion.engine.binding import Environment, bind
from orchestrion.engine.commands import StartActivity
from orchestrion.engine.conductor import Conductor
from orchestrion.engine.plan import Plan, compile_plan
from orchestrion.engine.replay import replay
from orchestrion.engine.waits import Wait, waits_of
from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.codec import read_runbook
from orchestrion.model.errors import BindingError
from orchestrion.model.job import JobStatus, has_ended
from orchestrion.model.values import Json
from orchestrion.ports.runs import InstanceRecord, JobRecord
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services import journal_codec
from orchestrion.services.documents import document_of


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that an instance waits for, with names; `why` says it in a sentence.

    `inputs` are those of an execution that runs or is about to, where they can be told; secrets in them are sealed.
    """

    kind: str
    activity_id: str
    activity_name: str
    why: str
    due: datetime | None = None
    key: str = ""
    child_job_id: str | None = None
    inputs: Mapping[str, Json] | None = None


class WaitingFor:
    """Looks into instances that have not ended."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waits(self, actor: Actor, instance_id: str) -> list[Waiting]:
        """Everything that keeps the instance from ending, as its journal has it; nothing once it has ended.

        Raises NotFoundError.
        """
        demand(actor, Right.VIEW_RUNS)
        return await self._database.read(lambda tx: _waits(tx, instance_id))


def _waits(tx: Transaction, instance_id: str) -> list[Waiting]:
    instance = tx.runs.instance(instance_id)
    if has_ended(instance.status):
        return []
    plan = compile_plan(read_runbook(document_of(tx, instance)), tx.catalogue.types())
    conductor = _conductor(tx, plan, instance_id)
    children = {each.parent_key: each for each in tx.runs.children(instance_id)}
    open_ = {each.key for each in tx.runs.open_executions(instance_id)}
    found = [
        _told(plan, conductor, each, children.get(str(each.key)), is_known=str(each.key) in open_)
        for each in waits_of(conductor)
    ]
    if instance.status is not JobStatus.HELD:
        return found
    begun = {each.key for each in found if each.kind != "activity"} | open_
    return [each if each.key in begun else replace(each, why=_held_back(each, instance)) for each in found]


def _held_back(found: Waiting, instance: InstanceRecord) -> str:
    """Nothing that has not begun begins in a held instance."""
    return f"'{found.activity_name}' is held back. {instance.reason or ''}".rstrip()


def _conductor(tx: Transaction, plan: Plan, instance_id: str) -> Conductor:
    snapshot = tx.journal.snapshot(instance_id)
    rows = tx.journal.rows(instance_id, 0 if snapshot is None else snapshot.sequence)
    signals = [(signal, row.digest) for row in rows if (signal := journal_codec.read_signal(row)) is not None]
    state = None if snapshot is None else snapshot.state.get("conductor")
    return replay(plan, signals, state if isinstance(state, Mapping) else None)


def _told(plan: Plan, conductor: Conductor, wait: Wait, child: JobRecord | None, *, is_known: bool) -> Waiting:
    name = plan.activities[wait.activity].activity.name
    why = _why(plan, wait, name, child, is_known=is_known)
    key = "" if wait.key is None else str(wait.key)
    inputs = _inputs(plan, conductor, key)
    job_id = None if child is None else child.id
    return Waiting(wait.kind, wait.activity, name, why, wait.due, key, job_id, inputs)


def _why(plan: Plan, wait: Wait, name: str, child: JobRecord | None, *, is_known: bool) -> str:
    if wait.kind == "junction":
        names = {each: plan.activities[each].activity.name for each in (*wait.arrived, *wait.missing)}
        arrived = ", ".join(f"'{names[each]}'" for each in wait.arrived) or "none"
        missing = ", ".join(f"'{names[each]}'" for each in wait.missing) or "a delayed link"
        return f"'{name}' waits for what still runs: {missing}. Arrived so far: {arrived}."
    if wait.kind == "delay":
        return f"'{name}' starts after a delay."
    if child is not None:
        return f"'{name}' waits for the runbook '{child.runbook_path}', which is {child.status.value}."
    return f"'{name}' runs." if is_known else f"'{name}' runs or is about to."


def _inputs(plan: Plan, conductor: Conductor, key: str) -> dict[str, Json] | None:
    command = conductor.open.get(f"activity:{key}")
    if not isinstance(command, StartActivity) or conductor.started is None:
        return None
    planned = plan.activities[command.activity]
    members = {planned.computer_group: command.member} if command.member else {}
    environment = Environment(
        command.lineage, conductor.started.variables, members=members, now=conductor.started.at, seed=key
    )
    try:
        return bind(planned.activity.name, planned.inputs, environment)
    except BindingError:
        return None  # it needs what only its server knows
