"""Runs one program and ends it, with everything it started, when the server that asked for it goes away.

Started as `python -I -S supervisor.py CONTROL STATUS -- PROGRAM ARGUMENT…` with two pipe ends: the server keeps the
other end of CONTROL open and never writes; when it closes, by will or by death, the program's process group is killed.
On STATUS one line says `pid N` or `error TEXT`, and at the end `exit CODE`. Only small parts of the standard library
are imported: this file's start-up time is part of every program run.
"""

import os
import select
import signal
import sys
from contextlib import suppress


def main(control: int, status: int, argv: list[str]) -> None:
    """Runs `argv` until it ends or CONTROL closes; exits with 0 in both cases, as STATUS tells the rest."""
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker)
    try:
        pid = os.posix_spawnp(argv[0], argv, os.environ, setsid=True, setsigdef=[signal.SIGCHLD, signal.SIGPIPE])
    except OSError as error:
        _say(status, f"error {error.strerror}")
        return
    _say(status, f"pid {pid}")
    while True:
        ready, _, _ = select.select([control, woken], [], [])
        if control in ready:
            _kill_group(pid)
            return
        os.read(woken, 512)
        ended, code = os.waitpid(pid, os.WNOHANG)
        if ended:
            _say(status, f"exit {os.waitstatus_to_exitcode(code)}")
            return


def _say(status: int, line: str) -> None:
    with suppress(BrokenPipeError):
        os.write(status, f"{line}\n".encode())


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[4:])
