"""Commands about maintenance, figures and the audit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrion.cli.failures import CommandError, ExitCode
from orchestrion.cli.maintenance import _rule, _rule_words
from tests.services.waiting import eventually
from tests.unit.cli.conftest import Command, result


@pytest.mark.parametrize(
    ("text", "days", "count", "words"),
    [
        ("90d,500", 90, 500, "90 days or newest 500"),
        ("500, 90d", 90, 500, "90 days or newest 500"),
        ("90d", 90, None, "90 days"),
        ("0", None, 0, "newest 0"),
        ("all", None, None, "all"),
    ],
)
def test_rules_are_written_as_they_are_meant(text: str, days: int | None, count: int | None, words: str) -> None:
    """Days with a d, numbers without."""
    assert _rule(text) == {"days": days, "count": count}
    assert _rule_words({"days": days, "count": count}) == words
    assert _rule("parent") is None


@pytest.mark.parametrize("text", ["", "x", "90days", "-1"])
def test_words_that_are_no_rules_are_refused(text: str) -> None:
    """In words."""
    with pytest.raises(CommandError, match="no number"):
        _rule(text)


@pytest.fixture
def maintained(orchestrion: Command) -> Command:
    """Once somebody does the maintenance."""
    eventually(lambda: result(orchestrion("maintenance", "list", "--json"))["duties"], "the duties")
    return orchestrion


def test_duties_are_listed_and_run(maintained: Command) -> None:
    """With what the last run did."""
    assert "repair" in maintained("maintenance", "list").stdout
    done = result(maintained("maintenance", "run", "purge", "--now", "--wait", "--json"))
    assert done["figures"]["instances"] == 0
    assert maintained("maintenance", "check").exit_code == ExitCode.SUCCESS


def test_a_duty_is_stopped_and_started(maintained: Command) -> None:
    """A stopped one is run with --now only."""
    assert "stopped" in maintained("maintenance", "stop", "watch").stdout
    refused = maintained("maintenance", "run", "watch")
    assert (refused.exit_code, "--now" in refused.stderr) == (ExitCode.REFUSED, True)
    assert result(maintained("maintenance", "start", "watch", "--json"))["is_stopped"] is False


def test_retention_is_set_and_shown(maintained: Command) -> None:
    """What is not given stays; a folder that is not there is refused."""
    maintained("maintenance", "retention", "set", "--failed", "365d", "--at", "02:15", "--executions", "any")
    shown = maintained("maintenance", "retention", "show").stdout
    assert all(words in shown for words in ("365 days", "90 days or newest 500", "02:15", "any number"))
    assert maintained("maintenance", "retention", "set", "--folder", "No", "--failed", "1d").exit_code == 4


def test_a_purge_is_previewed_by_runbook(maintained: Command) -> None:
    """A runbook that is not there is refused."""
    shown = maintained("maintenance", "purge", "--runbook", "hello", "--preview").stdout
    assert "instances, failed:" in shown
    assert maintained("maintenance", "purge", "--runbook", "Nobody").exit_code == ExitCode.REFUSED


def test_figures_are_shown(maintained: Command) -> None:
    """By runbook, or by folder."""
    assert "Hello" in maintained("statistics").stdout
    assert maintained("statistics", "--by", "folder", "--period", "week").stdout.startswith("FOLDER")


def test_the_audit_is_written_as_lines(maintained: Command, home: Path) -> None:
    """To standard output, or to a new file that is never written over."""
    lines = maintained("audit", "export").stdout.splitlines()
    assert json.loads(lines[0])["action"] == "created"
    file = home / "audit.jsonl"
    assert maintained("audit", "export", "--output", file).exit_code == 0
    assert len(file.read_text().splitlines()) >= len(lines)
    assert maintained("audit", "export", "--output", file).exit_code != 0
    assert maintained("audit", "export", "--since", "2200-01-01T00:00:00").stdout == ""
