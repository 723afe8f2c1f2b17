"""How scripts are started: by which program, and how values go in and come out."""

import json
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from orchestrion.packs.system.environment import as_environment
from orchestrion.packs.system.script_results import PublishedRow, chosen, read_assignments
from orchestrion.sdk import Json, ProgramEnded, ProgramRequest, Value, run_program, to_text

_HARNESS = Path(__file__).with_name("python_harness.py")
_OUTPUT = "ORCHESTRION_OUTPUT"
POWERSHELL = "pwsh"


@dataclass(frozen=True, slots=True)
class Script:
    """A script to run: its text, the variables it gets, the rows it publishes, and a folder of its own."""

    text: str
    variables: Mapping[str, Value]
    rows: Sequence[PublishedRow]
    folder: Path


Outcome: TypeAlias = tuple[ProgramEnded, Mapping[str, Json]]  # the second: the value of each variable that was set


async def run_python(script: Script) -> Outcome:
    """Runs Python in a process of its own, with the variables as Python's. Raises OSError when it cannot be started."""
    result = script.folder / "result.json"
    wanted = [row.variable for row in script.rows]
    job = json.dumps({"script": script.text, "variables": dict(script.variables), "wanted": wanted})
    argv = [sys.executable, "-I", "-X", "utf8", str(_HARNESS), str(result)]
    ended = await run_program(ProgramRequest(argv, folder=script.folder, stdin=job.encode()))
    return ended, json.loads(_read(result) or "{}")


async def run_shell(script: Script) -> Outcome:
    """Runs a shell script; its first line may name another interpreter. Raises OSError and ValueError.

    Variables are in its environment, and it publishes by lines in the file that $ORCHESTRION_OUTPUT names.
    """
    file = script.folder / "script.sh"
    first = script.text.partition("\n")[0]
    interpreter = shlex.split(first.removeprefix("#!")) if first.startswith("#!") else ["/bin/sh"]
    return await _run_file(script, file, [*interpreter, str(file)])


async def run_powershell(script: Script) -> Outcome:
    """Runs a PowerShell script; variables and published values travel as for shell scripts."""
    file = script.folder / "script.ps1"
    return await _run_file(script, file, [POWERSHELL, "-NoLogo", "-NoProfile", "-NonInteractive", "-File", str(file)])


def has_powershell() -> bool:
    """Whether this computer has PowerShell 7."""
    return shutil.which(POWERSHELL) is not None


async def _run_file(script: Script, file: Path, argv: Sequence[str]) -> Outcome:
    output = script.folder / "output"
    _write(file, script.text)
    _write(output, "")
    texts = {name: to_text(value) for name, value in script.variables.items()}
    env = {**as_environment(texts), _OUTPUT: str(output)}
    ended = await run_program(ProgramRequest(argv, folder=script.folder, env=env))
    return ended, chosen(script.rows, read_assignments(_read(output)))


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="")


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
