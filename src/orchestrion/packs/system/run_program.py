"""Run Program: an executable, or a line for the command shell."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias, TypedDict

import anyio.to_thread

from orchestrion.packs.system.command_line import split_parameters
from orchestrion.packs.system.environment import Variable, as_environment, by_name
from orchestrion.packs.system.identity import identity_of
from orchestrion.packs.system.output_file import keep_output
from orchestrion.sdk import (
    ActivityFailed,
    ActivityInputs,
    Limit,
    ProgramEnded,
    ProgramRequest,
    PublishedModel,
    RunContext,
    Secret,
    activity,
    field,
    is_this_computer,
    item,
    start_detached,
    to_text,
)
from orchestrion.sdk import run_program as run_to_the_end

PROGRAM, COMMAND = "Program execution", "Command execution"
INTERACTIVE, LOW = "Interactive", "Background, low priority"
WAIT, DETACH = "Wait for the completion of the program", "Do not wait for the completion of the program"
Mode: TypeAlias = Literal["Program execution", "Command execution"]
ExecutionMode: TypeAlias = Literal["Interactive", "Background, normal priority", "Background, low priority"]
Completion: TypeAlias = Literal[
    "Wait for the completion of the program", "Do not wait for the completion of the program"
]

_NICENESS = 10  # of 19: below everything with normal priority, and still not starved
_MINUTE_SECONDS = 60


class RunProgramInputs(ActivityInputs):
    """What to start, where, and how."""

    mode: Mode = field("Mode", default=PROGRAM)
    computer: str = field("Computer", default="localhost", kind="computer")
    program_path: str = field(
        "Program path",
        kind="path",
        help="Command execution: the whole line for the shell. Do not put published data into it, because the shell "
        "would read it as part of the command; give it under Variables and write $NAME in quotes.",
    )
    parameters: str = field("Parameters", default="", shown_when=("mode", [PROGRAM]))
    arguments: list[str] = field(
        "Arguments",
        default=[],
        help="Added to the parameters. Each is exactly one argument, whatever it holds: the place for published data.",
        shown_when=("mode", [PROGRAM]),
    )
    variables: list[Variable] = field("Variables", default=[], help="Environment variables of the program.")
    working_folder: str = field("Working folder", default="", kind="path")
    execution_mode: ExecutionMode = field("Execution mode", default="Background, normal priority", tab="Advanced")
    completion: Completion = field("Completion", default=WAIT, tab="Advanced")
    terminate_after: float = field(
        "Terminate after", default=0, tab="Advanced", help="Minutes; 0 = no limit.", shown_when=("completion", [WAIT])
    )
    successful_exit_codes: list[int] = field(
        "Successful exit codes",
        default=[],
        tab="Advanced",
        help="Any other exit code fails the activity. Without any, the exit code is data to branch on.",
        shown_when=("completion", [WAIT]),
    )
    user_name: str = field("User name", default="", tab="Advanced", help="Needs a server that runs as root.")
    password: Secret = field("Password", default=Secret(""), tab="Advanced")


class RunProgramPublished(PublishedModel):
    """What was started, and how it ended."""

    program_path: str | None = item("Program path")
    program_parameters: str | None = item("Program parameters", description="Program execution only.")
    working_folder_path: str | None = item("Working folder path")
    process_id: int | None = item("Process ID", description="Command execution: the shell's.")
    program_exit_code: int | None = item("Program exit code", description="Negative: the signal that ended it.")
    computer: str | None = item("Computer")
    program_output: str | None = item("Program output", description="Standard output, then standard error.")
    pure_output: str | None = item("Pure Output", description="Standard output as it came.")
    program_output_file: str | None = item("Program output file", description="Kept for a day.")
    unc_program_output_file: str | None = item("UNC program output file", description="Windows only.")


class _Known(TypedDict):
    """What is published and known before the start."""

    program_path: str
    program_parameters: str | None
    working_folder_path: str
    computer: str


@activity("Run Program", category="System", effect="once")
async def run_program(inputs: RunProgramInputs, ctx: RunContext) -> RunProgramPublished | None:
    """Start an executable or a shell command line, and collect its output and exit code.

    Effect class `once`: nobody knows what a program does, so after a crash a person decides. Program execution starts
    the program itself with its arguments and no shell; Command execution hands the line to the shell as its author
    wrote it. Our choices where the documentation is silent: the exit code is data, unless the successful ones are
    listed; the modes that come first in daily work are the defaults. As documented, the time limit ends the program
    (with all it started) and fails the activity, and without waiting nothing is published. An account that cannot be
    switched to, or a password that cannot be checked, fails the activity before anything starts.
    """
    request = _request(inputs)
    if inputs.completion == DETACH:
        await _started(request)
        return None
    ended = await _ended(request, inputs.terminate_after)
    published = await _published(inputs, ended, ctx)
    if inputs.successful_exit_codes and ended.exit_code not in inputs.successful_exit_codes:
        raise ActivityFailed(f"The program ended with exit code {ended.exit_code}.", [published])
    return published


@run_program.simulate
async def what_would_start(inputs: RunProgramInputs, ctx: RunContext) -> RunProgramPublished:
    """What would be started. Raises ActivityFailed when program, folder, account or arguments rule that out.

    Nobody knows what a program does: its output, exit code and process id are blank. A command line is not looked
    into, because only the shell could say what it means.
    """
    _request(inputs)
    return RunProgramPublished() if inputs.completion == DETACH else RunProgramPublished(**_known(inputs))


@run_program.limits
def what_is_missing() -> tuple[Limit, ...]:
    """Interactive programs need a desktop."""
    reason = "the runbook server has no desktop session for interactive programs"
    return () if _has_desktop() else (Limit(reason, input="execution_mode", values=(INTERACTIVE,)),)


def _has_desktop() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _request(inputs: RunProgramInputs) -> ProgramRequest:
    if not is_this_computer(inputs.computer):
        raise ActivityFailed(
            f"Programs cannot be started on '{inputs.computer}' from here. "
            "Run the runbook on a server on that computer, or start a remote shell such as ssh as the program."
        )
    if inputs.execution_mode == INTERACTIVE and not _has_desktop():
        raise ActivityFailed("This runbook server has no desktop session. Choose an execution mode in the background.")
    identity = identity_of(inputs.user_name, inputs.password.get_secret_value())
    nice = ("nice", "-n", str(_NICENESS)) if inputs.execution_mode == LOW else ()
    variables = {name: to_text(value) for name, value in by_name(inputs.variables).items()}
    return ProgramRequest(
        argv=[*identity.prefix, *nice, *_own_arguments(inputs)],
        folder=_folder(inputs.working_folder),
        env=as_environment({**identity.env, **variables}),
    )


def _own_arguments(inputs: RunProgramInputs) -> Sequence[str]:
    if inputs.mode == COMMAND:
        return ["/bin/sh", "-c", inputs.program_path]
    try:
        arguments = [_program(inputs), *split_parameters(inputs.parameters), *inputs.arguments]
    except ValueError as error:
        raise ActivityFailed(f"Parameters: {error}.") from None
    if any("\0" in argument for argument in arguments):
        raise ActivityFailed("An argument holds a zero byte, which no program can be given.")
    return arguments


def _program(inputs: RunProgramInputs) -> str:
    """The program's file, looked for here: the wrappers in front of it would report less clearly that it is missing."""
    asked = inputs.program_path
    if os.sep in asked and inputs.working_folder:
        asked = str(Path(inputs.working_folder) / asked)
    found = shutil.which(asked)
    if found is None:
        raise ActivityFailed(f"There is no program '{inputs.program_path}' that this runbook server may start.")
    return found


