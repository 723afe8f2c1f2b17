"""Commands that rehearse runbooks: run them against canned results, and record results from a run."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from orchestrion.cli.failures import CommandError, ExitCode, reports_failures
from orchestrion.cli.options import AsJson, calls_api
from orchestrion.cli.terminal import terminal

app = typer.Typer()


class RehearsalCode(IntEnum):
    """What the exit code of `runbook test` says; part of the interface."""

    PASSED = 0
    FAILED = 1
    WRONG = 2


@app.command("test")
@reports_failures
def rehearse_runbooks(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE|FOLDER", help="Rehearsal files, runbooks beside them, or folders.", show_default="."
        ),
    ] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write the results as JUnit XML.")] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Only print the JSON Schema of rehearsal files.")] = False,
    as_json: AsJson = False,
) -> None:
    """Rehearse runbooks without a server.

    Runs the cases in `*.test.yaml` against their canned results and touches nothing. The exit code is 0 when all pass,
    1 when an expectation was not met, and 2 when a file or a case is wrong.
    """
    from orchestrion.cli import rehearsal_report as report
    from orchestrion.cli.rehearsal_files import Stage, rehearsal_files

    files = [] if schema else rehearsal_files(paths or [Path()])
    stage = Stage()
    if schema:
        return terminal().say(stage.text.schema().rstrip("\n"))
    verdicts = [verdict for file in files for verdict in stage.run_file(file)]
    if junit is not None:
        _write(junit, report.as_junit(verdicts))
    if as_json:
        terminal().json([report.as_json(each) for each in verdicts])
    else:
        report.tell(verdicts)
    raise typer.Exit(_code({each.state for each in verdicts}))


@app.command("record")
@calls_api
def record_instance(
    api: Any,
    instance_id: Annotated[str, typer.Argument(metavar="INSTANCE_ID", help="A runbook instance that has ended.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A new file, e.g. restart.test.yaml.")] = None,
    as_json: AsJson = False,
) -> None:
    """Record a run as a rehearsal.

    Writes a case with what the instance began with, what its activities gave, how it ended and which way it took.
    Encrypted variables are left out.
    """
    from orchestrion.cli.rehearsal_files import Stage
    from orchestrion.cli.rehearsal_record import check, recorded

    stage = Stage()
    found = recorded(api, instance_id, stage.types)
    text = stage.text.write(found.document)
    for note in (*found.notes, *check(stage, found, text)):
        terminal().note(f"note: {note}")
    if output is not None:
        if output.exists():
            raise CommandError(ExitCode.USAGE, f"{output} exists; name a new file, or leave --output out and copy.")
        _write(output, text)
    if as_json:
        terminal().json({"file": None if output is None else str(output), "rehearsal": found.document})
    elif output is None:
        terminal().say(text.rstrip("\n"))
    else:
        terminal().say(f"Recorded in {output}.")


def _code(states: set[str]) -> RehearsalCode:
    if "error" in states:
        return RehearsalCode.WRONG
    return RehearsalCode.FAILED if "failed" in states else RehearsalCode.PASSED


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(ExitCode.USAGE, f"{file} cannot be written: {error}") from error
