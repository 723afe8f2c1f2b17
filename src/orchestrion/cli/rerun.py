"""The command that runs an ended instance again."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from orchestrion.cli import given
from orchestrion.cli.failures import CommandError, ExitCode
from orchestrion.cli.options import AsJson, calls_api
from orchestrion.cli.terminal import terminal

app = typer.Typer()
_COLUMNS = ("activity_id", "activity_name", "verdict", "executions", "effect", "why")


@app.command("rerun")
@calls_api
def rerun_instance(
    api: Any,
    *,
    instance_id: Annotated[str, typer.Argument(metavar="ID", help="An instance that has ended.")],
    begin_at: Annotated[
        list[str], typer.Option("--from", metavar="ACTIVITY", help="Where to begin, by id; may be repeated.")
    ],
    given_inputs: Annotated[
        list[str] | None,
        typer.Option("--input", metavar="ACTIVITY.INPUT=VALUE", help="Another input; may be repeated."),
    ] = None,
    version: Annotated[int | None, typer.Option(help="The version to run; that of the instance.")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Only show what would happen.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run an ended instance again from an activity on.

    What came before is reused. A table shows what is reused and what runs again, and with which effect; then you are
    asked.
    """
    body = {"from": begin_at, "inputs": given.edits(given_inputs or []), "version": version}
    steps = api.post(f"/instances/{instance_id}/rerun/preview", body)
    if preview and as_json:
        return terminal().json(steps)
    if not as_json:
        rows = [[each[name] for name in _COLUMNS] for each in steps]
        terminal().table(("activity", "name", "what", "executions", "effect", "why"), rows)
    if preview or not (yes or _agrees(as_json=as_json)):
        return None
    job = api.post(f"/instances/{instance_id}/rerun", body)
    if as_json:
        return terminal().json(job)
    terminal().say()
    return terminal().fields({name: job[name] for name in ("id", "runbook_path", "version", "status", "rerun_of")})


def _agrees(*, as_json: bool) -> bool:
    """Whether the person at the terminal wants it; raises CommandError where nobody can be asked."""
    if as_json or not sys.stdin.isatty():
        raise CommandError(ExitCode.USAGE, "Nobody can be asked here: add --yes to run it, or --preview to look.")
    return typer.confirm("Run it again?", err=True)
