"""How a command finds the server it talks to."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from orchestrion.bootstrap.data_folder import LocalClient, write_local_client
from orchestrion.cli.failures import ExitCode
from orchestrion.cli.logins import logins_path
from orchestrion.services.throttle import FREE_FAILURES
from orchestrion.settings import LOCAL_CLIENT_FILE
from tests.services.web_service import WebService
from tests.unit.cli.conftest import Command


def test_login_keeps_a_token_that_only_the_owner_may_read(command: Command, service: WebService) -> None:
    """Later commands need no flags."""
    done = command("login", service.url, "--user", "admin", "--password", service.password)
    assert done.exit_code == 0, done.output
    assert stat.S_IMODE(logins_path().stat().st_mode) == 0o600
    assert command("runbook", "list").exit_code == 0


def test_logout_forgets_the_token(command: Command, service: WebService) -> None:
    """Then the server is unknown again."""
    command("login", service.url, "--user", "admin", "--password", service.password)
    assert command("logout", service.url).exit_code == 0
    assert command("runbook", "list", "--url", service.url).exit_code == ExitCode.REFUSED
    assert command("logout", service.url).exit_code == ExitCode.REFUSED


def test_a_wrong_password_is_refused(command: Command, service: WebService) -> None:
    """Nothing is kept."""
    done = command("login", service.url, "--user", "nobody", "--password", "wrong")
    assert done.exit_code == ExitCode.REFUSED
    assert not logins_path().exists()


def test_too_many_wrong_passwords_are_refused_like_one(command: Command, service: WebService) -> None:
    """The exit code stays that of a refusal, and the message says how long to wait."""
    words = ("login", service.url, "--user", "guessed", "--password", "wrong")
    tries = (command(*words) for _ in range(2 * FREE_FAILURES))
    refused = next(done for done in tries if "Try again in" in done.stderr)
    assert refused.exit_code == ExitCode.REFUSED


def test_without_any_server_the_ways_out_are_told(command: Command) -> None:
    """Start one, sign in to one, or name one."""
    done = command("runbook", "list")
    assert done.exit_code == ExitCode.UNREACHABLE
    assert "orchestrion up" in done.stderr


@pytest.mark.parametrize("folder", ["share/orchestrion", ".data"])
def test_the_server_of_this_machine_is_found(command: Command, service: WebService, home: Path, folder: str) -> None:
    """In the user's data folder and in that of a checkout."""
    (home / folder).mkdir(parents=True)
    write_local_client(home / folder, LocalClient(service.url, service.token))
    assert stat.S_IMODE((home / folder / LOCAL_CLIENT_FILE).stat().st_mode) == 0o600
    assert command("runbook", "list").exit_code == 0


def test_a_named_data_folder_wins_over_a_stored_login(command: Command, service: WebService, home: Path) -> None:
    """Whoever names a folder means it, also when nothing was started there."""
    command("login", service.url, "--user", "admin", "--password", service.password)
    done = command("runbook", "list", "--data-dir", home / "empty")
    assert done.exit_code == ExitCode.UNREACHABLE
    assert "no server has been started" in done.stderr
