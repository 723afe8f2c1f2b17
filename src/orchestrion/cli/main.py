"""The command `orchestrion`."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestrion import __version__
from orchestrion.cli import (
    audit,
    computer_group,
    config,
    counter,
    db,
    docs,
    doubt,
    health,
    instance,
    job,
    key,
    login,
    maintenance,
    openapi,
    pack,
    runbook,
    schedule,
    server,
    statistics,
    trigger,
    up,
    user,
    variable,
)

_EPILOG = (
    "Exit codes: 0 success; 1 something unexpected; 2 bad usage or configuration; 3 a run that failed; 4 a request "
    "that was refused, or something that does not exist; 5 a server, database, key or port that is not available."
)

app = typer.Typer(
    name="orchestrion",
    help="Runbook automation: author, start and watch runbooks.",
    epilog=_EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("up")(up.up)
app.command("web")(up.web)
app.command("runbook-server")(up.runbook_server)
app.add_typer(runbook.app, name="runbook")
app.add_typer(job.app, name="job")
app.add_typer(instance.app, name="instance")
app.add_typer(trigger.app, name="trigger")
app.add_typer(doubt.app, name="doubt")
app.add_typer(server.app, name="server")
app.add_typer(variable.app, name="variable")
app.add_typer(counter.app, name="counter")
app.add_typer(computer_group.app, name="computer-group")
app.add_typer(schedule.app, name="schedule")
app.add_typer(maintenance.app, name="maintenance")
app.command("statistics")(statistics.statistics)
app.add_typer(audit.app, name="audit")
app.add_typer(pack.app, name="pack")
app.add_typer(db.app, name="db")
app.add_typer(key.app, name="key")
app.add_typer(user.app, name="user")
app.command("health")(health.health)
app.command("log-level")(health.log_level)
app.command("login")(login.login)
app.command("logout")(login.logout)
app.command("config")(config.config)
app.command("openapi")(openapi.openapi)
app.add_typer(docs.app, name="docs")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"Orchestrion {__version__}")
        raise typer.Exit


@app.callback()
def _orchestrion(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Runbook automation: author, start and watch runbooks."""
