"""Commands about integration packs."""

from __future__ import annotations

from typing import Any

import typer

from orchestrion.cli.failures import CommandError, ExitCode, reports_failures
from orchestrion.cli.options import AsJson, calls_api
from orchestrion.cli.terminal import terminal

app = typer.Typer(help="Integration packs.", no_args_is_help=True)


@app.command("list")
@calls_api
def list_packs(api: Any, as_json: AsJson = False) -> None:
    """List the packs of all runbook servers."""
    found = api.get("/packs")
    if as_json:
        return terminal().json(found)
    rows = [[each[name] for name in ("id", "name", "version", "activity_count")] for each in found]
    return terminal().table(("id", "name", "version", "activities"), rows)


@app.command("check")
@reports_failures
def check(as_json: AsJson = False) -> None:
    """Check the packs installed here.

    It says what keeps an activity from being usable, and exits with 1 when there is something.
    """
    from orchestrion.bootstrap.maintenance import check_packs

    found = check_packs()
    if as_json:
        terminal().json({"packs": found.packs, "problems": found.problems})
    else:
        terminal().say(f"{len(found.packs)} packs with {found.type_count} activities, {len(found.problems)} problems.")
    if found.problems:
        message = f"{len(found.problems)} things about the packs must be put right."
        raise CommandError(ExitCode.UNEXPECTED, message, () if as_json else found.problems)
