"""Maintenance duties, retention, and figures of runs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from orchestrion.model import retention as model
from orchestrion.model.job import Outcome
from orchestrion.model.maintenance import DutyName
from orchestrion.model.statistics import Period
from orchestrion.services import figures
from orchestrion.services.maintenance import operators
from orchestrion.web.admin import maintenance_schemas as bodies
from orchestrion.web.admin.routes import audit_entry
from orchestrion.web.admin.schemas import AuditPage
from orchestrion.web.deps import ActorGiven, IdCursor, IdFilter, Limit, ServicesGiven
from orchestrion.web.schemas import Id

router = APIRouter(tags=["administration"])
Since = Annotated[AwareDatetime | None, Query(description="Nothing from before this moment.")]
Everything = Annotated[bool, Query(description="Not by the rules: whatever has ended and is not kept.")]


@router.get("/maintenance", operation_id="list_duties", summary="The maintenance duties")
async def list_duties(actor: ActorGiven, services: ServicesGiven) -> bodies.Duties:
    """What the installation does for itself, when it did so last, and how that went."""
    found = await services.maintenance.duties(actor)
    leader = found[0].leader if found else None
    return bodies.Duties(leader=leader, duties=[_duty(each) for each in found])


@router.post("/maintenance/duties/{name}/run", operation_id="run_duty", summary="Run a duty now", status_code=202)
async def run_duty(
    name: DutyName, actor: ActorGiven, services: ServicesGiven, body: bodies.DutyOrder | None = None
) -> bodies.Duty:
    """Asks for a run, which begins within seconds on the server that does the maintenance."""
    even_if_stopped = body is not None and body.even_if_stopped
    return _duty(await services.maintenance.run(actor, name, even_if_stopped=even_if_stopped))


@router.post("/maintenance/duties/{name}/stop", operation_id="stop_duty", summary="Stop a duty")
async def stop_duty(name: DutyName, actor: ActorGiven, services: ServicesGiven) -> bodies.Duty:
    """It runs no more, and what runs of it ends, until it is started; twice is once."""
    return _duty(await services.maintenance.set_stopped(actor, name, is_stopped=True))


@router.post("/maintenance/duties/{name}/start", operation_id="start_duty", summary="Start a duty")
async def start_duty(name: DutyName, actor: ActorGiven, services: ServicesGiven) -> bodies.Duty:
    """It runs again when it is due; twice is once."""
    return _duty(await services.maintenance.set_stopped(actor, name, is_stopped=False))


@router.post("/maintenance/purge", operation_id="purge", summary="Purge now", status_code=202)
async def purge(body: bodies.PurgeOrder, actor: ActorGiven, services: ServicesGiven) -> bodies.Duty:
    """Asks for a purge, which begins within seconds."""
    return _duty(await services.maintenance.purge(actor, body.runbook_id, everything=body.everything))


@router.get("/maintenance/purge", operation_id="preview_purge", summary="What a purge would delete")
async def preview_purge(
    actor: ActorGiven, services: ServicesGiven, runbook_id: IdFilter = None, everything: Everything = False
) -> bodies.PurgePreview:
    """Counts what a purge would delete now; nothing is deleted."""
    found = await services.maintenance.preview(actor, runbook_id, everything=everything)
    return bodies.PurgePreview.model_validate(found)


@router.get("/maintenance/violations", operation_id="list_violations", summary="Runs that nothing would move on")
async def list_violations(actor: ActorGiven, services: ServicesGiven) -> list[bodies.Violation]:
    """Whatever has not ended is owned by a live server, waits for something that can come, or is held: else it is here.

    An empty list is how it should be.
    """
    return [bodies.Violation.model_validate(each) for each in await services.maintenance.violations(actor)]


@router.get("/retention", operation_id="get_retention", summary="What is kept")
async def get_retention(actor: ActorGiven, services: ServicesGiven) -> bodies.Retention:
    """The rules of every folder, the top folder first, and what holds for the whole installation."""
    folders = [_folder(each) for each in await services.maintenance.retention(actor)]
    return bodies.Retention(settings=_settings(await services.maintenance.settings(actor)), folders=folders)


@router.put("/retention", operation_id="set_retention", summary="Set what holds for the whole installation")
async def set_retention(body: bodies.PurgeSettings, actor: ActorGiven, services: ServicesGiven) -> bodies.PurgeSettings:
    """Replaces it; what is left out gets its default."""
    wanted = model.PurgeSettings(
        body.at, body.executions, model.Rule(body.events.days, body.events.count), body.archive
    )
    return _settings(await services.maintenance.set_settings(actor, wanted))


@router.put("/folders/{folder_id}/retention", operation_id="set_folder_retention", summary="Set a folder's rules")
async def set_folder_retention(
    folder_id: Id, body: bodies.RetentionRules, actor: ActorGiven, services: ServicesGiven
) -> bodies.FolderRetention:
    """Replaces the folder's own rules; classes that are null or left out follow the parent folder."""
    given = {each: getattr(body, each.value) for each in Outcome}
    rules = {each: model.Rule(rule.days, rule.count) for each, rule in given.items() if rule is not None}
    return _folder(await services.maintenance.set_rules(actor, folder_id, rules))


