"""What one execution adds to the path of its record: only the items that something later reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrion.engine.commands import StartActivity
from orchestrion.engine.lineage import Lineage
from orchestrion.engine.plan import Plan, PlannedActivity
from orchestrion.engine.signals import ActivityEnded, InstanceStarted, RunFacts
from orchestrion.model import common_items
from orchestrion.model.runbook import ERROR, Activity
from orchestrion.model.values import Record


@dataclass(frozen=True, slots=True)
class Executed:
    """One ended execution with everything its common items are derived from."""

    plan: Plan
    planned: PlannedActivity
    command: StartActivity
    signal: ActivityEnded
    started: InstanceStarted | None
    loop_started: datetime


def step(executed: Executed, record: Record) -> Lineage:
    """The step that the execution adds for one of its records."""
    planned = executed.planned
    kept = {name: record[name] for name in planned.reads if name in record}
    if planned.common_reads:
        facts = facts_of(executed)
        kept |= {name: common_items.derive(name, facts) for name in planned.common_reads}
    return Lineage(planned.activity.id, kept, executed.signal.status, executed.command.lineage)


def failure(activity: Activity, problem: Lineage, error: str, at: datetime) -> Lineage:
    """The step that begins the error path: what failed, as published data of `error`."""
    record: Record = {
        "Activity ID": activity.id,
        "Activity name": activity.name,
        "Activity type": activity.type,
        "Activity status": problem.status.value,
        "Error summary text": error,
        "Time": at.isoformat(),
    }
    return Lineage(ERROR, record, problem.status, problem)


def facts_of(executed: Executed) -> common_items.Facts:
    """The facts that the common published data of an execution are derived from (spec 4.2)."""
    signal, activity = executed.signal, executed.planned.activity
    previous = executed.command.lineage.activity if executed.command.lineage else ""
    activities = executed.plan.runbook.activities
    run = executed.started.facts if executed.started else RunFacts()
    return common_items.Facts(
        activity_id=activity.id,
        activity_name=activity.name,
        activity_type=activity.type,
        status=signal.status,
        error=signal.error,
        started=signal.started or signal.at,
        ended=signal.at,
        server=signal.server,
        process_id=signal.process_id,
        runbook_name=executed.plan.runbook.name,
        runbook_id=run.runbook_id,
        runbook_path=run.runbook_path,
        job_id=run.job_id,
        instance_id=run.instance_id,
        starter=run.starter,
        previous_id=previous,
        previous_name=activities[previous].name if previous in activities else "",
        loops=activity.looping is not None,
        loop_delay_seconds=activity.looping.delay_seconds if activity.looping else 0,
        attempts=signal.key.attempt,
        loop_duration=signal.at - executed.loop_started if activity.looping else timedelta(),
        offset=signal.offset,
        computer=executed.command.member or signal.server,
    )
