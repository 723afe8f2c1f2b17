"""Commands about maintenance duties and what is kept."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from orchestrion.cli.failures import CommandError, ExitCode
from orchestrion.cli.options import AsJson, calls_api
from orchestrion.cli.terminal import terminal
from orchestrion.model.maintenance import DutyName

app = typer.Typer(help="Maintenance: purge, repair, statistics, and what is kept.", no_args_is_help=True)
retention = typer.Typer(help="What is kept of runs and events.", no_args_is_help=True)
app.add_typer(retention, name="retention")

Name = Annotated[DutyName, typer.Argument(metavar="NAME", help=f"{', '.join(DutyName)}.")]
Wait = Annotated[bool, typer.Option("--wait", help="Wait until it has ended, and show what it did.")]
FolderPath = Annotated[str, typer.Option("--folder", help="A folder's path; the top folder when left out.")]
RuleText = Annotated[
    str | None,
    typer.Option(metavar="RULE", help="Such as 90d,500 (what is newer, and the newest), 90d, 500, all, or parent."),
]
_CLASSES = ("success", "warning", "failed", "canceled")
_LOOK_SECONDS = 0.5


@app.command("list")
@calls_api
def list_duties(api: Any, as_json: AsJson = False) -> None:
    """List the duties: when each ran last, how long, what it did, and its last error."""
    found = api.get("/maintenance")
    if as_json:
        return terminal().json(found)
    rows = [
        [each["name"], _state(each), each["started_at"], each["seconds"], _figures(each), each["due_at"], each["error"]]
        for each in found["duties"]
    ]
    terminal().table(("duty", "state", "ran", "seconds", "did", "runs next", "error"), rows)
    return terminal().say(f"Done by {found['leader'] or 'nobody at this moment'}.")


@app.command("run")
@calls_api
def run(
    api: Any,
    name: Name,
    now: Annotated[bool, typer.Option("--now", help="Also when the duty is stopped.")] = False,
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Run a duty within seconds, whenever it is due."""
    before = _duty(api, name)
    asked = api.post(f"/maintenance/duties/{name.value}/run", {"even_if_stopped": now})
    _tell(_awaited(api, name, before) if wait else asked, as_json=as_json)


@app.command("stop")
@calls_api
def stop(api: Any, name: Name, as_json: AsJson = False) -> None:
    """Stop a duty: it runs no more until it is started."""
    _tell(api.post(f"/maintenance/duties/{name.value}/stop"), as_json=as_json)


@app.command("start")
@calls_api
def start(api: Any, name: Name, as_json: AsJson = False) -> None:
    """Start a duty that was stopped."""
    _tell(api.post(f"/maintenance/duties/{name.value}/start"), as_json=as_json)


