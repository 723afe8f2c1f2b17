"""Commands about the audit."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic_core import to_json

from orchestrion.cli.options import calls_api
from orchestrion.cli.terminal import terminal

app = typer.Typer(help="The audit: who did what.", no_args_is_help=True)


@app.command("export")
@calls_api
def export(
    api: Any,
    since: Annotated[
        datetime | None, typer.Option(help="Nothing from before this moment, such as 2026-01-31T12:00:00 (UTC).")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="A new file to write to, instead of standard output.")] = None,
) -> None:
    """Write the audit as JSON lines, oldest first."""
    moment = None if since is None else since.replace(tzinfo=since.tzinfo or UTC).isoformat()
    entries = api.pages("/audit/export", sys.maxsize, since=moment)
    if output is None:
        for each in entries:
            terminal().say(to_json(each).decode())
        return
    with output.open("xb") as file:
        count = sum(1 for each in entries if file.write(to_json(each) + b"\n"))
    terminal().note(f"{count} entries in {output}.")
