"""Run Script: an inline script whose variables become published data."""

import shlex
import shutil
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from orchestrion.packs.system.environment import Variable, as_environment, by_name
from orchestrion.packs.system.interpreters import (
    Outcome,
    Script,
    has_powershell,
    run_powershell,
    run_python,
    run_shell,
)
from orchestrion.packs.system.script_results import PublishedRow, records_of
from orchestrion.sdk import (
    ActivityFailed,
    ActivityInputs,
    DynamicItems,
    Limit,
    ProgramEnded,
    PublishedModel,
    RunContext,
    Value,
    activity,
    field,
    item,
    to_text,
)

ScriptType: TypeAlias = Literal["Python", "Shell", "PowerShell"]
_RUNNERS = {"Python": run_python, "Shell": run_shell, "PowerShell": run_powershell}


class RunScriptInputs(ActivityInputs):
    """The script, what goes into it, and what comes out."""

    type: ScriptType = field("Type", default="Python")
    script: str = field(
        "Script",
        kind="code",
        language="python",
        help="Taken as it stands: published data comes in through Variables.",
    )
    variables: list[Variable] = field(
        "Variables",
        default=[],
        help="Python: variables of type text, number or boolean. Shell and PowerShell: environment variables.",
    )
    published_data: list[PublishedRow] = field(
        "Published data",
        default=[],
        tab="Published Data",
        help="Python: variables of the script. Shell and PowerShell: lines NAME=value (again for each value of a "
        "collection) written to the file that ORCHESTRION_OUTPUT names.",
    )


class RunScriptPublished(PublishedModel):
    """What the script wrote; the items of the author come on top."""

    standard_output: str | None = item("Standard Output")
    standard_error: str | None = item("Standard Error")
    script_body: str | None = item("Script Body")
    script_language: str | None = item("Script Language")


_OWN_ITEMS = frozenset(name for info in RunScriptPublished.model_fields.values() if (name := info.alias))


@activity("Run Script", category="System", effect="once", dynamic_items=DynamicItems("published_data"))
async def run_script(inputs: RunScriptInputs, ctx: RunContext) -> list[RunScriptPublished]:
    """Run an inline script (Python, Shell, PowerShell) and publish chosen script variables as typed data.

    Effect class `once`: nobody knows what a script does, so after a crash a person decides. It runs in a process of its
    own that sees none of the server's settings, and values only ever reach it as variables. A variable that the script
    did not set is blank. Where the documentation is silent: an uncaught error or an exit code other than 0 fails the
    activity with what was published until then, and standard error alone is no failure.
    """
    _check(inputs.published_data)
    ended, values = await _outcome(inputs, ctx)
    own = _own_items(inputs, ended)
    try:
        records = records_of(inputs.published_data, values)
    except ValueError as error:
        raise ActivityFailed(str(error), [RunScriptPublished.model_validate(own)]) from None
    published = [RunScriptPublished.model_validate({**record, **own}) for record in records]
    if ended.exit_code:
        raise ActivityFailed(_reason(ended), published)
    return published


@run_script.simulate
async def what_would_run(inputs: RunScriptInputs, ctx: RunContext) -> RunScriptPublished:
    """The script itself. Raises ActivityFailed for wrong names and values, and for a missing interpreter.

    Nobody knows what a script does: what it would write and the items of the author are blank.
    """
    _check(inputs.published_data)
    _check_interpreter(inputs, by_name(inputs.variables))
    blank = dict.fromkeys(row.name for row in inputs.published_data)
    own = {"Script Body": inputs.script, "Script Language": inputs.type}
    return RunScriptPublished.model_validate({**blank, **own})


@run_script.limits
def what_is_missing() -> tuple[Limit, ...]:
    """PowerShell scripts need PowerShell."""
    reason = "PowerShell (pwsh) is not installed on the runbook server"
    return () if has_powershell() else (Limit(reason, input="type", values=("PowerShell",)),)


def _check(rows: Sequence[PublishedRow]) -> None:
    names = [row.name for row in rows]
    for name in names:
        if name in _OWN_ITEMS or names.count(name) > 1 or not name:
            raise ActivityFailed(f"Published data: the name '{name}' is empty or taken.")


def _check_interpreter(inputs: RunScriptInputs, variables: Mapping[str, Value]) -> None:
    if inputs.type == "Python":
        return  # the server's own
    _check_powershell(inputs)
    env = as_environment({name: to_text(value) for name, value in variables.items()})
    if inputs.type == "Shell" and shutil.which(program := _shell(inputs.script), path=env.get("PATH")) is None:
        raise ActivityFailed(f"The script could not be started: there is no program '{program}'.")


def _shell(script: str) -> str:
    """The program that a shell script asks for in its first line."""
    first = script.partition("\n")[0]
    if not first.startswith("#!"):
        return "/bin/sh"
    try:
        return next(iter(shlex.split(first.removeprefix("#!"))), "")
    except ValueError as error:
        raise ActivityFailed(str(error)) from None


def _check_powershell(inputs: RunScriptInputs) -> None:
    if inputs.type == "PowerShell" and not has_powershell():
        raise ActivityFailed("PowerShell (pwsh) is not installed on this runbook server.")


async def _outcome(inputs: RunScriptInputs, ctx: RunContext) -> Outcome:
    _check_powershell(inputs)
    script = Script(inputs.script, by_name(inputs.variables), inputs.published_data, ctx.temp_folder)
    try:
        return await _RUNNERS[inputs.type](script)
    except OSError as error:
        raise ActivityFailed(f"The script could not be started: {error.strerror or error}.") from None
    except ValueError as error:
        raise ActivityFailed(str(error)) from None


def _own_items(inputs: RunScriptInputs, ended: ProgramEnded) -> dict[str, str]:
    return {
        "Standard Output": ended.stdout.decode(errors="replace").rstrip("\r\n"),
        "Standard Error": ended.stderr.decode(errors="replace").rstrip("\r\n"),
        "Script Body": inputs.script,
        "Script Language": inputs.type,
    }


def _reason(ended: ProgramEnded) -> str:
    lines = ended.stderr.decode(errors="replace").strip().splitlines()
    return f"The script failed with exit code {ended.exit_code}" + (f": {lines[-1]}" if lines else ".")
