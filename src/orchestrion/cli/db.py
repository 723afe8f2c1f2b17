"""Commands about the orchestration database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from orchestrion.cli.failures import ExitCode, reports_failures
from orchestrion.cli.options import AsJson, Config, Database, DataDir, calls_api
from orchestrion.cli.terminal import terminal
from orchestrion.settings import load

Executions = Annotated[int, typer.Option(min=10, help="How many activity executions; ten for each job.")]
Days = Annotated[int, typer.Option(min=1, help="Over how many days up to now they are spread.")]
app = typer.Typer(help="The orchestration database.", no_args_is_help=True)


@app.command("migrate")
@reports_failures
def migrate(
    data_dir: DataDir = None, database: Database = None, config: Config = None, as_json: AsJson = False
) -> None:
    """Bring the database to this release.

    `up`, `web` and `runbook-server` do so by themselves.
    """
    import anyio

    from orchestrion.bootstrap.maintenance import migrate_database

    state = anyio.run(migrate_database, load({"data_dir": data_dir, "database": database}, config).settings)
    _tell(state, as_json=as_json)


@app.command("check")
@reports_failures
def check(data_dir: DataDir = None, database: Database = None, config: Config = None, as_json: AsJson = False) -> None:
    """Say where the database stands.

    That is whether it can be reached, whether its schema is that of this release, and whether every run that has not
    ended is owned by a live server, waits for something that can come, or is held with a reason. What is not so is
    listed, and the exit code is 1. Nothing is changed, and servers may be running.
    """
    import anyio

    from orchestrion.bootstrap.maintenance import check_database, check_invariants

    settings = load({"data_dir": data_dir, "database": database}, config).settings
    state, violations = anyio.run(check_database, settings), anyio.run(check_invariants, settings)
    if as_json:
        terminal().json(state | {"violations": violations})
    else:
        terminal().fields(state | {"runs": _verdict(violations)})
        for each in violations or ():
            terminal().say(f"{each.code}  {each.instance_id or each.job_id or each.runbook_id}  {each.words}")
    if violations:
        raise typer.Exit(ExitCode.UNEXPECTED)


def _verdict(violations: Sequence[object] | None) -> str:
    if violations is None:
        return "not looked at: the schema is another"
    return f"{len(violations)} violations" if violations else "nothing is wrong with them"


@app.command("generate")
@reports_failures
def generate(
    data_dir: DataDir = None,
    database: Database = None,
    config: Config = None,
    executions: Executions = 1_000_000,
    days: Days = 90,
    as_json: AsJson = False,
) -> None:
    """Fill an empty database with made-up history, for trying out how much it carries.

    Each job ran ten activities; one in fifty failed. A database with jobs of its own is refused.
    """
    import anyio

    from orchestrion.bootstrap.generating import generate_history

    settings = load({"data_dir": data_dir, "database": database}, config).settings

    def tell(done: int) -> None:
        terminal().note(f"{done:,} executions")

    _tell(anyio.run(generate_history, settings, executions, days, tell), as_json=as_json)


@app.command("restored")
@reports_failures
def restored(
    data_dir: DataDir = None,
    database: Database = None,
    config: Config = None,
    reason: Annotated[str, typer.Option(help="What happened, for those who look at what is held.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say that the database was restored from a copy.

    What has happened since the copy was made, the database does not know. So every run that has not ended is held, and
    every monitor disarmed, until `orchestrion db release`.
    """
    import anyio

    from orchestrion.bootstrap.maintenance import note_restore
    from orchestrion.services.incarnations import RESTORED

    settings = load({"data_dir": data_dir, "database": database}, config).settings
    _tell(anyio.run(note_restore, settings, reason or RESTORED), as_json=as_json)


@app.command("release")
@calls_api
def release(
    api: Any,
    runbook: Annotated[str | None, typer.Option(metavar="PATH", help="Only the jobs of this runbook.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let go on what was held because the database may have lost commits.

    Runs go on where the database left them: what they did after that, they may do again. Stop those that must not.
    """
    released = api.post("/incarnation/release", {"path": runbook})
    _tell(released, as_json=as_json)


def _tell(state: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        return terminal().json(state)
    return terminal().fields(state)
