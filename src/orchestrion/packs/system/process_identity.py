"""Telling a process from a later one that got its number."""

from pathlib import Path

import psutil
from pydantic import BaseModel

from orchestrion.sdk.processes import matching_processes

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_START_TIME = 19  # of the fields behind the program's name in /proc/PID/stat: ticks since the boot


class Instance(BaseModel, frozen=True):
    """One process: its number and when it started, in a form that only has to be compared."""

    pid: int
    started: str


def boot_id() -> str:
    """What tells this run of the computer from every other one."""
    return _BOOT_ID.read_text().strip() if _BOOT_ID.is_file() else str(psutil.boot_time())


def instances_of(name_or_id: str) -> list[Instance]:
    """The running processes that `name_or_id` means."""
    found: list[Instance] = []
    for process in matching_processes(name_or_id):
        try:
            found.append(Instance(pid=process.pid, started=_started(process)))
        except psutil.NoSuchProcess:
            continue
    return found


def is_running(instance: Instance) -> bool:
    """Whether exactly this process runs; one that ended and waits for its parent to notice does not."""
    try:
        process = psutil.Process(instance.pid)
        return process.status() != psutil.STATUS_ZOMBIE and _started(process) == instance.started
    except psutil.NoSuchProcess:
        return False


def _started(process: psutil.Process) -> str:
    """Ticks since the boot where the system tells them: the time of day may be set in between."""
    try:
        stat = Path(f"/proc/{process.pid}/stat").read_text(errors="replace")
    except FileNotFoundError:
        return str(process.create_time())
    return stat.rpartition(")")[2].split()[_START_TIME]
