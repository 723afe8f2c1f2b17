"""Looking at the health of an installation, and at more or fewer lines of its log."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from orchestrion.cli.failures import CommandError, ExitCode, reports_failures
from orchestrion.cli.options import AsJson, Config, Database, LocalData, Token, Url, calls_api
from orchestrion.cli.terminal import terminal

_EXIT_CODES = {"ok": 0, "degraded": 1, "failing": 2}
ProcessName = Annotated[
    str, typer.Option("--name", help="Of one process: its runbook server's name, or the machine of a web service.")
]


@reports_failures
def health(
    *,
    url: Url = None,
    token: Token = None,
    data_dir: LocalData = None,
    database: Database = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Say how the installation stands, and what to do where it does not stand well.

    Asks the server; when none runs here, or with --database, looks at the database itself. Exit codes of this command:
    0 ok, 1 degraded, 2 failing.
    """
    found = _asked(url, token, data_dir) if database is None else None
    if found is None:
        found = _looked(data_dir, database, config)
    if as_json:
        terminal().json(found)
    else:
        _tell(found)
    raise typer.Exit(_EXIT_CODES[found["status"]])


@calls_api
def log_level(
    api: Any,
    level: Annotated[str, typer.Argument(help="debug, info, warning or error.")],
    name: ProcessName = "",
) -> None:
    """Log more or less from now on.

    Every process of the installation obeys, or the one that --name says, until it starts anew.
    """
    api.put("/log-level", {"level": level, "name": name})
    terminal().say(f"{name or 'Every process'} was asked to log at '{level}'.")


def _asked(url: str | None, token: str | None, data_dir: Path | None) -> Any | None:
    """What the server says; None when none runs here. A server that was named and is away is a finding."""
    from orchestrion.cli.client import connect

    try:
        with connect(url, token, data_dir) as api:
            return api.get("/health")
    except CommandError as error:
        if error.code is not ExitCode.UNREACHABLE:
            raise
        if url is None and not os.environ.get("ORCHESTRION_URL"):
            terminal().note("No server answers: this is what the database itself shows.")
            return None
        return {"status": "failing", "checks": [_away(str(error))]}


def _away(reason: str) -> dict[str, object]:
    way_out = "Start the web service, or mend the way to it."
    return {
        "code": "web-service",
        "name": "Web service",
        "status": "failing",
        "detail": reason,
        "remedy": way_out,
        "since": None,
    }


def _looked(data_dir: Path | None, database: str | None, config: Path | None) -> Any:
    import anyio
    from pydantic_core import to_jsonable_python

    from orchestrion.bootstrap.health import look_at_health
    from orchestrion.settings import load

    report = anyio.run(look_at_health, load({"data_dir": data_dir, "database": database}, config).settings)
    return {"status": report.grade.value, "checks": to_jsonable_python(report.checks)}


def _tell(found: Any) -> None:
    terminal().say(f"The installation is {found['status']}.")
    rows = [(each["status"], each["name"], each["detail"]) for each in found["checks"]]
    terminal().table(("status", "what", "seen"), rows)
    for each in found["checks"]:
        if each["remedy"]:
            terminal().say(f"{each['name']}: {each['remedy']}")
