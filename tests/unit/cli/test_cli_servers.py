"""Commands about runbook servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from orchestrion.cli.failures import ExitCode
from tests.unit.cli.conftest import Command, result


@pytest.fixture
def name(orchestrion: Command) -> Iterator[str]:
    """The only server; afterwards it works again, without a limit."""
    (found,) = result(orchestrion("server", "list", "--json"))
    yield found["name"]
    orchestrion("server", "resume", found["name"])
    orchestrion("server", "limit", "*", "none")


def test_servers_are_listed_with_their_limits(orchestrion: Command, name: str) -> None:
    """The limit that counts is shown, whoever set it."""
    orchestrion("server", "limit", name, "7")
    line = orchestrion("server", "list").stdout.splitlines()[1]
    assert line.split()[:2] == [name, "online"]
    assert " 7 " in line
    assert "capacity:" in orchestrion("server", "limit", name, "none").stdout


def test_a_server_is_drained_maintained_and_resumed(orchestrion: Command, name: str) -> None:
    """Each command shows how it stands then."""
    for words, status in (
        (("drain", name, "--now"), "draining"),
        (("maintenance", name, "on"), "maintenance"),
        (("maintenance", name, "off"), "online"),
        (("drain", name), "draining"),
        (("resume", name), "online"),
    ):
        assert result(orchestrion("server", *words, "--json"))["status"] == status


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("show", "nobody"), ExitCode.REFUSED),
        (("remove", "nobody"), ExitCode.REFUSED),
        (("limit", "*", "many"), ExitCode.USAGE),
        (("maintenance", "nobody", "perhaps"), ExitCode.USAGE),
        (("default", "set", "nobody"), ExitCode.REFUSED),
        (("default", "assignment", "mine"), ExitCode.REFUSED),
    ],
)
def test_what_makes_no_sense_is_refused(orchestrion: Command, words: tuple[str, ...], code: ExitCode) -> None:
    """With a message, and the exit code for its kind."""
    done = orchestrion("server", *words)
    assert done.exit_code == code
    assert done.stderr.startswith("error: ")


def test_defaults_are_set_and_shown(orchestrion: Command, name: str) -> None:
    """Setting none means all."""
    assert f"servers:     {name}\n" in orchestrion("server", "default", "set", name).stdout
    assert "round-robin" in orchestrion("server", "default", "assignment", "round-robin").stdout
    orchestrion("server", "default", "set")
    orchestrion("server", "default", "assignment", "spill-over")
    assert result(orchestrion("server", "default", "show", "--json")) == {"servers": [], "assignment": "spill-over"}


def test_a_token_is_made_listed_and_revoked(orchestrion: Command) -> None:
    """Alone on standard output, so that scripts can take it."""
    done = orchestrion("server", "token", "create", "--uses", "2", "--tag", "zone=dmz", "--quiet")
    assert len(done.stdout.strip()) == 43
    newest = result(orchestrion("server", "token", "list", "--json"))[0]
    assert (newest["uses"], newest["tags"]) == (2, ["zone=dmz"])
    assert orchestrion("server", "token", "revoke", newest["id"]).stdout == "Revoked.\n"


def test_promoting_the_only_server_changes_nothing(orchestrion: Command, name: str) -> None:
    """It stays the primary."""
    for words in (("promote", name, "--to-primary"), ("demote", name)):
        assert [each["role"] for each in result(orchestrion("server", *words, "--json"))] == ["primary"]
