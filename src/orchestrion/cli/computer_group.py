"""Commands about computer groups."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from orchestrion.cli import resources
from orchestrion.cli.options import AsJson, Description, calls_api
from orchestrion.cli.terminal import terminal

app = typer.Typer(help="Computer groups: named lists of computers.", no_args_is_help=True)
GroupPath = Annotated[str, typer.Argument(metavar="PATH", help="Folders and name, e.g. Sites/Web.")]


@app.command("list")
@calls_api
def list_groups(api: Any, as_json: AsJson = False) -> None:
    """List the computer groups."""
    listed = api.get("/computer-groups")
    if as_json:
        return terminal().json(listed)
    rows = [[each["path"], _entries(each), each["description"]] for each in listed]
    return terminal().table(("path", "entries", "description"), rows)


@app.command("members")
@calls_api
def members(api: Any, path: GroupPath, as_json: AsJson = False) -> None:
    """List the computers that a group stands for, one a line."""
    group = resources.found(api, "computer-groups", path)
    computers = api.get(f"/computer-groups/{group['id']}/members")["computers"]
    if as_json:
        return terminal().json(computers)
    for computer in computers:
        terminal().say(computer)
    return None


@app.command("set")
@calls_api
def set_group(
    api: Any,
    path: GroupPath,
    *,
    computer: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A computer in it; may be repeated.")
    ] = None,
    numbers: Annotated[
        list[str] | None,
        typer.Option("--range", metavar="PATTERN", help="Computers such as web[01-12]; may be repeated."),
    ] = None,
    group: Annotated[
        list[str] | None, typer.Option(metavar="PATH", help="Another group in it; may be repeated.")
    ] = None,
    description: Description = None,
    as_json: AsJson = False,
) -> None:
    """Make a computer group, or change one.

    Entries that are given replace all that were there: first computers, then ranges, then groups.
    """
    given = (("name", computer), ("range", numbers), ("group", group))
    entries = [{"kind": kind, "value": value} for kind, values in given for value in values or ()]
    made = resources.put(api, "computer-groups", path, {"entries": entries or None, "description": description})
    if as_json:
        return terminal().json(made)
    return terminal().fields({"path": made["path"], "entries": _entries(made), "description": made["description"]})


@app.command("delete")
@calls_api
def delete(api: Any, path: GroupPath, as_json: AsJson = False) -> None:
    """Delete a computer group."""
    gone = resources.remove(api, "computer-groups", path)
    if as_json:
        return terminal().json(gone)
    return terminal().say(f"Deleted {gone['path']}.")


def _entries(group: Any) -> str:
    return ", ".join(
        f"group {each['value']}" if each["kind"] == "group" else each["value"] for each in group["entries"]
    )
