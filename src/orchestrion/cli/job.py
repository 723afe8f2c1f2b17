"""Commands about jobs."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from orchestrion.cli.options import AsJson, Limit, calls_api
from orchestrion.cli.terminal import terminal

app = typer.Typer(help="Jobs: look, pause, continue and stop.", no_args_is_help=True)
JobId = Annotated[str, typer.Argument(metavar="ID", help="The job's id.")]
_SHOWN = (
    "id",
    "runbook_path",
    "version",
    "status",
    "error",
    "reason",
    "reason_code",
    "server",
    "priority",
    "created_at",
    "ended_at",
    "latest_instance_id",
    "parent_job_id",
    "rerun_of",
    "parameters",
)
_ALWAYS = ("state", "waiting", "waiting_limit")
_MONITOR = (
    *_ALWAYS,
    "server",
    "armed_at",
    "flooded_at",
    "dropped",
    "failures",
    "quarantined_at",
    "quarantine_reason",
    "failed_at",
    "error",
)


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
    columns = ("id", "runbook_path", "status", "created_at", "ended_at", "reason")
    rows = [[each[name] for name in columns] for each in found]
    return terminal().table(("id", "runbook", "status", "created", "ended", "waits because"), rows)


@app.command("show")
@calls_api
def show(api: Any, job_id: JobId, as_json: AsJson = False) -> None:
    """Show one job with its activities, and its monitor.

    The activities are those of its newest instance.
    """
    job = api.get(f"/jobs/{job_id}")
    instance_id = job["latest_instance_id"]
    done = list(api.pages(f"/instances/{instance_id}/activities", 1000)) if instance_id else []
    monitor = api.get(f"/jobs/{job_id}/monitor") if job["is_monitor"] else None
    if as_json:
        return terminal().json(job | {"activities": done, "monitor": monitor})
    terminal().fields({name: job[name] for name in _SHOWN} | {"test": _test(job)})
    if monitor is not None:
        terminal().say("\nMonitor:")
        terminal().fields({name: monitor[name] for name in _MONITOR if monitor[name] or name in _ALWAYS})
    for record in job["returned_data"]:
        terminal().say("\nReturned data:")
        terminal().fields(record)
    if done:
        terminal().say("\nActivities of the newest instance:")
        columns = ("activity_id", "activity_name", "status", "started_at", "duration_seconds")
        rows = [[*(each[name] for name in columns), _origin(each["origin"]), each["error"]] for each in done]
        terminal().table(("activity", "name", "status", "started", "seconds", "origin", "error"), rows)
    return None


@app.command("pause")
@calls_api
def pause(api: Any, job_id: JobId, as_json: AsJson = False) -> None:
    """Start nothing more in a job.

    What runs goes on to its end; then the job is held.
    """
    _told(api.post(f"/jobs/{job_id}/pause", {}), as_json=as_json)


@app.command("continue")
@calls_api
def go_on(api: Any, job_id: JobId, as_json: AsJson = False) -> None:
    """Let a held, paused or quarantined job go on where it stood.

    Activities in doubt are answered one by one: see `orchestrion doubt`.
    """
    _told(api.post(f"/jobs/{job_id}/continue", {}), as_json=as_json)


@app.command("stop")
@calls_api
def stop(
    api: Any,
    job_id: JobId,
    after_activity: Annotated[bool, typer.Option(help="Let the activities that run end by themselves.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask a job to stop.

    Activities that run are ended, with the programs they started, unless they may end by themselves. One that has ended
    stays as it is.
    """
    level = "after-activity" if after_activity else "now"
    _told(api.post(f"/jobs/{job_id}/stop", {"level": level}), as_json=as_json)


def _told(job: Any, *, as_json: bool) -> None:
    if as_json:
        return terminal().json(job)
    return terminal().fields({name: job[name] for name in ("id", "runbook_path", "status", "reason")})


def _test(job: Any) -> str | None:
    """What a job that tests a runbook is called."""
    if job["is_dry_run"]:
        return "dry run"
    return "yes" if job["is_test"] else None


def _origin(origin: Any) -> str | None:
    """Where a result comes from that an execution did not simply get by running."""
    if origin is None:
        return None
    if origin["dry_run"]:
        return f"dry run: {origin['dry_run']}"
    return "given" if origin["given"] else "reused"
