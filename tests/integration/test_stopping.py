"""How servers begin and end: they tell the service manager, finish what cannot be repeated, obey a second signal."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.installation import Installation
from tests.services.orchestrion import RUNBOOK_SERVER, OrchestrionProcess
from tests.services.postgres import Database
from tests.services.waiting import eventually

Start = Callable[..., OrchestrionProcess]
BUSY = """\
activities:
  wait:
    type: system.run-script
    name: Run Script
    inputs:
      type: Shell
      script: 'touch {folder}/begun; while [ ! -e {folder}/gate ]; do sleep 0.05; done'
links: []
"""


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The socket of a service manager that waits for its services."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "notify"))
        receiver.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield receiver


@pytest.fixture
def busy(orchestrion: OrchestrionProcess, tmp_path: Path) -> Installation:
    """A server that runs a script, which ends when there is a file `gate`."""
    installation = Installation(orchestrion)
    installation.add("Busy", BUSY.replace("{folder}", str(tmp_path)))
    installation.start("Busy")
    eventually((tmp_path / "begun").exists, "the script to begin")
    return installation


@pytest.fixture
def stopping(busy: Installation) -> OrchestrionProcess:
    """The busy server, asked to end."""
    os.kill(busy.process.process.pid, signal.SIGTERM)
    busy.process.process.wait_for_line("Stopping", 10)
    return busy.process


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_server_ends_in_order(orchestrion: OrchestrionProcess, asked: signal.Signals) -> None:
    """Exit code 0, for the service manager's signal and for Ctrl+C."""
    os.kill(orchestrion.process.pid, asked)
    assert orchestrion.process.wait() == 0


def test_the_service_manager_is_told(heard: socket.socket, start_orchestrion: Start) -> None:
    """When the service answers, and when it begins to stop."""
    process = start_orchestrion()
    assert heard.recv(100) == b"READY=1"
    assert process.stop() == 0
    assert heard.recv(100) == b"STOPPING=1"


@pytest.mark.parametrize("command", ["web", RUNBOOK_SERVER])
def test_each_kind_of_server_tells(
    heard: socket.socket, start_orchestrion: Start, postgres_database: Database, command: str
) -> None:
    """The web service and the runbook server as well, and both end in order."""
    process = start_orchestrion("--database", postgres_database.url, command=command)
    assert heard.recv(100) == b"READY=1"
    assert process.stop() == 0


def test_a_stop_waits_for_what_cannot_be_repeated(
    stopping: OrchestrionProcess, busy: Installation, tmp_path: Path
) -> None:
    """The script ends within the grace; nothing is in doubt, and the run goes on at the next start."""
    (tmp_path / "gate").touch()
    assert stopping.process.wait() == 0
    stopping.start()
    [job] = busy.request("GET", "/jobs")["items"]
    assert busy.wait_for_status(job["id"], "success", "held")["status"] == "success"


def test_a_second_signal_ends_at_once(stopping: OrchestrionProcess, busy: Installation) -> None:
    """As a crash would: the next start asks what became of the script."""
    os.kill(stopping.process.pid, signal.SIGTERM)
    assert stopping.process.wait(5) == -signal.SIGTERM
    stopping.start()
    [job] = busy.request("GET", "/jobs")["items"]
    assert busy.wait_for_status(job["id"], "success", "held")["status"] == "held"
