"""The command that tries a runbook out: a test on a real runbook server, followed from stop to stop."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from orchestrion.cli import given
from orchestrion.cli.following import tell, verdict, wait_for_end
from orchestrion.cli.options import AsJson, calls_api
from orchestrion.cli.terminal import terminal

app = typer.Typer()
_LEAVE = "leave"
_ANSWERS = ("step", "continue", _LEAVE)


@app.command("try")
@calls_api
def try_runbook(
    api: Any,
    *,
    path: Annotated[str, typer.Argument(metavar="PATH", help="The runbook's path, e.g. Samples/Greeting.")],
    stops: Annotated[
        list[str] | None,
        typer.Option("--break", metavar="ACTIVITY[=CONDITION]", help="Stop before this activity; may be repeated."),
    ] = None,
    step: Annotated[bool, typer.Option("--step", help="Stop before every activity.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing outside.")] = False,
    pin: Annotated[
        list[str] | None,
        typer.Option(metavar="ACTIVITY=FILE", help="Take its records, or ending, from a JSON file; may be repeated."),
    ] = None,
    trigger: Annotated[
        list[str] | None,
        typer.Option(metavar="ITEM=VALUE", help="What the monitor is said to have published; may be repeated."),
    ] = None,
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", metavar="NAME=VALUE", help="A parameter; may be repeated.")
    ] = None,
    server: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A runbook server that may run it; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Test your draft on a runbook server.

    Without a draft of yours the newest version is tested. At a stop it shows the activity with its inputs, and asks
    how to go on; where nobody can be asked the test stays there, and the exit code is 3, as when it failed.
    """
    body = {
        "parameters": given.texts(parameter or [], "parameter"),
        "trigger": given.values(trigger, "item") if trigger else None,
        "breakpoints": given.conditions(stops or []),
        "pins": given.endings(pin or []),
        "step": step,
        "dry_run": dry_run,
        "servers": server or [],
    }
    job = api.post(f"/runbooks/{api.get('/runbooks/by-path', path=path)['id']}/test", body)
    _follow(api, job, as_json=as_json)


def _follow(api: Any, job: Any, *, as_json: bool) -> None:
    """Goes from stop to stop with the person at the terminal; ends the command with the verdict."""
    if not as_json:
        terminal().note(f"Test {job['id']} of {job['runbook_path']} started.")
    job = wait_for_end(api, job)
    stops = _stops(api, job)
    while stops and not as_json:
        _tell_stops(job, stops)
        wish = _ask() if sys.stdin.isatty() else _LEAVE
        if wish == _LEAVE:
            _tell_ways(job, stops)
            break
        api.post(f"/instances/{job['latest_instance_id']}/steer", {"wish": wish})
        job = wait_for_end(api, api.get(f"/jobs/{job['id']}"))
        stops = _stops(api, job)
    if as_json:
        terminal().json(job | {"waits": stops})
    elif not stops:
        tell(api, job)
    raise typer.Exit(verdict(job))


def _stops(api: Any, job: Any) -> list[Any]:
    """The activities that a held test stands before; none where it waits for an answer to a doubt."""
    if job["status"] != "held" or any(each["job_id"] == job["id"] for each in api.get("/doubts")):
        return []
    waits = api.get(f"/instances/{job['latest_instance_id']}/waits")
    return [each for each in waits if each["kind"] == "activity"]


def _tell_stops(job: Any, stops: list[Any]) -> None:
    terminal().say(job["reason"])
    for each in stops:
        terminal().say(f"\n{each['activity_name']} ({each['activity_id']}) gets:")
        if each["inputs"]:
            terminal().fields(each["inputs"])
        else:
            terminal().say("no inputs" if each["inputs"] == {} else "what only its runbook server knows")
    terminal().say()


def _ask() -> str:
    """What the person wants; the end of the input means to leave the test where it stands."""
    try:
        answer = ""
        while answer not in _ANSWERS:
            answer = typer.prompt(f"{', '.join(_ANSWERS[:-1])} or {_LEAVE}", err=True)
    except typer.Abort:
        return _LEAVE
    return answer


def _tell_ways(job: Any, stops: list[Any]) -> None:
    instance, activity = job["latest_instance_id"], stops[0]["activity_id"]
    terminal().say("Go on with one of:")
    for words in (
        f"instance step {instance}",
        f"instance continue {instance}",
        f"instance edit {instance} {activity} --input NAME=VALUE",
        f"instance skip {instance} {activity} --record ITEM=VALUE",
        f"job stop {job['id']}",
    ):
        terminal().say(f"  orchestrion {words}")
