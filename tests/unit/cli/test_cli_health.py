"""`orchestrion health` with a server and without one, and `log-level`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrion.cli.failures import ExitCode
from tests.services.network import LOOPBACK, find_free_port
from tests.unit.cli.conftest import Command


def test_a_server_is_asked(orchestrion: Command) -> None:
    """The exit code says how it stands."""
    done = orchestrion("health", "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["status"]) == (0, "ok")
    assert {"database", "servers", "leader", "disk"} <= {each["code"] for each in found["checks"]}


def test_people_see_a_table(orchestrion: Command) -> None:
    """With what was seen."""
    done = orchestrion("health")
    assert "The installation is ok." in done.stdout
    assert "1 online." in done.stdout


def test_without_a_server_the_database_is_looked_at(command: Command, home: Path) -> None:
    """A migrated database without a runbook server fails, and the way out is named."""
    data = home / "data"
    command("key", "check", "--data-dir", data)
    done = command("health", "--data-dir", data)
    assert done.exit_code == 2
    assert "orchestrion runbook-server" in done.stdout
    assert "It fits the database." in done.stdout
    assert "No server answers" in done.stderr


def test_a_folder_without_an_installation_says_so(command: Command, home: Path) -> None:
    """And looking makes none."""
    done = command("health", "--data-dir", home / "data", "--json")
    assert done.exit_code == 2
    assert "no installation" in json.loads(done.stdout)["checks"][0]["detail"]
    assert not (home / "data").exists()


def test_a_lost_key_is_a_finding(command: Command, home: Path) -> None:
    """Not an error of the command."""
    data = home / "data"
    command("key", "check", "--data-dir", data)
    (data / "master.key").unlink()
    done = command("health", "--data-dir", data, "--json")
    checks = {each["code"]: each["status"] for each in json.loads(done.stdout)["checks"]}
    assert (done.exit_code, checks["key"]) == (2, "failing")


def test_a_database_that_is_away_is_a_finding(command: Command) -> None:
    """With the reason."""
    done = command("health", "--database", f"postgresql://x@{LOOPBACK}:{find_free_port()}/x", "--json")
    assert (done.exit_code, json.loads(done.stdout)["checks"][0]["code"]) == (2, "database")


def test_a_named_server_that_is_away_is_a_finding(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever names one wants to know about that one."""
    monkeypatch.setenv("ORCHESTRION_URL", f"http://{LOOPBACK}:{find_free_port()}")
    monkeypatch.setenv("ORCHESTRION_TOKEN", "any")
    done = command("health", "--json")
    assert (done.exit_code, json.loads(done.stdout)["checks"][0]["code"]) == (2, "web-service")


def test_the_level_of_the_log_is_changed(orchestrion: Command) -> None:
    """Of every process, or of one; a level that there is not is refused."""
    assert "Every process" in orchestrion("log-level", "info").stdout
    assert "one was asked" in orchestrion("log-level", "info", "--name", "one").stdout
    assert orchestrion("log-level", "loud").exit_code == ExitCode.REFUSED
