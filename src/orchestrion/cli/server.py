"""Commands about runbook servers."""

from __future__ import annotations

from typing import Any

import typer

from orchestrion.cli.options import AsJson, calls_api
from orchestrion.cli.terminal import terminal

app = typer.Typer(help="Runbook servers.", no_args_is_help=True)


@app.command("list")
@calls_api
def list_servers(api: Any, as_json: AsJson = False) -> None:
    """List the runbook servers."""
    found = api.get("/servers")
    if as_json:
        return terminal().json(found)
    columns = ("name", "status", "role", "running", "capacity", "version", "last_seen_at")
    return terminal().table(
        ("name", "status", "role", "running", "capacity", "version", "last seen"),
        [[each[name] for name in columns] for each in found],
    )
