"""Commands that need no server: database, key, users, packs, configuration and reference."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from orchestrion.bootstrap.data_folder import locked
from orchestrion.cli.failures import ExitCode
from orchestrion.settings import Settings, load
from orchestrion.web.app import describe
from tests.unit.cli.conftest import Command, result


@pytest.fixture
def data(home: Path) -> Path:
    """An empty data folder."""
    return home / "data"


def test_a_database_is_migrated_and_checked(command: Command, data: Path) -> None:
    """Before, there is none; afterwards it is current."""
    before = result(command("db", "check", "--data-dir", data, "--json"))
    assert before["schema"] == "none"
    assert result(command("db", "migrate", "--data-dir", data, "--json"))["state"] == "current"


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense"])
def test_an_unknown_database_is_bad_usage(command: Command, url: str) -> None:
    """The message says which are known."""
    done = command("db", "check", "--database", url)
    assert done.exit_code == ExitCode.USAGE, done.output


@pytest.mark.parametrize("name", ["web", "runbook-server"])
def test_separate_servers_refuse_sqlite(command: Command, data: Path, name: str) -> None:
    """They need a database that several processes can share."""
    done = command(name, "--data-dir", data)
    assert done.exit_code == ExitCode.USAGE
    assert "postgresql://" in done.stderr


def test_a_key_is_made_once(command: Command, data: Path) -> None:
    """Readable by its owner, and never overwritten."""
    assert command("key", "create", "--data-dir", data).exit_code == 0
    assert stat.S_IMODE((data / "master.key").stat().st_mode) == 0o600
    assert command("key", "create", "--data-dir", data).exit_code == ExitCode.REFUSED


def test_another_key_than_the_databases_is_refused(command: Command, data: Path) -> None:
    """With the reason and the way out; so is none at all."""
    assert command("key", "check", "--data-dir", data).exit_code == 0
    (data / "master.key").unlink()
    missing = command("key", "check", "--data-dir", data)
    assert missing.exit_code == ExitCode.UNREACHABLE
    assert "--key-file" in missing.stderr
    command("key", "create", "--data-dir", data)
    assert command("key", "check", "--data-dir", data).exit_code == ExitCode.UNREACHABLE


def test_a_password_is_not_reset_behind_a_running_server(command: Command, data: Path) -> None:
    """SQLite serves one process: the command says which one holds the folder."""
    with locked(Settings(data_dir=data)):
        done = command("user", "reset-password", "admin", "--data-dir", data)
    assert done.exit_code == ExitCode.UNREACHABLE
    assert "Stop it first" in done.stderr


def test_resetting_the_password_of_nobody_is_refused(command: Command, data: Path) -> None:
    """The message names who there is."""
    assert command("user", "reset-password", "ghost", "--data-dir", data).exit_code == ExitCode.REFUSED


def test_an_enrolment_token_is_made_before_anybody_can_sign_in(command: Command, data: Path) -> None:
    """In a new database, which is made for it; alone on standard output, so that scripts can take it."""
    made = result(command("server", "token", "create", "--local", "--uses", 2, "--data-dir", data, "--json"))
    assert (made["uses"], made["created_by"], len(made["token"])) == (2, "Orchestrion", 43)
    done = command("server", "token", "create", "--local", "--quiet", "--data-dir", data)
    assert len(done.stdout.strip()) == 43
    assert result(command("key", "check", "--data-dir", data, "--json"))["state"] == "fits the database"


def test_a_database_is_only_named_for_a_token_that_is_made_there(command: Command, data: Path) -> None:
    """Otherwise it would go unheard, and the token would be another installation's."""
    done = command("server", "token", "create", "--database", f"sqlite:///{data}/orchestrion.db")
    assert done.exit_code == ExitCode.USAGE
    assert "--local" in done.stderr


def test_the_configuration_is_shown_with_its_sources(
    command: Command, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And with secrets masked."""
    monkeypatch.setenv("ORCHESTRION_DATABASE", "postgresql://me:canary@db/name")
    monkeypatch.setenv("ORCHESTRION_PROT", "1")
    done = command("config", "--data-dir", data, "--json")
    found = json.loads(done.stdout)
    assert found["database"] == {"value": "postgresql://me:***@db/name", "source": "variable"}
    assert found["data_dir"]["source"] == "flag"
    assert "ORCHESTRION_PROT" in done.stderr
    assert "canary" not in done.output


def test_openapi_prints_the_description(command: Command) -> None:
    """The same that the server serves."""
    assert result(command("openapi")) == describe()


@pytest.mark.parametrize("page", ["cli", "configuration", "schema"])
def test_the_reference_in_the_repository_is_what_the_code_says(command: Command, page: str) -> None:
    """A stale page is a lie."""
    files = {"cli": "cli.md", "configuration": "configuration.md", "schema": "runbook.schema.json"}
    written = Path(__file__).parents[3] / "docs" / "reference" / files[page]
    assert command("docs", page).stdout == written.read_text(encoding="utf-8")


def test_the_packs_of_the_product_pass_their_own_check(command: Command) -> None:
    """Ours are no exception."""
    done = command("pack", "check")
    assert done.exit_code == 0, done.output


def test_every_command_explains_itself(command: Command) -> None:
    """`--help` works everywhere and says what for."""
    listed = command("--help")
    assert listed.exit_code == 0
    for name in ("up", "web", "runbook-server", "runbook", "job", "doubt", "server", "pack", "db", "key", "user"):
        assert name in listed.stdout
        assert command(name, "--help").exit_code == 0


def test_the_default_data_folder_is_the_users(home: Path) -> None:
    """Nothing is written into the working directory."""
    assert load().settings.data_dir == home / "share" / "orchestrion"
