"""Commands about counters."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from orchestrion.cli import resources
from orchestrion.cli.options import AsJson, Description, calls_api
from orchestrion.cli.terminal import terminal
from orchestrion.model.counters import CounterOperation

app = typer.Typer(help="Counters: numbers that runbooks share.", no_args_is_help=True)
CounterPath = Annotated[str, typer.Argument(metavar="PATH", help="Folders and name, e.g. Mail/Tries.")]
_FIELDS = ("path", "value", "default_value", "minimum", "maximum", "description")


@app.command("list")
@calls_api
def list_counters(api: Any, as_json: AsJson = False) -> None:
    """List the counters."""
    listed = api.get("/counters")
    if as_json:
        return terminal().json(listed)
    rows = [[_plain(each[name]) for name in _FIELDS] for each in listed]
    return terminal().table(("path", "value", "default", "minimum", "maximum", "description"), rows)


@app.command("set")
@calls_api
def set_counter(
    api: Any,
    path: CounterPath,
    *,
    default: Annotated[float | None, typer.Option(help="What it begins with and is reset to.")] = None,
    minimum: Annotated[float | None, typer.Option(help="The least value it may have.")] = None,
    maximum: Annotated[float | None, typer.Option(help="The greatest value it may have.")] = None,
    no_minimum: Annotated[bool, typer.Option("--no-minimum", help="Take the minimum away.")] = False,
    no_maximum: Annotated[bool, typer.Option("--no-maximum", help="Take the maximum away.")] = False,
    description: Description = None,
    as_json: AsJson = False,
) -> None:
    """Make a counter, or change one.

    What is not given stays. `orchestrion counter change` changes the value.
    """
    given = {"default_value": default, "minimum": minimum, "maximum": maximum, "description": description}
    made = resources.put(api, "counters", path, given)
    gone = [name for name, is_gone in (("minimum", no_minimum), ("maximum", no_maximum)) if is_gone]
    if gone:
        made = api.patch(f"/counters/{made['id']}", dict.fromkeys(gone))
    _show(made, as_json=as_json)


@app.command("change", context_settings={"ignore_unknown_options": True})
@calls_api
def change(
    api: Any,
    path: CounterPath,
    operation: Annotated[CounterOperation, typer.Argument(metavar="OPERATION", help=", ".join(CounterOperation))],
    amount: Annotated[
        float | None, typer.Argument(metavar="AMOUNT", help="By how much, or the new value; 1 for increments.")
    ] = None,
    expected: Annotated[
        float | None, typer.Option(help="For compare-and-set: the value that it must have now.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change a counter's value at once.

    No change that others make meanwhile is lost.
    """
    counter = resources.found(api, "counters", path)
    steps = operation in {CounterOperation.INCREMENT, CounterOperation.DECREMENT}
    by = 1 if amount is None and steps else amount
    order = {"operation": operation.value, "amount": by, "expected": expected}
    _show(api.post(f"/counters/{counter['id']}/change", order), as_json=as_json)


@app.command("delete")
@calls_api
def delete(api: Any, path: CounterPath, as_json: AsJson = False) -> None:
    """Delete a counter."""
    gone = resources.remove(api, "counters", path)
    if as_json:
        return terminal().json(gone)
    return terminal().say(f"Deleted {gone['path']}.")


def _show(counter: Any, *, as_json: bool) -> None:
    if as_json:
        return terminal().json(counter)
    return terminal().fields({name: _plain(counter[name]) for name in _FIELDS})


def _plain(value: object) -> object:
    """Numbers as people write them: 3, not 3.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
