"""Commands that steer runs, run them again and try runbooks out, and what they refuse."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrion.cli import given
from orchestrion.cli.failures import CommandError, ExitCode
from tests.unit.cli.conftest import Command, result

UNKNOWN = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def held(orchestrion: Command) -> Iterator[dict[str, Any]]:
    """A test that stands before its first activity; it is stopped afterwards, for it takes the runbook's turn."""
    done = orchestrion("runbook", "try", "Hello", "-p", "word=x", "--step", "--json")
    assert done.exit_code == ExitCode.FAILED_RUN, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    yield found
    assert orchestrion("job", "stop", found["id"]).exit_code == ExitCode.SUCCESS


def test_a_test_without_stops_runs_to_its_end(orchestrion: Command) -> None:
    """What it returned is printed, and the exit code is that of the run."""
    done = orchestrion("runbook", "try", "Hello", "-p", "word=world", "--dry-run")
    assert done.exit_code == ExitCode.SUCCESS, done.output
    assert "hello world" in done.stdout


def test_a_test_at_a_stop_tells_programs_where_it_stands(held: dict[str, Any]) -> None:
    """The JSON holds the job and the activity with its inputs."""
    assert (held["status"], held["is_test"]) == ("held", True)
    assert [each["activity_id"] for each in held["waits"]] == ["start"]


def test_a_test_at_a_stop_tells_people_how_to_go_on(orchestrion: Command) -> None:
    """The commands are there to be copied."""
    done = orchestrion("runbook", "try", "Hello", "-p", "word=x", "--break", "done")
    assert done.exit_code == ExitCode.FAILED_RUN
    assert "Stopped before 'Return Data' (breakpoint)." in done.stdout
    assert "hello x" in done.stdout
    assert "orchestrion instance continue " in done.stdout
    (stop,) = re.findall("orchestrion (job stop .*)", done.stdout)
    assert orchestrion(*stop.split()).exit_code == ExitCode.SUCCESS


def test_a_pinned_activity_gives_what_the_file_says(orchestrion: Command, tmp_path: Path) -> None:
    """A list of records, or a whole ending."""
    (tmp_path / "records.json").write_text('[{"word": "pinned"}]')
    (tmp_path / "ending.json").write_text('{"status": "failed", "error": "not today"}')
    pinned = result(orchestrion("runbook", "try", "Hello", "-p", "word=x", "--pin", "start=records.json", "--json"))
    assert pinned["returned_data"] == [{"said": "hello pinned"}]
    failed = orchestrion("runbook", "try", "Hello", "-p", "word=x", "--pin", "start=ending.json")
    assert (failed.exit_code, "failed" in failed.stdout) == (ExitCode.FAILED_RUN, True)


def test_an_instance_is_steered_in_each_way(orchestrion: Command, held: dict[str, Any]) -> None:
    """Every command answers with the instance; the last lets it end."""
    instance = held["latest_instance_id"]
    for words in (
        ("pause", instance),
        ("breakpoints", instance, 'done={{ start["word"] == "y" }}'),
        ("breakpoints", instance),
        ("skip", instance, "start", "--record", "word=skipped"),
        ("unskip", instance, "start"),
        ("skip", instance, "start", "--status", "success", "--record", "word=skipped"),
        ("run-to", instance, "done"),
    ):
        assert result(orchestrion("instance", *words, "--json"))["id"] == instance
    assert orchestrion("instance", "continue", instance).exit_code == ExitCode.SUCCESS
    assert orchestrion("instance", "waits", instance).exit_code == ExitCode.SUCCESS


def test_an_ended_job_is_neither_paused_nor_steered(orchestrion: Command) -> None:
    """Both are refused with the reason."""
    job = result(orchestrion("runbook", "run", "Hello", "-p", "word=x", "--wait", "--json"))
    assert orchestrion("job", "pause", job["id"]).exit_code == ExitCode.REFUSED
    done = orchestrion("instance", "step", job["latest_instance_id"])
    assert (done.exit_code, "has ended as success" in done.stderr) == (ExitCode.REFUSED, True)


def test_a_rerun_shows_first_and_asks(orchestrion: Command) -> None:
    """Where nobody can be asked it is refused; with --yes it starts."""
    job = result(orchestrion("runbook", "run", "Hello", "-p", "word=x", "--wait", "--json"))
    words = ("instance", "rerun", job["latest_instance_id"], "--from", "done")
    looked = orchestrion(*words, "--preview")
    assert (looked.exit_code, "computed" in looked.stdout) == (ExitCode.SUCCESS, True)
    assert orchestrion(*words).exit_code == orchestrion(*words, "--json").exit_code == ExitCode.USAGE
    again = orchestrion(*words, "--yes")
    assert (again.exit_code, job["latest_instance_id"] in again.stdout) == (ExitCode.SUCCESS, True)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("instance", "waits", UNKNOWN), ExitCode.REFUSED),
        (("instance", "pause", UNKNOWN), ExitCode.REFUSED),
        (("instance", "skip", UNKNOWN, "a", "--record", "nonsense"), ExitCode.USAGE),
        (("instance", "skip", UNKNOWN, "a", "--records", "missing.json"), ExitCode.USAGE),
        (("instance", "skip", UNKNOWN, "a", "--status", "canceled"), ExitCode.REFUSED),
        (("instance", "edit", UNKNOWN, "a"), ExitCode.USAGE),
        (("instance", "rerun", UNKNOWN), ExitCode.USAGE),
        (("instance", "rerun", UNKNOWN, "--from", "a", "--input", "text=x"), ExitCode.USAGE),
        (("job", "pause", UNKNOWN), ExitCode.REFUSED),
        (("runbook", "try", "Nothing"), ExitCode.REFUSED),
        (("runbook", "try", "Hello", "--pin", "start"), ExitCode.USAGE),
        (("runbook", "try", "Hello"), ExitCode.REFUSED),
    ],
)
def test_exit_codes_mean_something(orchestrion: Command, words: tuple[str, ...], code: ExitCode) -> None:
    """What cannot be read is bad usage, what the server says no to is refused; both say why."""
    done = orchestrion(*words)
    assert done.exit_code == code, done.output
    assert done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("text", "value"),
    [("42", 42), ("true", True), ("null", None), ('"42"', "42"), ("007", "007"), ("NaN", "NaN"), ("a=b", "a=b")],
)
def test_values_are_json_where_they_read_as_such(text: str, value: object) -> None:
    """Quotes make a text of a number."""
    assert given.values([f"item={text}"], "item") == {"item": value}


def test_edited_inputs_are_collected_by_activity() -> None:
    """Several inputs of one activity, and dots in values, are no trouble."""
    edits = given.edits(["a.file=/x.txt", "a.lines=[1, 2]", "b.text=y"])
    assert edits == {"a": {"file": "/x.txt", "lines": [1, 2]}, "b": {"text": "y"}}


def test_records_come_from_one_place(tmp_path: Path) -> None:
    """Items make one record, a file holds a list, and both at once are a mistake."""
    file = tmp_path / "records.json"
    file.write_text('[{"n": 1}, {"n": 2}]')
    assert given.records(["n=1", "m=x"], None) == [{"n": 1, "m": "x"}]
    assert given.records([], file) == [{"n": 1}, {"n": 2}]
    assert given.records([], None) is None
    with pytest.raises(CommandError, match="not both"):
        given.records(["n=1"], file)
