"""Child processes whose output is read while they run."""

import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

STOP_SECONDS = 20


class ReadProcess:
    """A started program; a thread keeps every line of its output (standard error included)."""

    def __init__(self, command: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> None:
        """Starts the program at once."""
        self.command = list(command)
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            self.command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, bufsize=1,
        )  # fmt: skip
        self._ended = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def output(self) -> str:
        """All output so far."""
        return "\n".join(self.lines)

    def wait_for_line(self, part: str, seconds: float) -> str:
        """The first line that contains `part`; fails with the whole output when the program ends without it."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._ended or self._find(part) is not None, seconds):
                raise TimeoutError(f"no line with {part!r} within {seconds} s from {self.command}:\n{self.output}")
            found = self._find(part)
        if found is None:
            raise RuntimeError(f"{self.command} ended ({self._process.wait()}) without {part!r}:\n{self.output}")
        return found

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        """The exit code, as soon as the program has ended by itself; negative for a signal."""
        code = self._process.wait(seconds)
        self._reader.join(seconds)
        return code

    def stop(self) -> int:
        """Ask the program to end (SIGTERM) and wait for its exit code; kills it when it does not listen."""
        self._process.terminate()
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """End the program as a power cut would (SIGKILL)."""
        self._process.kill()
        self.wait()

    def is_running(self) -> bool:
        """Whether the program has not ended."""
        return self._process.poll() is None

    def _find(self, part: str) -> str | None:
        return next((line for line in self.lines if part in line), None)

    def _read(self) -> None:
        output = self._process.stdout
        if output is None:
            raise RuntimeError("started without a pipe")
        with output:
            for line in output:
                with self._changed:
                    self.lines.append(line.rstrip("\n"))
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()
