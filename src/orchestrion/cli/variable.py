"""Commands about variables."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from orchestrion.cli import resources
from orchestrion.cli.options import AsJson, Description, calls_api
from orchestrion.cli.terminal import terminal

app = typer.Typer(help="Variables: values that runbooks share.", no_args_is_help=True)
VariablePath = Annotated[str, typer.Argument(metavar="PATH", help="Folders and name, e.g. Mail/Server.")]


@app.command("list")
@calls_api
def list_variables(api: Any, as_json: AsJson = False) -> None:
    """List the variables; encrypted values are never shown."""
    listed = api.get("/variables")
    if as_json:
        return terminal().json(listed)
    rows = [
        [each["path"], "(encrypted)" if each["encrypted"] else each["value"], each["description"]] for each in listed
    ]
    return terminal().table(("path", "value", "description"), rows)


@app.command("set")
@calls_api
def set_variable(
    api: Any,
    path: VariablePath,
    value: Annotated[
        str | None, typer.Argument(metavar="VALUE", help="The value; - reads it from standard input.")
    ] = None,
    encrypted: Annotated[
        bool | None, typer.Option("--encrypted/--open", help="Whether it is sealed and never shown again.")
    ] = None,
    description: Description = None,
    as_json: AsJson = False,
) -> None:
    """Make a variable, or change one.

    What is not given stays. Give secrets by standard input: other users of this machine see the words of a command.
    """
    text = sys.stdin.read().removesuffix("\n") if value == "-" else value
    fields = {"value": text, "encrypted": encrypted, "description": description}
    made = resources.put(api, "variables", path, fields)
    if as_json:
        return terminal().json(made)
    return terminal().fields({name: made[name] for name in ("path", "value", "encrypted", "description")})


@app.command("delete")
@calls_api
def delete(api: Any, path: VariablePath, as_json: AsJson = False) -> None:
    """Delete a variable."""
    gone = resources.remove(api, "variables", path)
    if as_json:
        return terminal().json(gone)
    return terminal().say(f"Deleted {gone['path']}.")
