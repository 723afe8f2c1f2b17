"""Commands about what monitors saw."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from orchestrion.cli.options import AsJson, Limit, calls_api
from orchestrion.cli.terminal import terminal

app = typer.Typer(help="Triggers: what monitors saw, and what became of it.", no_args_is_help=True)
TriggerId = Annotated[str, typer.Argument(metavar="ID", help="The trigger's id.")]
_SHOWN = (
    "id",
    "runbook_path",
    "job_id",
    "status",
    "at",
    "waits_since",
    "instance_id",
    "error",
    "number",
    "retries",
    "key",
)
_MOST_SHOWN = 100  # characters of the data in a list


@app.command("list")
@calls_api
def list_triggers(
    api: Any,
    *,
    job: Annotated[str | None, typer.Option(metavar="ID", help="Only of this job.")] = None,
    runbook: Annotated[str | None, typer.Option(help="Only of the runbook at this path.")] = None,
    status: Annotated[
        list[str] | None, typer.Option(metavar="STATUS", help="Only with this status; may be repeated.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only seen from then on: 2026-11-22T12:00:00Z.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Only seen before.")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List triggers with their data, newest first.

    STATUS is waiting, quarantined, running, success, warning, failed, canceled, dropped or discarded.
    """
    runbook_id = None if runbook is None else api.get("/runbooks/by-path", path=runbook)["id"]
    wanted = {"job_id": job, "runbook_id": runbook_id, "status": status or None, "since": since, "until": until}
    found = list(api.pages("/triggers", limit, **wanted))
    if as_json:
        return terminal().json(found)
    first = ("id", "runbook_path", "status", "at")
    rows = [[*(each[name] for name in first), _data(each), each["error"]] for each in found]
    return terminal().table(("id", "runbook", "status", "seen", "data", "error"), rows)


@app.command("show")
@calls_api
def show(api: Any, trigger_id: TriggerId, as_json: AsJson = False) -> None:
    """Show one trigger with its data."""
    _show(api.get(f"/triggers/{trigger_id}"), as_json=as_json)


@app.command("retry")
@calls_api
def retry(api: Any, trigger_id: TriggerId, as_json: AsJson = False) -> None:
    """Start another instance of a trigger whose instance ended badly.

    It starts when its turn comes; in quarantine it waits until the job is continued.
    """
    _show(api.post(f"/triggers/{trigger_id}/retry", {}), as_json=as_json)


@app.command("discard")
@calls_api
def discard(api: Any, trigger_id: TriggerId, as_json: AsJson = False) -> None:
    """Say that nothing more is to be done about a trigger that waits or failed."""
    _show(api.post(f"/triggers/{trigger_id}/discard", {}), as_json=as_json)


def _show(trigger: Any, *, as_json: bool) -> None:
    if as_json:
        return terminal().json(trigger)
    terminal().fields({name: trigger[name] for name in _SHOWN})
    terminal().say("\nPublished data:")
    return terminal().fields(trigger["published"])


def _data(trigger: Any) -> str:
    """The published data on one line."""
    text = ", ".join(f"{name}: {value}" for name, value in trigger["published"].items())
    text = f"{trigger['number']} in one flood; the last: {text}" if trigger["number"] > 1 else text
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 1]}…"
