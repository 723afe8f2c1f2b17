"""Commands about runbooks and jobs, and what their exit codes say."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrion.cli.failures import ExitCode
from tests.services.runbooks import HELLO
from tests.unit.cli.conftest import Command, result

UNKNOWN = "00000000-0000-7000-8000-000000000000"
FAILING = """\
orchestrion: runbook/1
name: Failing
activities:
  read: {type: text-files.read-line, inputs: {file: /nowhere/at/all, line_numbers: "1"}}
links: []
"""


def test_run_waits_and_prints_what_was_returned(orchestrion: Command) -> None:
    """The result goes to standard output, the news to standard error."""
    done = orchestrion("runbook", "run", "Hello", "-p", "word=world", "--wait")
    assert done.exit_code == ExitCode.SUCCESS
    assert "hello world" in done.stdout
    assert "started" in done.stderr


def test_run_without_wait_gives_the_job(orchestrion: Command) -> None:
    """It is pending, or further."""
    job = result(orchestrion("runbook", "run", "hello", "-p", "word=x", "--json"))
    shown = result(orchestrion("job", "show", job["id"], "--json"))
    assert shown["runbook_path"] == "Hello"


def test_a_failed_run_has_an_exit_code_of_its_own(orchestrion: Command, tmp_path: Path) -> None:
    """Scripts can tell a failed run from a refused request."""
    file = tmp_path / "failing.yaml"
    file.write_text(FAILING)
    imported = orchestrion("runbook", "import", file)
    assert imported.exit_code == ExitCode.SUCCESS, imported.output
    done = orchestrion("runbook", "run", "Failing", "--wait")
    assert done.exit_code == ExitCode.FAILED_RUN
    assert "failed" in done.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("runbook", "run", "Nothing"), ExitCode.REFUSED),
        (("runbook", "run", "Hello"), ExitCode.REFUSED),
        (("runbook", "run", "Hello", "-p", "word"), ExitCode.USAGE),
        (("runbook", "run"), ExitCode.USAGE),
        (("runbook", "run", "Hello", "--nonsense"), ExitCode.USAGE),
        (("job", "show", UNKNOWN), ExitCode.REFUSED),
        (("job", "show", "no-id"), ExitCode.REFUSED),
        (("runbook", "import", "missing.yaml"), ExitCode.USAGE),
        (("doubt", "answer", UNKNOWN, "perhaps"), ExitCode.REFUSED),
        (("doubt", "answer", UNKNOWN, "succeeded", "--record", "[]"), ExitCode.USAGE),
        (("runbook", "list", "--url", "http://127.0.0.1:9"), ExitCode.UNREACHABLE),
        (("runbook", "list", "--token", "wrong"), ExitCode.REFUSED),
    ],
)
def test_exit_codes_mean_something(orchestrion: Command, words: tuple[str, ...], code: ExitCode) -> None:
    """Each kind of failure has its code and says why on standard error."""
    done = orchestrion(*words)
    assert done.exit_code == code, done.output
    assert done.stderr
    assert "Traceback" not in done.output


def test_wrong_parameters_are_told_one_by_one(orchestrion: Command) -> None:
    """All of them, not just the first."""
    done = orchestrion("runbook", "run", "Hello", "-p", "wort=x")
    assert "There is no parameter 'wort'." in done.stderr
    assert "The parameter 'word' is required." in done.stderr


def test_export_and_import_round_trip_exactly(orchestrion: Command, tmp_path: Path) -> None:
    """The file that was exported is unchanged when imported, and exported again byte for byte the same."""
    assert orchestrion("runbook", "export", "Hello", "-o", "Hello.yaml").exit_code == 0
    first = (tmp_path / "Hello.yaml").read_bytes()
    [imported] = result(orchestrion("runbook", "import", "Hello.yaml", "--json"))
    assert imported["action"] == "unchanged"
    assert orchestrion("runbook", "export", "Hello").stdout.encode() == first


def test_a_folder_is_exported_as_files(orchestrion: Command, tmp_path: Path) -> None:
    """Folders of runbooks become folders on disk."""
    (tmp_path / "in" / "Night").mkdir(parents=True)
    (tmp_path / "in" / "Night" / "Owl.yaml").write_text(HELLO.replace("name: Hello", "name: Owl"))
    assert orchestrion("runbook", "import", "in").exit_code == 0
    assert orchestrion("runbook", "export", "Night", "-o", "out").exit_code == 0
    assert (tmp_path / "out" / "Owl.yaml").read_text().startswith("orchestrion: runbook/1\nname: Owl\n")


def test_check_changes_nothing_and_names_the_place(orchestrion: Command, tmp_path: Path) -> None:
    """A file with mistakes is refused with its name and the mistake's place; a good one is only told about."""
    (tmp_path / "Bad.yaml").write_text(HELLO.replace("name: Hello", "name: Bad").replace("to: done", "to: nowhere"))
    done = orchestrion("runbook", "check", "Bad.yaml")
    assert done.exit_code == ExitCode.REFUSED
    assert "Bad.yaml" in done.stderr
    assert "nowhere" in done.stderr
    (tmp_path / "New.yaml").write_text(HELLO.replace("name: Hello", "name: New"))
    assert orchestrion("runbook", "check", "New.yaml").exit_code == 0
    assert orchestrion("runbook", "show", "New").exit_code == ExitCode.REFUSED


@pytest.mark.parametrize(
    "words",
    ["runbook list", "runbook show Hello", "job list", "server list", "pack list", "doubt list"],
)
def test_every_look_has_a_form_for_people_and_one_for_programs(orchestrion: Command, words: str) -> None:
    """The same command with --json gives JSON."""
    assert orchestrion(*words.split()).exit_code == 0
    assert result(orchestrion(*words.split(), "--json")) is not None


def test_an_armed_monitor_is_stopped(orchestrion: Command, tmp_path: Path) -> None:
    """Waiting for a monitor ends when it is armed; a stop ends its job."""
    activities = "activities:\n  clock: {type: scheduling.monitor-date-time, inputs: {schedule_mode: At}}\n"
    (tmp_path / "Watch.yaml").write_text(f"orchestrion: runbook/1\nname: Watch\n{activities}links: []\n")
    assert orchestrion("runbook", "import", "Watch.yaml").exit_code == 0
    job = result(orchestrion("runbook", "run", "Watch", "--wait", "--json"))
    assert job["status"] == "waiting"
    assert orchestrion("job", "stop", job["id"]).exit_code == 0