def _folder(working_folder: str) -> Path | None:
    if not working_folder:
        return None
    if not Path(working_folder).is_dir():
        raise ActivityFailed(f"The working folder '{working_folder}' does not exist.")
    return Path(working_folder)


async def _started(request: ProgramRequest) -> None:
    try:
        await anyio.to_thread.run_sync(start_detached, request)
    except OSError as error:
        raise ActivityFailed(f"The program could not be started: {error.strerror or error}.") from None


async def _ended(request: ProgramRequest, minutes: float) -> ProgramEnded:
    try:
        return await run_to_the_end(request, timeout_seconds=minutes * _MINUTE_SECONDS)
    except TimeoutError:
        raise ActivityFailed(f"The program was ended because it ran longer than {to_text(minutes)} minutes.") from None
    except OSError as error:
        raise ActivityFailed(f"The program could not be started: {error.strerror or error}.") from None


async def _published(inputs: RunProgramInputs, ended: ProgramEnded, ctx: RunContext) -> RunProgramPublished:
    console = ended.stdout + ended.stderr
    return RunProgramPublished(
        **_known(inputs),
        process_id=ended.pid,
        program_exit_code=ended.exit_code,
        program_output=console.decode(errors="replace").replace("\r\n", "\n").rstrip("\n"),
        pure_output=ended.stdout.decode(errors="replace"),
        program_output_file=await _output_file(console, ctx),
    )


def _known(inputs: RunProgramInputs) -> _Known:
    return _Known(
        program_path=inputs.program_path,
        program_parameters=inputs.parameters if inputs.mode == PROGRAM else None,
        working_folder_path=inputs.working_folder,
        computer=inputs.computer,
    )


async def _output_file(console: bytes, ctx: RunContext) -> str | None:
    try:
        return str(await anyio.to_thread.run_sync(keep_output, ctx.execution_id, console))
    except OSError as error:
        ctx.log(f"The output is in no file: {error}")  # the program ran, and its output is published
        return None
