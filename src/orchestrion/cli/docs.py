"""Printing the pages of the reference that are made from the code."""

from __future__ import annotations

import typer

from orchestrion.cli.failures import reports_failures
from orchestrion.cli.terminal import terminal

app = typer.Typer(help="Pages of the reference, made from the code.", no_args_is_help=True, hidden=True)


@app.command("cli")
@reports_failures
def cli(context: typer.Context) -> None:
    """Print docs/reference/cli.md: every command with its flags."""
    from typer.cli import get_docs_for_click

    root = context.find_root().command
    fresh = typer.Context(root, info_name="orchestrion")
    terminal().say(get_docs_for_click(obj=root, ctx=fresh, name="orchestrion").strip())


@app.command("configuration")
@reports_failures
def configuration() -> None:
    """Print docs/reference/configuration.md: every setting."""
    from orchestrion.cli.configuration_page import page

    terminal().say(page())


@app.command("schema")
@reports_failures
def schema() -> None:
    """Print docs/reference/runbook.schema.json: the JSON Schema of runbook documents."""
    from orchestrion.bootstrap.maintenance import runbook_schema

    terminal().say(runbook_schema().rstrip("\n"))


@app.command("activities")
@reports_failures
def activities() -> None:
    """Print docs/reference/activities.md: every activity of the packs installed here."""
    from orchestrion.bootstrap.maintenance import installed_types
    from orchestrion.cli.activities_page import page

    terminal().say(page(installed_types()))
