"""Commands about the orchestration database."""

from __future__ import annotations

import typer

from orchestrion.cli.failures import reports_failures
from orchestrion.cli.options import AsJson, Config, Database, DataDir
from orchestrion.cli.terminal import terminal
from orchestrion.settings import load

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

    That is whether it can be reached, and whether its schema is that of this release.
    """
    import anyio

    from orchestrion.bootstrap.maintenance import check_database

    state = anyio.run(check_database, load({"data_dir": data_dir, "database": database}, config).settings)
    _tell(state, as_json=as_json)


def _tell(state: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        return terminal().json(state)
    return terminal().fields(state)
