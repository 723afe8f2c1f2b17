"""Commands about users."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestrion.cli.failures import reports_failures
from orchestrion.cli.options import AsJson, Config, Database, DataDir, KeyFile
from orchestrion.cli.terminal import terminal
from orchestrion.settings import load

app = typer.Typer(help="Users.", no_args_is_help=True)


@app.command("reset-password")
@reports_failures
def reset_password(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The user's name.")],
    data_dir: DataDir = None,
    database: Database = None,
    key_file: KeyFile = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Give a user a new one-time password.

    It needs the database and no sign-in; on SQLite, stop the server first.
    """
    import anyio

    from orchestrion.bootstrap.maintenance import reset_password as reset

    flags = {"data_dir": data_dir, "database": database, "key_file": key_file}
    password = anyio.run(reset, load(flags, config).settings, name)
    if as_json:
        return terminal().json({"name": name, "one_time_password": password})
    return terminal().say(f"One-time password for '{name}' (shown only now): {password}")
