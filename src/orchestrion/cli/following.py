"""Waiting for a job, and telling what became of it."""

from __future__ import annotations

from typing import Any

from orchestrion.cli.failures import ExitCode
from orchestrion.cli.terminal import terminal

_ENDED = ("success", "warning", "failed", "canceled")
_WAIT_SECONDS = 30


def wait_for_end(api: Any, job: Any) -> Any:
    """The job when it has ended, waits for a person, or is an armed monitor, which ends only when it is stopped.

    Why it does not begin is told.
    """
    told = None
    while job["status"] not in (*_ENDED, "held", "waiting"):
        job = api.get(f"/jobs/{job['id']}", wait=_WAIT_SECONDS)
        if job["status"] == "pending" and job["reason"] not in (None, told):
            told = job["reason"]
            terminal().note(f"It has not begun. {told}")
    return job


def verdict(job: Any, *, strict: bool = False) -> ExitCode:
    """What the exit code says about a job that was waited for."""
    good = ("success", "waiting") if strict else ("success", "warning", "waiting")
    return ExitCode.SUCCESS if job["status"] in good else ExitCode.FAILED_RUN


def tell(api: Any, job: Any) -> None:
    """Prints the job, what it returned, and how it goes on where it is held."""
    names = ("id", "runbook_path", "version", "status", "error", "reason")
    terminal().fields({name: job[name] for name in names})
    for record in job["returned_data"]:
        terminal().say("\nReturned data:")
        terminal().fields(record)
    if job["status"] != "held":
        return
    if any(each["job_id"] == job["id"] for each in api.get("/doubts")):
        terminal().note("It waits for a person: see `orchestrion doubt list`.")
    else:
        terminal().note(f"It waits for a person: `orchestrion job continue {job['id']}` lets it go on.")
