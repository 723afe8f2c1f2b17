"""Commands about runbook instances: what they wait for, and taking part in their runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from orchestrion.cli import given, rerun
from orchestrion.cli.options import AsJson, calls_api
from orchestrion.cli.terminal import terminal

app = typer.Typer(help="Runbook instances: look, steer and run again.", no_args_is_help=True)
InstanceId = Annotated[
    str, typer.Argument(metavar="ID", help="The instance's id, as `job show` tells it: latest_instance_id.")
]
Activity = Annotated[str, typer.Argument(metavar="ACTIVITY", help="The activity's id, e.g. read_line.")]
_WAIT_COLUMNS = ("kind", "activity_id", "activity_name", "due", "child_job_id", "why")


@app.command("waits")
@calls_api
def waits(api: Any, instance_id: InstanceId, as_json: AsJson = False) -> None:
    """List what keeps an instance from ending.

    With --json also the inputs of what runs, or is about to.
    """
    found = api.get(f"/instances/{instance_id}/waits")
    if as_json:
        return terminal().json(found)
    rows = [[each[name] for name in _WAIT_COLUMNS] for each in found]
    return terminal().table(("kind", "activity", "name", "until", "child job", "why"), rows)


@app.command("pause")
@calls_api
def pause(api: Any, instance_id: InstanceId, as_json: AsJson = False) -> None:
    """Start nothing more.

    What runs goes on to its end; then the instance is held.
    """
    _steer(api, instance_id, {"wish": "pause"}, as_json=as_json)


@app.command("continue")
@calls_api
def go_on(api: Any, instance_id: InstanceId, as_json: AsJson = False) -> None:
    """Take a pause back, or go on from a stop."""
    _steer(api, instance_id, {"wish": "continue"}, as_json=as_json)


@app.command("step")
@calls_api
def step(api: Any, instance_id: InstanceId, as_json: AsJson = False) -> None:
    """Run one activity and stop before the next."""
    _steer(api, instance_id, {"wish": "step"}, as_json=as_json)


@app.command("run-to")
@calls_api
def run_to(api: Any, instance_id: InstanceId, activity: Activity, as_json: AsJson = False) -> None:
    """Go on and stop before an activity."""
    _steer(api, instance_id, {"wish": "run-to", "activity_id": activity}, as_json=as_json)


@app.command("skip")
@calls_api
def skip(
    api: Any,
    instance_id: InstanceId,
    activity: Activity,
    *,
    record: Annotated[
        list[str] | None,
        typer.Option(metavar="ITEM=VALUE", help="An item of the record it publishes; may be repeated."),
    ] = None,
    records: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A JSON file with a list of the records it publishes.")
    ] = None,
    status: Annotated[str | None, typer.Option(help="success, warning or failed.", show_default="success")] = None,
    error: Annotated[str | None, typer.Option(help="With `failed`: its error text.")] = None,
    as_json: AsJson = False,
) -> None:
    """Give an activity's ending instead of running it.

    It counts for every execution still to come, until `orchestrion instance unskip`. Numbers, true, false, null and
    quoted texts are read as JSON, anything else is text.
    """
    ending = {"status": status, "error": error, "records": given.records(record or [], records)}
    body = {"wish": "skip", "activity_id": activity, **given.without_nothing(ending)}
    _steer(api, instance_id, body, as_json=as_json)


@app.command("unskip")
@calls_api
def unskip(api: Any, instance_id: InstanceId, activity: Activity, as_json: AsJson = False) -> None:
    """Run an activity that was to be skipped after all."""
    _steer(api, instance_id, {"wish": "unskip", "activity_id": activity}, as_json=as_json)


@app.command("edit")
@calls_api
def edit(
    api: Any,
    instance_id: InstanceId,
    activity: Activity,
    given_inputs: Annotated[
        list[str], typer.Option("--input", metavar="INPUT=VALUE", help="An input by its name; may be repeated.")
    ],
    as_json: AsJson = False,
) -> None:
    """Give an activity other inputs.

    They replace those of an edit before. Numbers, lists, true, false, null and quoted texts are read as JSON,
    anything else is text. Secrets cannot be given.
    """
    inputs = given.values(given_inputs, "input")
    _steer(api, instance_id, {"wish": "edit", "activity_id": activity, "inputs": inputs}, as_json=as_json)


@app.command("breakpoints")
@calls_api
def breakpoints(
    api: Any,
    instance_id: InstanceId,
    stops: Annotated[
        list[str] | None,
        typer.Argument(metavar="ACTIVITY[=CONDITION]", help="Where to stop, always or on a condition."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replace all breakpoints.

    Without any the instance stops nowhere. A condition is a template, e.g. 'copy={{ read["Line number"] > 3 }}'.
    """
    body = {"wish": "breakpoints", "at": given.conditions(stops or [])}
    _steer(api, instance_id, body, as_json=as_json)


def _steer(api: Any, instance_id: str, body: dict[str, Any], *, as_json: bool) -> None:
    found = api.post(f"/instances/{instance_id}/steer", body)
    if as_json:
        return terminal().json(found)
    return terminal().fields({name: found[name] for name in ("id", "runbook_path", "status", "reason")})


app.add_typer(rerun.app)  # `rerun`
