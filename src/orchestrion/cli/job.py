"""Commands about jobs."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from orchestrion.cli.options import AsJson, Limit, calls_api
from orchestrion.cli.terminal import terminal

app = typer.Typer(help="Jobs: look and stop.", no_args_is_help=True)
JobId = Annotated[str, typer.Argument(metavar="ID", help="The job's id.")]


@app.command("list")
@calls_api
def list_jobs(
    api: Any,
    runbook: Annotated[str | None, typer.Option(help="Only of the runbook at this path.")] = None,
    status: Annotated[
        list[str] | None, typer.Option(metavar="STATUS", help="Only with this status; may be repeated.")
    ] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List jobs, newest first."""
    runbook_id = None if runbook is None else api.get("/runbooks/by-path", path=runbook)["id"]
    found = list(api.pages("/jobs", limit, runbook_id=runbook_id, status=status or None))
    if as_json:
        return terminal().json(found)
    rows = [[each[name] for name in ("id", "runbook_path", "status", "created_at", "ended_at")] for each in found]
    return terminal().table(("id", "runbook", "status", "created", "ended"), rows)


@app.command("show")
@calls_api
def show(api: Any, job_id: JobId, as_json: AsJson = False) -> None:
    """Show one job with its activities.

    They are those of its newest instance.
    """
    job = api.get(f"/jobs/{job_id}")
    instance_id = job["latest_instance_id"]
    done = list(api.pages(f"/instances/{instance_id}/activities", 1000)) if instance_id else []
    if as_json:
        return terminal().json(job | {"activities": done})
    names = ("id", "runbook_path", "version", "status", "error", "reason", "server", "created_at", "ended_at")
    terminal().fields({name: job[name] for name in names} | {"parameters": job["parameters"]})
    for record in job["returned_data"]:
        terminal().say("\nReturned data:")
        terminal().fields(record)
    if done:
        terminal().say("\nActivities of the newest instance:")
        columns = ("activity_name", "status", "started_at", "duration_seconds", "error")
        terminal().table(
            ("activity", "status", "started", "seconds", "error"), [[each[name] for name in columns] for each in done]
        )
    return None


@app.command("continue")
@calls_api
def go_on(api: Any, job_id: JobId, as_json: AsJson = False) -> None:
    """Let a held job go on where it stood.

    Activities in doubt are answered one by one: see `orchestrion doubt`.
    """
    job = api.post(f"/jobs/{job_id}/continue", {})
    if as_json:
        return terminal().json(job)
    return terminal().fields({name: job[name] for name in ("id", "runbook_path", "status")})


@app.command("stop")
@calls_api
def stop(api: Any, job_id: JobId, as_json: AsJson = False) -> None:
    """Ask a job to stop.

    One that has ended stays as it is.
    """
    job = api.post(f"/jobs/{job_id}/stop", {})
    if as_json:
        return terminal().json(job)
    return terminal().fields({name: job[name] for name in ("id", "runbook_path", "status")})
