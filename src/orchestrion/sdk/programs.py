"""Starting programs from an activity, so that none outlives the server that started it (durability.md 5)."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import anyio
import anyio.to_thread
from anyio.abc import Process

_SUPERVISOR = Path(__file__).with_name("supervisor.py")
_OWN_SETTINGS = "ORCHESTRION_"  # the server's settings name its database and its keys: no program sees them
_detached: set[int] = set()  # process ids, kept until they have ended, so that none stays behind as a zombie
_ERROR_BYTES = 4096  # of what a program that was read from complained about
_KILL_GRACE_SECONDS = 5.0  # for output to drain after a kill; a pipe held open by a stranger must not hold the activity


@dataclass(frozen=True, slots=True)
class ProgramRequest:
    """What to start: program and arguments, never a line for a shell to split.

    `env` is added to the server's own environment, from which the server's settings (ORCHESTRION_*) are taken out.
    """

    argv: Sequence[str]
    folder: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    stdin: bytes = b""


@dataclass(frozen=True, slots=True)
class ProgramEnded:
    """How a program ended: its id, exit code (negative: the signal that ended it) and what it wrote."""

    pid: int
    exit_code: int
    stdout: bytes
    stderr: bytes


async def run_program(request: ProgramRequest, timeout_seconds: float = 0) -> ProgramEnded:
    """Runs a program to its end; a cancelled or timed-out one is killed with all it started.

    Raises OSError when it cannot be started, TimeoutError when `timeout_seconds` (0 = none) have passed.
    """
    with anyio.fail_after(timeout_seconds or None):
        async with _supervised(request) as (process, status):
            stdout, stderr = await _communicate(process, request.stdin)
            await process.wait()
            pid, exit_code = _read_status(await status.text())
            return ProgramEnded(pid, exit_code, stdout, stderr)


class RunningProgram:
    """A program whose output is read while it runs."""

    def __init__(self, process: Process, status: _Status, errors: IO[bytes]) -> None:
        self._process = process
        self._status = status
        self._errors = errors

    async def lines(self) -> AsyncIterator[bytes]:
        """Each line of its standard output as it comes, without the line ending; ends when the program closes it."""
        if self._process.stdout is None:
            return
        rest = b""
        async for chunk in self._process.stdout:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield line
        if rest:
            yield rest

    async def end(self) -> ProgramEnded:
        """How it ended, once all lines were read. Raises OSError when it could not be started."""
        await self._process.wait()
        pid, exit_code = _read_status(await self._status.text())
        self._errors.seek(0)
        return ProgramEnded(pid, exit_code, b"", self._errors.read(_ERROR_BYTES))


@asynccontextmanager
async def open_program(request: ProgramRequest) -> AsyncIterator[RunningProgram]:
    """Starts a program that goes on while its output is read; leaving the context ends it with all it started.

    Nothing goes to its standard input.
    """
    with tempfile.TemporaryFile() as errors:  # a pipe that nobody reads would stop the program when it is full
        async with _supervised(request, errors) as (process, status):
            if process.stdin is not None:
                await process.stdin.aclose()
            yield RunningProgram(process, status, errors)


def start_detached(request: ProgramRequest) -> int:
    """Starts a program that goes on by itself, also after the server ends; gives its process id.

    Raises OSError when it cannot be started.
    """
    _reap()
    process = subprocess.Popen(
        list(request.argv),
        cwd=request.folder,
        env=_environment(request),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _detached.add(process.pid)
    process.returncode = 0  # the object has no more to do, and would warn that its process goes on
    return process.pid


def _reap() -> None:
    for pid in tuple(_detached):
        try:
            if os.waitpid(pid, os.WNOHANG) == (0, 0):
                continue
        except ChildProcessError:
            pass  # somebody waited for it
        _detached.discard(pid)


def _environment(request: ProgramRequest) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OWN_SETTINGS)}
    return {**kept, **request.env}


class _Status:
    """The lines that the supervisor reports, read when it has ended."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    async def text(self) -> str:
        return await anyio.to_thread.run_sync(self._read)

    def _read(self) -> str:
        with os.fdopen(os.dup(self._descriptor), "rb") as stream:
            return stream.read().decode()


@asynccontextmanager
async def _supervised(
    request: ProgramRequest, errors: IO[bytes] | int = subprocess.PIPE
) -> AsyncIterator[tuple[Process, _Status]]:
    """The supervisor of the program, which dies with this process because the control pipe closes."""
    control_read, control_write = os.pipe()
    status_read, status_write = os.pipe()
    try:
        process = await anyio.open_process(
            [sys.executable, "-I", "-S", str(_SUPERVISOR), str(control_read), str(status_write), "--", *request.argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=request.folder,
            env=_environment(request),
            pass_fds=(control_read, status_write),
            start_new_session=True,
        )
        os.close(status_write)
        status_write = -1
        try:
            yield process, _Status(status_read)
        finally:
            os.close(control_write)  # the supervisor kills the program, if it still runs
            control_write = -1
            with anyio.move_on_after(_KILL_GRACE_SECONDS, shield=True):
                await process.aclose()
    finally:
        for descriptor in (control_read, control_write, status_read, status_write):
            if descriptor >= 0:
                os.close(descriptor)


async def _communicate(process: Process, stdin: bytes) -> tuple[bytes, bytes]:
    found: dict[str, bytes] = {"stdout": b"", "stderr": b""}

    async def read(name: str) -> None:
        stream = process.stdout if name == "stdout" else process.stderr
        if stream is not None:
            found[name] = b"".join([chunk async for chunk in stream])

    async def write() -> None:
        if process.stdin is None:
            return
        try:
            if stdin:
                await process.stdin.send(stdin)
            await process.stdin.aclose()
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            pass  # a program need not read what it is given

    async with anyio.create_task_group() as group:
        group.start_soon(read, "stdout")
        group.start_soon(read, "stderr")
        group.start_soon(write)
    return found["stdout"], found["stderr"]


def _read_status(report: str) -> tuple[int, int]:
    facts = dict(line.split(" ", 1) for line in report.splitlines() if " " in line)
    if "error" in facts:
        raise OSError(facts["error"])
    return int(facts.get("pid", 0)), int(facts.get("exit", -9))
