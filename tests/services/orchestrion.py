"""The installed command as a child process with a data folder of its own."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.services.enrolment import enrolment_token
from tests.services.network import LOOPBACK, find_free_port
from tests.services.processes import ReadProcess

COMMAND = Path(sys.executable).parent / "orchestrion"
RUNBOOK_SERVER = "runbook-server"  # listens nowhere
READY = "Orchestrion is ready at "
READY_SECONDS = 45


def clean_environment() -> dict[str, str]:
    """This process's environment without the product's own variables."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ORCHESTRION_")}


class OrchestrionProcess:
    """One `orchestrion up` (or another long-running command); it may be killed and started again."""

    def __init__(self, data_dir: Path, *arguments: str, command: str = "up") -> None:
        """The data folder and, where it has one, the port stay the same over restarts; nothing runs before `start`."""
        self.data_dir = data_dir
        self.port = find_free_port()
        self.output = ""  # of all processes that have ended
        where = [] if command == RUNBOOK_SERVER else ["--host", LOOPBACK, "--port", str(self.port)]
        self._arguments = [command, "--data-dir", str(data_dir), *where, *arguments]
        self._ready = "The runbook server " if command == RUNBOOK_SERVER else READY
        self._process: ReadProcess | None = None

    @property
    def process(self) -> ReadProcess:
        """The running process."""
        assert self._process is not None, "not started"
        return self._process

    @property
    def address(self) -> str:
        """What it said it is ready at, such as http://127.0.0.1:8420."""
        line = self.process.wait_for_line(READY, READY_SECONDS)
        found = re.search(r"https?://[^\s]+", line)
        assert found, line
        return found.group().rstrip("/")

    def start(self, **variables: str) -> None:
        """Start it, with more variables, and wait until it says that it is ready."""
        env = clean_environment() | variables
        self._process = ReadProcess([str(COMMAND), *self._arguments], cwd=self.data_dir, env=env)
        self._process.wait_for_line(self._ready, READY_SECONDS)

    def stop(self) -> int:
        """Stop it in order; gives the exit code."""
        code = self.process.stop()
        self._forget()
        return code

    def kill(self) -> None:
        """End it as a power cut would (`kill -9`)."""
        self.process.kill()
        self._forget()

    def close(self) -> None:
        """Stop it, where it runs."""
        if self._process is not None and self._process.is_running():
            self.stop()

    def _forget(self) -> None:
        self.output += self.process.output
        self._process = None


@pytest.fixture
def start_orchestrion(tmp_path: Path) -> Iterator[Callable[..., OrchestrionProcess]]:
    """Starts the command with more flags: `start_orchestrion("--database", url, command="web")`.

    Each has a data folder of its own; all are stopped at the end.
    """
    started: list[OrchestrionProcess] = []

    def start(*arguments: str, command: str = "up") -> OrchestrionProcess:
        data_dir = tmp_path / f"data{len(started)}"
        data_dir.mkdir()
        started.append(OrchestrionProcess(data_dir, *arguments, command=command))
        if command == RUNBOOK_SERVER:
            started[-1].start(ORCHESTRION_ENROL=enrolment_token(arguments[arguments.index("--database") + 1]))
        else:
            started[-1].start()
        return started[-1]

    yield start
    for process in started:
        process.close()


@pytest.fixture
def orchestrion(start_orchestrion: Callable[..., OrchestrionProcess]) -> OrchestrionProcess:
    """A running `orchestrion up` on SQLite in a temporary data folder."""
    return start_orchestrion()
