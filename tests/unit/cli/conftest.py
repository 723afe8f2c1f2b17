"""Commands run in this process, against a web service on a thread."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from orchestrion.cli.main import app
from tests.services.runbooks import HELLO
from tests.services.web_service import WebService

Command = Callable[..., Result]


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebService]:
    """A running web service with the runbook Hello."""
    with WebService(tmp_path_factory.mktemp("data")) as running:
        with running.with_token() as api:
            api.post("/runbooks/import", json={"files": [{"path": "hello.yaml", "text": HELLO}]}).raise_for_status()
        yield running


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No command sees this machine's own data, logins or variables."""
    for name in ("URL", "TOKEN", "DATA_DIR", "CONFIG", "MASTER_KEY", "PASSWORD"):
        monkeypatch.delenv(f"ORCHESTRION_{name}", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def command() -> Command:
    """Runs a command: `command("job", "list")`."""
    runner = CliRunner()
    return lambda *words: runner.invoke(app, [str(word) for word in words])


@pytest.fixture
def orchestrion(command: Command, service: WebService, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command that reaches the service by the variables."""
    monkeypatch.setenv("ORCHESTRION_URL", service.url)
    monkeypatch.setenv("ORCHESTRION_TOKEN", service.token)
    return command


def result(done: Result) -> Any:
    """The JSON that a successful command printed."""
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)
