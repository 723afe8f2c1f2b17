"""One life of a server process, held by a file descriptor: what is killed is never a stranger with the same number."""

from __future__ import annotations

import asyncio
import os
import signal


class Life:
    """A running process; it must be certain to live when this is made.

    `ended` is set when the process is gone with all that it held.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.ended = asyncio.Event()
        self._is_killed = False
        self._descriptor = os.pidfd_open(pid)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._descriptor, self._end)

    def kill(self) -> bool:
        """Ends it as a power cut would; False when it was ended before."""
        if self._is_killed or self.ended.is_set():
            return False
        signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
        self._is_killed = True
        return True

    def _end(self) -> None:
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)
        self.ended.set()
