"""Commands about the master key."""

from __future__ import annotations

import typer

from orchestrion.cli.failures import reports_failures
from orchestrion.cli.options import AsJson, Config, Database, DataDir, KeyFile
from orchestrion.cli.terminal import terminal
from orchestrion.settings import load

app = typer.Typer(help="The master key that seals secrets.", no_args_is_help=True)


@app.command("create")
@reports_failures
def create(data_dir: DataDir = None, key_file: KeyFile = None, config: Config = None, as_json: AsJson = False) -> None:
    """Make a master key file.

    Only its owner may read it; one that is there is never overwritten.
    """
    from orchestrion.bootstrap.maintenance import create_key

    made = create_key(load({"data_dir": data_dir, "key_file": key_file}, config).settings)
    if as_json:
        return terminal().json(made)
    return terminal().fields(made)


@app.command("check")
@reports_failures
def check(
    data_dir: DataDir = None,
    database: Database = None,
    key_file: KeyFile = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Say whether the master key fits.

    It must be the one that the database's secrets were sealed with.
    """
    import anyio

    from orchestrion.bootstrap.maintenance import check_key

    flags = {"data_dir": data_dir, "database": database, "key_file": key_file}
    found = anyio.run(check_key, load(flags, config).settings)
    if as_json:
        return terminal().json(found)
    return terminal().fields(found)
