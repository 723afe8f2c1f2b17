"""Commands about runbooks: look, check, import, export, run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from orchestrion.cli import given, rehearsal, trial
from orchestrion.cli.failures import CommandError, ExitCode
from orchestrion.cli.following import tell, verdict, wait_for_end
from orchestrion.cli.options import AsJson, Limit, calls_api
from orchestrion.cli.terminal import shown, terminal

app = typer.Typer(help="Runbooks: look, check, import, export, run.", no_args_is_help=True)
RunbookPath = Annotated[str, typer.Argument(metavar="PATH", help="The runbook's path, e.g. Samples/Greeting.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="YAML or JSON files, or folders of them.")]
Folder = Annotated[str | None, typer.Option(help="The path of an existing folder to import below.")]
_TEXT_FILES = (".yaml", ".yml", ".json")


@app.command("list")
@calls_api
def list_runbooks(
    api: Any,
    search: Annotated[str, typer.Option(help="Only those with this text in path or description.")] = "",
    limit: Limit = 1000,
    as_json: AsJson = False,
) -> None:
    """List runbooks by path."""
    found = list(api.pages("/runbooks", limit, search=search or None))
    if as_json:
        return terminal().json(found)
    rows = [[each["path"], each["version"], _holder(each), each["active_jobs"], _last(each)] for each in found]
    return terminal().table(("path", "version", "checked out by", "active jobs", "last job"), rows)


@app.command("show")
@calls_api
def show(api: Any, path: RunbookPath, as_json: AsJson = False) -> None:
    """Show one runbook and its parameters."""
    found = api.get("/runbooks/by-path", path=path)
    if as_json:
        return terminal().json(found)
    names = ("path", "id", "description", "version", "is_monitor", "active_jobs", "updated_at")
    terminal().fields({name: found[name] for name in names} | {"checked out by": _holder(found)})
    if found["parameters"]:
        terminal().say("\nParameters:")
        rows = [[each["name"], each["type"], each["required"], each["default"]] for each in found["parameters"]]
        terminal().table(("name", "type", "required", "default"), rows)
    if found["returned_data"]:
        terminal().say("\nReturned data:")
        terminal().table(("name", "type"), [[each["name"], each["type"]] for each in found["returned_data"]])
    return None


@app.command("check")
@calls_api
def check(api: Any, files: Files, folder: Folder = None, as_json: AsJson = False) -> None:
    """Check files without importing them."""
    _import(api, files, folder, dry_run=True, as_json=as_json)


@app.command("import")
@calls_api
def import_runbooks(
    api: Any,
    files: Files,
    folder: Folder = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would happen.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import files, all or nothing.

    Folders on disk become folders of runbooks. A runbook that is there gets one new version, if it changed.
    """
    _import(api, files, folder, dry_run=dry_run, as_json=as_json)