@app.command("purge")
@calls_api
def purge(
    api: Any,
    runbook: Annotated[str | None, typer.Option(metavar="PATH", help="Of this runbook alone.")] = None,
    everything: Annotated[
        bool, typer.Option("--everything", help="Whatever has ended and is not kept; with --runbook.")
    ] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Only tell what would be deleted.")] = False,
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Purge within seconds: by the rules, or everything of one runbook."""
    runbook_id = None if runbook is None else _runbook_id(api, runbook)
    if preview:
        found = api.get("/maintenance/purge", runbook_id=runbook_id, everything=everything or None)
        return terminal().json(found) if as_json else terminal().fields(_previewed(found))
    before = _duty(api, DutyName.PURGE)
    asked = api.post("/maintenance/purge", {"runbook_id": runbook_id, "everything": everything})
    return _tell(_awaited(api, DutyName.PURGE, before) if wait else asked, as_json=as_json)


@app.command("check")
@calls_api
def check(api: Any, as_json: AsJson = False) -> None:
    """List the runs that nothing would move on; the exit code is 1 when there are any."""
    found = api.get("/maintenance/violations")
    if as_json:
        terminal().json(found)
    else:
        rows = [
            [each["code"], each["runbook_path"], each["instance_id"] or each["job_id"], each["words"]] for each in found
        ]
        terminal().table(("what", "runbook", "id", "why"), rows)
    if found:
        raise typer.Exit(ExitCode.UNEXPECTED)


@app.command("keep")
@calls_api
def keep(
    api: Any,
    job: Annotated[str, typer.Argument(metavar="JOB", help="The id of a job.")],
    release: Annotated[bool, typer.Option("--release", help="Keep it no longer.")] = False,
) -> None:
    """Keep a job with its instances from every purge."""
    api.put(f"/jobs/{job}/kept", {"kept": not release})
    terminal().say("No purge will touch it." if not release else "It is purged as its rules say.")


@retention.command("show")
@calls_api
def show_retention(api: Any, as_json: AsJson = False) -> None:
    """Show what is kept: by folder and class, and for the whole installation."""
    found = api.get("/retention")
    if as_json:
        return terminal().json(found)
    rows = [
        [each["path"] or "/", *(_cell(each, name) for name in _CLASSES)]
        for each in found["folders"]
        if not each["path"] or any(each["own"].values())
    ]
    terminal().table(("folder", *_CLASSES), rows)
    settings = found["settings"]
    fields = {
        "daily purge at": settings["at"],
        "events": _rule_words(settings["events"]),
        "executions at most": settings["executions"] or "any number",
        "archive": settings["archive"] or "none",
    }
    return terminal().fields(fields)


@retention.command("set")
@calls_api
def set_retention(
    api: Any,
    *,
    folder: FolderPath = "",
    success: RuleText = None,
    warning: RuleText = None,
    failed: RuleText = None,
    canceled: RuleText = None,
    at: Annotated[str | None, typer.Option(help="When the daily purge starts, such as 01:00.")] = None,
    events: RuleText = None,
    executions: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="So many are kept at most, the oldest runs go; or any.")
    ] = None,
    archive: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Write runs here before they are deleted; empty: do not.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Set what is kept; what is not given stays.

    The classes are those of a folder and of what is below it. The time, events, executions and the archive are those of
    the whole installation.
    """
    found = api.get("/retention")
    given = {"success": success, "warning": warning, "failed": failed, "canceled": canceled}
    if any(given.values()):
        own = _folder(found, folder)
        rules = own["own"] | {name: _rule(text) for name, text in given.items() if text is not None}
        api.put(f"/folders/{own['folder_id']}/retention", rules)
    changes: dict[str, Any] = {"at": at, "archive": archive, "events": _rule(events) if events is not None else None}
    settings = {name: value for name, value in changes.items() if value is not None}
    if executions is not None:
        settings["executions"] = None if executions == "any" else _number(executions)
    if settings:
        api.put("/retention", found["settings"] | settings)
    changed = api.get("/retention")
    return terminal().json(changed) if as_json else terminal().say("Set.")


def _tell(duty: Any, *, as_json: bool) -> None:
    if as_json:
        return terminal().json(duty)
    fields = {
        "duty": duty["name"],
        "state": _state(duty),
        "runs next": duty["due_at"],
        "ran": duty["started_at"],
        "seconds": duty["seconds"],
        "did": _figures(duty),
        "error": duty["error"],
    }
    return terminal().fields(fields)


def _duty(api: Any, name: DutyName) -> Any:
    found = [each for each in api.get("/maintenance")["duties"] if each["name"] == name]
    if not found:
        raise CommandError(ExitCode.REFUSED, "No server has begun with the maintenance yet.")
    return found[0]


def _awaited(api: Any, name: DutyName, before: Any) -> Any:
    """The duty once a run that began after `before` has ended."""
    import anyio

    while True:
        found = _duty(api, name)
        if found["started_at"] != before["started_at"] and found["ended_at"] and not found["is_wanted"]:
            return found
        anyio.run(anyio.sleep, _LOOK_SECONDS)


def _state(duty: Any) -> str:
    if duty["is_running"]:
        return "runs"
    return "wanted" if duty["is_wanted"] else "stopped" if duty["is_stopped"] else "waits"


def _figures(duty: Any) -> str:
    return ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in (duty["figures"] or {}).items())


def _previewed(found: Any) -> dict[str, object]:
    instances = {f"instances, {name}": count for name, count in found["instances"].items()}
    rest = {"executions": found["executions"], "jobs without instances": found["jobs"]}
    return instances | rest | ({} if found["is_complete"] else {"and more": "there was too much to look at"})


def _runbook_id(api: Any, path: str) -> str:
    found = [each for each in api.pages("/runbooks", 500, search=path) if each["path"].casefold() == path.casefold()]
    if not found:
        raise CommandError(ExitCode.REFUSED, f"There is no runbook '{path}'.")
    return str(found[0]["id"])


def _folder(found: Any, path: str) -> Any:
    for each in found["folders"]:
        if each["path"].casefold() == path.strip("/").casefold():
            return each
    raise CommandError(ExitCode.REFUSED, f"There is no folder '{path}'.")


def _cell(folder: Any, name: str) -> str:
    rule = folder["own"][name]
    return _rule_words(rule or folder["effective"][name]) + ("" if rule or not folder["path"] else " (parent)")


def _rule_words(rule: Any) -> str:
    days, count = rule["days"], rule["count"]
    parts = ([f"{days} days"] if days is not None else []) + ([f"newest {count}"] if count is not None else [])
    return " or ".join(parts) or "all"


def _rule(text: str) -> dict[str, int | None] | None:
    """A rule as the API takes it; None follows the parent."""
    if text == "parent":
        return None
    rule: dict[str, int | None] = {"days": None, "count": None}
    for part in [] if text == "all" else text.split(","):
        name = "days" if part.strip().endswith("d") else "count"
        rule[name] = _number(part.strip().removesuffix("d"))
    return rule


def _number(text: str) -> int:
    if not text.isdecimal():
        raise CommandError(ExitCode.USAGE, f"'{text}' is no number.")
    return int(text)
