"""Commands about variables, counters and computer groups."""

from __future__ import annotations

import io

import pytest

from orchestrion.cli.failures import ExitCode
from tests.unit.cli.conftest import Command, result


def test_a_variable_is_set_listed_and_deleted(orchestrion: Command) -> None:
    """What is not given stays."""
    result(orchestrion("variable", "set", "Cli/Port", "25", "--description", "Of mail", "--json"))
    changed = result(orchestrion("variable", "set", "cli/port", "587", "--json"))
    assert (changed["path"], changed["value"], changed["description"]) == ("Cli/Port", "587", "Of mail")
    assert "Cli/Port  587" in orchestrion("variable", "list").stdout
    assert orchestrion("variable", "delete", "Cli/Port").stdout == "Deleted Cli/Port.\n"
    assert "Cli/Port" not in orchestrion("variable", "list").stdout


def test_a_secret_comes_by_standard_input(orchestrion: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer shows it."""
    monkeypatch.setattr("sys.stdin", io.StringIO("canary-4711\n"))
    done = orchestrion("variable", "set", "Cli/Secret", "-", "--encrypted")
    assert done.exit_code == ExitCode.SUCCESS, done.output
    assert "canary" not in done.output + orchestrion("variable", "list", "--json").output


def test_a_counter_is_set_changed_and_deleted(orchestrion: Command) -> None:
    """Numbers are shown as people write them; bounds can be taken away."""
    made = orchestrion("counter", "set", "Cli/Tries", "--default", "2", "--minimum", "-5", "--maximum", "9")
    assert "value:          2\n" in made.stdout
    assert result(orchestrion("counter", "change", "cli/tries", "increment", "--json"))["value"] == 3
    assert result(orchestrion("counter", "change", "Cli/Tries", "set", "-1.5", "--json"))["value"] == -1.5
    changed = result(orchestrion("counter", "set", "Cli/Tries", "--no-minimum", "--json"))
    assert (changed["minimum"], changed["maximum"], changed["default_value"]) == (None, 9, 2)
    assert "Cli/Tries  -1.5   2        -        9" in orchestrion("counter", "list").stdout
    assert orchestrion("counter", "delete", "Cli/Tries").stdout == "Deleted Cli/Tries.\n"


def test_a_change_of_a_counter_that_is_refused_says_why(orchestrion: Command) -> None:
    """A bound, another value than expected, and an operation that there is not."""
    orchestrion("counter", "set", "Cli/Lock", "--maximum", "1")
    beyond = orchestrion("counter", "change", "Cli/Lock", "increment", "2")
    assert (beyond.exit_code, "its maximum is 1" in beyond.stderr) == (ExitCode.REFUSED, True)
    other = orchestrion("counter", "change", "Cli/Lock", "compare-and-set", "0", "--expected", "1")
    assert (other.exit_code, "is not 1" in other.stderr) == (ExitCode.REFUSED, True)
    assert orchestrion("counter", "change", "Cli/Lock", "double").exit_code == ExitCode.USAGE


def test_a_computer_group_is_set_expanded_and_deleted(orchestrion: Command) -> None:
    """Entries that are given replace those that were there."""
    orchestrion("computer-group", "set", "Cli/Web", "--computer", "one", "--range", "web[1-2]")
    outer = orchestrion("computer-group", "set", "Cli/All", "--group", "cli/web", "--description", "Everything")
    assert "group cli/web" in outer.stdout
    assert orchestrion("computer-group", "members", "Cli/All").stdout == "one\nweb1\nweb2\n"
    orchestrion("computer-group", "set", "Cli/Web", "--computer", "two")
    assert result(orchestrion("computer-group", "members", "Cli/All", "--json")) == ["two"]
    assert "Cli/All  group cli/web  Everything" in orchestrion("computer-group", "list").stdout
    assert orchestrion("computer-group", "delete", "Cli/Web").exit_code == ExitCode.REFUSED
    assert result(orchestrion("computer-group", "delete", "Cli/All", "--json"))["path"] == "Cli/All"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("variable", "delete", "Nobody"), "variable"),
        (("counter", "change", "Nobody", "reset"), "counter"),
        (("computer-group", "members", "Nobody"), "computer group"),
    ],
)
def test_what_does_not_exist_is_named(orchestrion: Command, words: tuple[str, ...], kind: str) -> None:
    """By its kind and its path."""
    done = orchestrion(*words)
    assert done.exit_code == ExitCode.REFUSED
    assert f"There is no {kind} 'Nobody'." in done.stderr