@app.command("export")
@calls_api
def export(
    api: Any,
    path: Annotated[str, typer.Argument(metavar="PATH", help="A runbook's path, or a folder's with --output.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file, or for a folder of runbooks a folder.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Export a runbook as YAML.

    With --output and the path of a folder, all runbooks below it are exported.
    """
    if output is not None and _is_folder(api, path):
        return _export_folder(api, path, output, as_json=as_json)
    found = api.get("/runbooks/by-path", path=path)
    text = api.text(f"/runbooks/{found['id']}/export")
    if output is not None:
        output.write_text(text, encoding="utf-8")
        return _exported([{"path": found["path"], "file": str(output)}], as_json=as_json)
    if as_json:
        return terminal().json({"path": found["path"], "text": text})
    return terminal().say(text.rstrip("\n"))


@app.command("run")
@calls_api
def run(
    api: Any,
    *,
    path: RunbookPath,
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", metavar="NAME=VALUE", help="A parameter; may be repeated.")
    ] = None,
    server: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A runbook server that may run it, or tag:NAME=VALUE; may be repeated."),
    ] = None,
    priority: Annotated[
        int | None, typer.Option(min=-100, max=100, help="Higher ones come first; the runbook's unless told otherwise.")
    ] = None,
    key: Annotated[str | None, typer.Option(help="An idempotency key: the same key never starts twice.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the job has ended.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="With --wait, a warning counts as a failure.")] = False,
    as_json: AsJson = False,
) -> None:
    """Start a runbook.

    With --wait, the exit code is 3 when the run failed, was canceled or needs a person.
    """
    body = {
        "path": path,
        "parameters": given.texts(parameter or [], "parameter"),
        "servers": server or [],
        "priority": priority,
        "idempotency_key": key,
    }
    job = api.post("/runbooks/by-path/start", body)
    if wait:
        if not as_json:
            terminal().note(f"Job {job['id']} of {job['runbook_path']} started.")
        job = wait_for_end(api, job)
    if as_json:
        terminal().json(job)
    else:
        tell(api, job)
    if wait:
        raise typer.Exit(verdict(job, strict=strict))


def _import(api: Any, files: list[Path], folder: str | None, *, dry_run: bool, as_json: bool) -> None:
    folder_id = None if folder is None else _folder_id(api, folder)
    body = {"files": read_files(files), "folder_id": folder_id, "dry_run": dry_run}
    found = api.post("/runbooks/import", body)["runbooks"]
    if as_json:
        return terminal().json(found)
    terminal().table(("action", "version", "path"), [[each["action"], each["version"], each["path"]] for each in found])
    for each in found:
        for finding in each["findings"]:
            terminal().note(f"{finding['severity']}: {each['path']}: {finding['message']} {finding['fix']}".rstrip())
    return None


def read_files(paths: list[Path]) -> list[dict[str, str]]:
    """The files named, and those in the folders named, with their paths as the import takes them.

    Raises CommandError for one that cannot be read.
    """
    found: list[dict[str, str]] = []
    for path in paths:
        inside = sorted(filter(_is_runbook, path.rglob("*"))) if path.is_dir() else [path]
        for each in inside:
            name = each.relative_to(path).as_posix() if path.is_dir() else each.name
            found.append({"path": name, "text": _read(each)})
    if not found:
        raise CommandError(ExitCode.USAGE, f"There are no files that end in {', '.join(_TEXT_FILES)} there.")
    return found


def _is_runbook(path: Path) -> bool:
    """Whether a file's name says that it is a runbook, and not the rehearsal of one."""
    return path.suffix in _TEXT_FILES and not path.stem.endswith(".test")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(ExitCode.USAGE, f"{path} cannot be read: {error}") from error


def _folder_id(api: Any, path: str) -> str:
    for each in api.get("/folders"):
        if each["path"].casefold() == path.strip("/").casefold():
            return str(each["id"])
    raise CommandError(ExitCode.REFUSED, f"There is no folder '{path}'.")


def _is_folder(api: Any, path: str) -> bool:
    return any(each["path"].casefold() == path.strip("/").casefold() for each in api.get("/folders"))


def _export_folder(api: Any, path: str, output: Path, *, as_json: bool) -> None:
    top = path.strip("/")
    start = f"{top}/" if top else ""
    done = []
    for each in api.pages("/runbooks", 1_000_000):
        if each["version"] is None or not each["path"].casefold().startswith(start.casefold()):
            continue
        file = _inside(output, each["path"][len(start) :])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(api.text(f"/runbooks/{each['id']}/export"), encoding="utf-8")
        done.append({"path": each["path"], "file": str(file)})
    _exported(done, as_json=as_json)


def _inside(folder: Path, path: str) -> Path:
    """The file for a runbook's path; raises CommandError should it lead out of the folder."""
    file = folder / f"{path}.yaml"
    if not file.resolve().is_relative_to(folder.resolve()):
        raise CommandError(ExitCode.UNEXPECTED, f"'{path}' would be written outside {folder}.")
    return file


def _exported(done: list[dict[str, str]], *, as_json: bool) -> None:
    if as_json:
        return terminal().json(done)
    return terminal().table(("path", "file"), [[each["path"], each["file"]] for each in done])


def _holder(found: Any) -> str | None:
    return found["checked_out_by"]["name"] if found["checked_out_by"] else None


def _last(found: Any) -> str:
    job = found["last_job"]
    return f"{job['status']} {shown(job['ended_at'] or job['created_at'])}" if job else "-"


app.add_typer(trial.app)  # `try`
app.add_typer(rehearsal.app)  # `test` and `record`
