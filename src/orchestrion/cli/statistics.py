"""How runs went."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from orchestrion.cli.options import AsJson, calls_api
from orchestrion.cli.terminal import terminal
from orchestrion.model.statistics import Period

_OUTCOMES = ("succeeded", "warning", "failed", "canceled")


@calls_api
def statistics(
    api: Any,
    period: Annotated[Period, typer.Option(help="Of the last hour, day or week.")] = Period.DAY,
    by: Annotated[str, typer.Option(metavar="WHAT", help="runbook or folder.")] = "runbook",
    as_json: AsJson = False,
) -> None:
    """Show how runs went lately, and what is under way."""
    found = api.get("/statistics")
    if as_json:
        return terminal().json(found)
    rows = [_row(each, period.value) for each in found["folders" if by == "folder" else "runbooks"]]
    columns = (by, "created", *_OUTCOMES, "p50 s", "p95 s", "queued", "in progress")
    terminal().table(columns, rows)
    return terminal().say(f"Counted at {found['counted_at'] or 'no time yet'}.")


def _row(found: Any, period: str) -> list[object]:
    jobs, instances = found[period]["jobs"], found[period]["instances"]
    durations = [_seconds(instances["p50_seconds"]), _seconds(instances["p95_seconds"])]
    outcomes = [instances[name] for name in _OUTCOMES]
    return [found["path"] or "/", jobs["created"], *outcomes, *durations, found["queued_jobs"], found["open_instances"]]


def _seconds(value: float | None) -> str | None:
    return None if value is None else f"{value:.3g}"
