"""How commands fail: exit codes, and the one place that turns errors into them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from enum import IntEnum
from typing import ParamSpec

import typer

from orchestrion.cli.terminal import terminal
from orchestrion.model.errors import InvalidError, OrchestrionError, UnavailableError
from orchestrion.settings import ConfigurationError

P = ParamSpec("P")


class ExitCode(IntEnum):
    """What the exit code of a command says; part of the interface."""

    SUCCESS = 0
    UNEXPECTED = 1
    USAGE = 2
    FAILED_RUN = 3
    REFUSED = 4
    UNREACHABLE = 5


class CommandError(Exception):
    """A command cannot do what it was asked; `lines` are printed below the message."""

    def __init__(self, code: ExitCode, message: str, lines: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.lines = lines


def reports_failures(function: Callable[P, None]) -> Callable[P, None]:
    """A command whose errors become a message on standard error and an exit code."""

    @functools.wraps(function)
    def command(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except (CommandError, OrchestrionError) as error:
            _report(error)
        except ExceptionGroup as group:
            known = single(group)
            if known is None:
                raise
            _report(known)

    return command


def single(group: BaseExceptionGroup[BaseException]) -> CommandError | OrchestrionError | None:
    """The one error of ours that a task group ended with, or None when there is another."""
    if len(group.exceptions) != 1:
        return None
    inner = group.exceptions[0]
    if isinstance(inner, BaseExceptionGroup):
        return single(inner)
    return inner if isinstance(inner, (CommandError, OrchestrionError)) else None


def code_of(error: CommandError | OrchestrionError) -> ExitCode:
    """The exit code for an error."""
    match error:
        case CommandError():
            return error.code
        case ConfigurationError():
            return ExitCode.USAGE
        case UnavailableError():
            return ExitCode.UNREACHABLE
        case _:
            return ExitCode.REFUSED


def _report(error: CommandError | OrchestrionError) -> None:
    lines = error.lines if isinstance(error, CommandError) else ()
    if isinstance(error, InvalidError):
        lines = tuple(problem for problem in error.problems if problem not in str(error))
    terminal().complain(str(error), lines)
    raise typer.Exit(code_of(error)) from None
