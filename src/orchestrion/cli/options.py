"""Options that several commands share, and the commands that call the API."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Concatenate, ParamSpec

import typer

from orchestrion.cli.failures import reports_failures

P = ParamSpec("P")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Url = Annotated[str | None, typer.Option("--url", help="The server's address.", envvar="ORCHESTRION_URL")]
Token = Annotated[
    str | None, typer.Option("--token", help="An API token.", envvar="ORCHESTRION_TOKEN", show_default=False)
]
LocalData = Annotated[Path | None, typer.Option("--data-dir", help="Talk to the server started on this data folder.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="How many to list at most.")]
Description = Annotated[str | None, typer.Option(help="What it is for.")]
DataDir = Annotated[Path | None, typer.Option(help="The folder with database, master key and token.")]
Database = Annotated[str | None, typer.Option(help="sqlite:///FILE or postgresql://USER@HOST:PORT/NAME.")]
Config = Annotated[Path | None, typer.Option(help="The configuration file; orchestrion.toml in the data folder.")]
KeyFile = Annotated[Path | None, typer.Option(help="The master key for secrets; master.key in the data folder.")]

_REACH = {"url": Url, "token": Token, "data_dir": LocalData}


def calls_api(function: Callable[Concatenate[Any, P], None]) -> Callable[..., None]:
    """A command whose first parameter is the API, and which gains the options that say where it is."""
    signature = inspect.signature(function, eval_str=True)
    own = list(signature.parameters.values())[1:]
    reach = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
        for name, kind in _REACH.items()
    ]

    @functools.wraps(function)
    def command(*args: Any, **kwargs: Any) -> None:
        from orchestrion.cli.client import connect

        where = {name: kwargs.pop(name, None) for name in _REACH}
        with connect(**where) as api:
            function(api, *args, **kwargs)

    return _shaped(reports_failures(_shaped(command, own + reach)), own + reach)


def _shaped(command: Callable[..., None], parameters: list[inspect.Parameter]) -> Callable[..., None]:
    """The command with the parameters that Typer is to see, instead of those it was written with."""
    shaped: Any = command
    shaped.__signature__ = inspect.Signature(
        [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in parameters], return_annotation=None
    )
    shaped.__annotations__ = {each.name: each.annotation for each in parameters}
    del shaped.__wrapped__  # it would lead Typer back to the original
    return command
