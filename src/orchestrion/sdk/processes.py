"""Which processes of this computer a name or an id means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

import psutil


def matching_processes(name_or_id: str) -> list[psutil.Process]:
    """The running processes that `name_or_id` means, by process id.

    A number is a process id; anything else the name of a program, with or without its folder, in any case. Processes
    that ended and only wait for their parent to notice do not run.
    """
    wanted = name_or_id.strip()
    if wanted.isascii() and wanted.isdecimal():
        return [each for each in _running() if each.pid == int(wanted)]
    return [each for each in _running() if wanted.casefold() in _names(each)]


def _running() -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE:
                yield process
        except psutil.NoSuchProcess:
            continue


def _names(process: psutil.Process) -> set[str]:
    """The names a process goes by: its own, its program's with and without folder, and that of the script it runs.

    The system cuts names off; a script that was started by its own name is told by the rest in the command line.
    """
    try:
        name, command = process.name(), process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return set()
    scripts = [each for each in command[1:2] if PurePath(each).name.startswith(name)]
    files = [*command[:1], *scripts]
    return {each.casefold() for each in (name, *files, *(PurePath(file).name for file in files)) if each}
