"""Commands about schedules."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from orchestrion.cli import resources
from orchestrion.cli.failures import CommandError, ExitCode
from orchestrion.cli.options import AsJson, Description, calls_api
from orchestrion.cli.schedule_words import chosen_weekdays, days_in_words, hour_rows, hours_in_words
from orchestrion.cli.terminal import terminal
from orchestrion.model.schedules import Occurrence, Ruling

app = typer.Typer(help="Schedules: when runbooks may start.", no_args_is_help=True)
SchedulePath = Annotated[str, typer.Argument(metavar="PATH", help="Folders and name, e.g. Sites/Nights.")]
_DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@app.command("list")
@calls_api
def list_schedules(api: Any, as_json: AsJson = False) -> None:
    """List the schedules."""
    listed = api.get("/schedules")
    if as_json:
        return terminal().json(listed)
    rows = [[each["path"], days_in_words(each["days"]), hours_in_words(each["hours"])] for each in listed]
    return terminal().table(("path", "days", "hours"), rows)


@app.command("show")
@calls_api
def show(api: Any, path: SchedulePath, as_json: AsJson = False) -> None:
    """Show a schedule and the runbooks that use it."""
    schedule = resources.found(api, "schedules", path)
    users = api.get(f"/schedules/{schedule['id']}/runbooks")
    _show(schedule | {"runbooks": users["runbooks"]}, as_json=as_json)


@app.command("preview")
@calls_api
def preview(
    api: Any,
    path: SchedulePath,
    count: Annotated[int, typer.Option(min=1, max=100, help="How many windows at most.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Show the next times in which a schedule permits starts.

    Times are those of the schedule's time zone, or else of the web service's own clock.
    """
    schedule = resources.found(api, "schedules", path)
    windows = api.get(f"/schedules/{schedule['id']}/windows", count=count)
    if as_json:
        return terminal().json(windows)
    rows = [[_moment(each["start"]), _moment(each["end"]) if each["end"] else "it never ends"] for each in windows]
    return terminal().table(("from", "until"), rows)


@app.command("set")
@calls_api
def set_schedule(
    api: Any,
    path: SchedulePath,
    *,
    time_zone: Annotated[
        str | None, typer.Option(help="Such as Europe/Berlin; empty: the runbook server's own clock.")
    ] = None,
    weekdays: Annotated[str | None, typer.Option(metavar="DAYS", help="Such as monday-friday,sunday, or all.")] = None,
    occurrences: Annotated[
        str | None, typer.Option(metavar="WEEKS", help=f"Of those in a month: {', '.join(Occurrence)}, or all.")
    ] = None,
    month_days: Annotated[
        str | None, typer.Option(metavar="DAYS", help="Instead of weekdays: such as 1-21, last, or all.")
    ] = None,
    hours: Annotated[
        list[str] | None,
        typer.Option(metavar="HOURS", help="Such as 'monday-friday 8-12,13-18'; may be repeated."),
    ] = None,
    allow: Annotated[list[str] | None, typer.Option(metavar="DATE", help="All of this date; may be repeated.")] = None,
    disallow: Annotated[
        list[str] | None, typer.Option(metavar="DATE", help="Nothing of this date; may be repeated.")
    ] = None,
    no_exceptions: Annotated[bool, typer.Option("--no-exceptions", help="Take all exceptions away.")] = False,
    description: Description = None,
    as_json: AsJson = False,
) -> None:
    """Make a schedule, or change one.

    A new one permits always where nothing is given. What is not given stays; hours and exceptions that are given
    replace all that were there.
    """
    fields = {
        "time_zone": time_zone,
        "days": _days(resources.find(api, "schedules", path), weekdays, occurrences, month_days),
        "hours": hour_rows(hours) if hours else None,
        "exceptions": _exceptions(allow, disallow, is_empty=no_exceptions),
        "description": description,
    }
    _show(resources.put(api, "schedules", path, fields), as_json=as_json)


@app.command("delete")
@calls_api
def delete(api: Any, path: SchedulePath, as_json: AsJson = False) -> None:
    """Delete a schedule that no runbook uses."""
    gone = resources.remove(api, "schedules", path)
    if as_json:
        return terminal().json(gone)
    return terminal().say(f"Deleted {gone['path']}.")


def _days(old: Any, days: str | None, weeks: str | None, month_days: str | None) -> dict[str, Any] | None:
    """The days as the API takes them; of the weekdays and weeks, what is not given stays."""
    if month_days is not None:
        if days is not None or weeks is not None:
            raise CommandError(ExitCode.USAGE, "A schedule has weekdays or days of the month, not both.")
        return {"by": "month", "text": month_days}
    if days is None and weeks is None:
        return None
    found = dict(old["days"]) if old and old["days"]["by"] == "week" else {"by": "week"}
    if days is not None:
        found["weekdays"] = chosen_weekdays(days)
    if weeks is not None:
        found["occurrences"] = (
            list(Occurrence) if weeks.strip() == "all" else [each.strip() for each in weeks.split(",")]
        )
    return found


def _exceptions(allow: list[str] | None, disallow: list[str] | None, *, is_empty: bool) -> list[dict[str, str]] | None:
    given = ((Ruling.ALLOW, allow), (Ruling.DISALLOW, disallow))
    found = [{"date": date, "ruling": ruling.value} for ruling, dates in given for date in dates or ()]
    return found if found or is_empty else None


def _show(schedule: Any, *, as_json: bool) -> None:
    if as_json:
        return terminal().json(schedule)
    found = {
        "path": schedule["path"],
        "description": schedule["description"],
        "time zone": schedule["time_zone"] or "that of the runbook server",
        "days": days_in_words(schedule["days"]),
        "hours": hours_in_words(schedule["hours"]),
        "exceptions": ", ".join(f"{each['date']} {each['ruling']}" for each in schedule["exceptions"]),
    }
    if schedule.get("runbooks"):
        found["runbooks"] = ", ".join(schedule["runbooks"])
    return terminal().fields(found)


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return f"{_DAY_NAMES[moment.weekday()]} {moment.isoformat(' ', 'minutes')}"
