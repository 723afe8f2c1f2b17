"""Commands about activities whose outcome a crash hid."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from pydantic_core import from_json

from orchestrion.cli.failures import CommandError, ExitCode
from orchestrion.cli.options import AsJson, calls_api
from orchestrion.cli.terminal import terminal

app = typer.Typer(help="Activities in doubt: look and answer.", no_args_is_help=True)


@app.command("list")
@calls_api
def list_doubts(api: Any, as_json: AsJson = False) -> None:
    """List what waits for an answer."""
    found = api.get("/doubts")
    if as_json:
        return terminal().json(found)
    rows = [[each[name] for name in ("id", "runbook_name", "activity_name", "started_at", "reason")] for each in found]
    return terminal().table(("id", "runbook", "activity", "since", "reason"), rows)


@app.command("answer")
@calls_api
def answer(
    api: Any,
    activity_instance: Annotated[str, typer.Argument(metavar="ID", help="The id that `doubt list` shows.")],
    outcome: Annotated[str, typer.Argument(metavar="ANSWER", help="succeeded, repeat or fail.")],
    record: Annotated[
        list[str] | None,
        typer.Option(metavar="JSON", help="With `succeeded`: one record it published, as a JSON object; repeatable."),
    ] = None,
    comment: Annotated[str, typer.Option(help="Why; kept in the audit.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say what became of an activity.

    The first answer wins.
    """
    body = {"answer": outcome, "records": [_record(each) for each in record or []], "comment": comment}
    found = api.post(f"/activity-instances/{activity_instance}/answer", body)
    if as_json:
        return terminal().json(found)
    return terminal().say(f"Answered '{outcome}' for {found['activity_name']} of {found['runbook_name']}.")


def _record(text: str) -> dict[str, Any]:
    try:
        found = from_json(text)
    except ValueError as error:
        raise CommandError(ExitCode.USAGE, f"'{text}' is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise CommandError(ExitCode.USAGE, f"'{text}' is no record: write a JSON object of item names and values.")
    return found
