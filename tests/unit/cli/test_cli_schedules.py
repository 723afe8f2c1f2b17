"""Commands about schedules, and the words they take."""

from __future__ import annotations

import pytest

from orchestrion.cli.failures import CommandError, ExitCode
from orchestrion.cli.schedule_words import chosen_weekdays, hour_rows, hours_in_words
from tests.unit.cli.conftest import Command, result


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("monday", ["monday"]),
        ("sunday, wed-fri", ["wednesday", "thursday", "friday", "sunday"]),
        ("sat-mon", ["monday", "saturday", "sunday"]),
        ("TUESDAY-tue", ["tuesday"]),
    ],
)
def test_weekdays_are_lists_and_ranges(text: str, days: list[str]) -> None:
    """Two letters are enough, and a range may pass Sunday."""
    assert chosen_weekdays(text) == days
    assert len(chosen_weekdays("all")) == 7


@pytest.mark.parametrize("text", ["", "t", "noday", "all-fri", "mon-all", "mon-"])
def test_words_that_are_no_weekdays_are_refused(text: str) -> None:
    """The error shows how to write them."""
    with pytest.raises(CommandError, match="no day of the week"):
        chosen_weekdays(text)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["8-18"], "all 8-18"),
        (["mon-fri 8-12,13-18", "sunday 0-24"], "monday-friday 8-12,13-18; sunday 0-24"),
        (["tue 22-24", "wed 0-6", "tue 0-1"], "tuesday 0-1,22-24; wednesday 0-6"),
    ],
)
def test_hours_are_shown_as_they_are_written(words: list[str], shown: str) -> None:
    """Several for one day add up."""
    assert hours_in_words(hour_rows(words)) == shown
    assert hour_rows(shown.split("; ")) == hour_rows(words)


@pytest.mark.parametrize("text", ["mon", "mon 18-8", "8-25", "mon 8-8", "mon 8", "mon x-9", "8-9,"])
def test_words_that_are_no_hours_are_refused(text: str) -> None:
    """The error shows how to write them."""
    with pytest.raises(CommandError, match="no hours"):
        hour_rows([text])


def test_a_schedule_is_set_shown_and_deleted(orchestrion: Command) -> None:
    """What is not given stays."""
    set_nights = ("schedule", "set", "Cli/Nights")
    orchestrion(*set_nights, "--weekdays", "mon-fri", "--hours", "all 0-6", "--disallow", "2026-12-24")
    done = orchestrion(*set_nights, "--occurrences", "first,last", "--time-zone", "Europe/Berlin")
    assert "days:        weekdays: monday, tuesday, wednesday, thursday, friday; first, last\n" in done.stdout
    shown = orchestrion("schedule", "show", "cli/nights").stdout
    assert "hours:       all 0-6\n" in shown
    assert "exceptions:  2026-12-24 disallow\n" in shown
    assert "Cli/Nights  weekdays: mon" in orchestrion("schedule", "list").stdout
    assert orchestrion("schedule", "delete", "Cli/Nights").stdout == "Deleted Cli/Nights.\n"


def test_a_schedule_may_name_days_of_the_month(orchestrion: Command) -> None:
    """Instead of weekdays; exceptions can be taken away."""
    orchestrion("schedule", "set", "Cli/Month", "--month-days", "1-21", "--allow", "2026-12-24")
    made = result(orchestrion("schedule", "set", "Cli/Month", "--no-exceptions", "--json"))
    assert (made["days"], made["exceptions"]) == ({"by": "month", "text": "1-21"}, [])
    weeks = result(orchestrion("schedule", "set", "Cli/Month", "--occurrences", "all", "--json"))["days"]
    assert (weeks["by"], len(weeks["weekdays"]), len(weeks["occurrences"])) == ("week", 7, 5)


def test_the_next_windows_are_shown(orchestrion: Command) -> None:
    """As the schedule's clock shows them."""
    orchestrion("schedule", "set", "Cli/Kolkata", "--hours", "mon 8-9", "--time-zone", "Asia/Kolkata")
    lines = orchestrion("schedule", "preview", "Cli/Kolkata", "--count", "3").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["Mon"] * 3
    assert lines[-1].endswith("09:00+05:30")
    assert len(result(orchestrion("schedule", "preview", "Cli/Kolkata", "--json"))) == 10


def test_what_cannot_be_is_refused(orchestrion: Command) -> None:
    """By the command itself, or by the service."""
    both = orchestrion("schedule", "set", "Cli/No", "--weekdays", "mon", "--month-days", "1")
    assert (both.exit_code, "not both" in both.stderr) == (ExitCode.USAGE, True)
    days = orchestrion("schedule", "set", "Cli/No", "--month-days", "1-last")
    assert (days.exit_code, "cannot be part of a range" in days.stderr) == (ExitCode.REFUSED, True)
    assert "There is no schedule 'Nobody'." in orchestrion("schedule", "preview", "Nobody").stderr