@router.put("/jobs/{job_id}/kept", operation_id="keep_job", summary="Keep a job", status_code=204)
async def keep_job(job_id: Id, body: bodies.KeepOrder, actor: ActorGiven, services: ServicesGiven) -> None:
    """Keeps a job with its instances from every purge, or no longer."""
    await services.maintenance.keep(actor, job_id, is_kept=body.kept)


@router.get("/audit/export", operation_id="export_audit", summary="The audit from the beginning")
async def export_audit(
    actor: ActorGiven, services: ServicesGiven, since: Since = None, limit: Limit = 200, cursor: IdCursor = None
) -> AuditPage:
    """Who did what to what, oldest first: page by page all of it, which no purge ever deletes."""
    found = [audit_entry(each) for each in await services.maintenance.audit(actor, since, cursor, limit)]
    return AuditPage(items=found, next_cursor=found[-1].id if len(found) == limit else None)


@router.get("/statistics", operation_id="get_statistics", summary="How runs went")
async def get_statistics(actor: ActorGiven, services: ServicesGiven) -> bodies.Statistics:
    """Outcomes of the last hour, day and week, exact to a few minutes, and what is under way now."""
    found = await services.figures.overview(actor)
    folders, runbooks = ([_figures(each) for each in part] for part in (found.folders, found.runbooks))
    return bodies.Statistics(counted_at=found.counted_at, folders=folders, runbooks=runbooks)


def _duty(view: operators.DutyView) -> bodies.Duty:
    found = view.record
    is_running = found.started_at is not None and found.ended_at is None and view.leader == found.server
    return bodies.Duty(
        name=DutyName(found.name),
        title=view.title,
        is_stopped=found.is_stopped,
        is_running=is_running,
        due_at=found.due_at,
        started_at=found.started_at,
        ended_at=found.ended_at,
        seconds=(found.ended_at - found.started_at).total_seconds() if found.ended_at and found.started_at else None,
        server=found.server,
        figures=None if found.figures is None else dict(found.figures),
        error=found.error,
        last_error=found.last_error,
        failed_at=found.failed_at,
        is_wanted=found.wanted is not None,
    )


def _settings(found: model.PurgeSettings) -> bodies.PurgeSettings:
    events = bodies.RetentionRule(days=found.events.days, count=found.events.count)
    return bodies.PurgeSettings(at=found.at, executions=found.executions, events=events, archive=found.archive)


def _folder(found: operators.FolderRetention) -> bodies.FolderRetention:
    return bodies.FolderRetention(
        folder_id=found.folder_id, path=found.path, own=_rules(found.own), effective=_rules(found.effective)
    )


def _rules(found: model.Rules) -> bodies.RetentionRules:
    given = {outcome.value: bodies.RetentionRule(days=rule.days, count=rule.count) for outcome, rule in found.items()}
    return bodies.RetentionRules(**given)


def _figures(found: figures.Figures) -> bodies.RunFigures:
    periods = {each.value: _period(found, each) for each in Period}
    fields = {name: getattr(found, name) for name in ("id", "path", "queued_jobs", "open_jobs", "open_instances")}
    return bodies.RunFigures(**fields, **periods)


def _period(found: figures.Figures, period: Period) -> bodies.PeriodFigures:
    jobs, instances = found.jobs[period], found.instances[period]
    created = jobs.outcomes.get(figures.CREATED, 0)
    return bodies.PeriodFigures(
        jobs=bodies.JobCounts(**_counts(jobs), created=created), instances=bodies.OutcomeCounts(**_counts(instances))
    )


def _counts(found: figures.Counts) -> dict[str, Any]:
    return {
        "succeeded": found.outcomes.get("success", 0),
        "warning": found.outcomes.get("warning", 0),
        "failed": found.outcomes.get("failed", 0),
        "canceled": found.outcomes.get("canceled", 0),
        "p50_seconds": found.duration(0.5),
        "p95_seconds": found.duration(0.95),
    }
