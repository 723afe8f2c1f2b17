"""What is kept, as people say it and as it is stored; when the purge starts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from orchestrion.model.errors import InvalidError
from orchestrion.model.job import Outcome
from orchestrion.model.retention import (
    DEFAULT_RULES,
    PurgeSettings,
    Rule,
    check_rule,
    check_settings,
    next_start,
    read_rules,
    read_settings,
    write_rules,
    write_settings,
)

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(moment: datetime) -> timedelta:
    """How far the clock in Berlin is ahead of UTC."""
    return moment.astimezone(BERLIN).utcoffset() or timedelta()


@pytest.mark.parametrize(
    ("at", "after", "expected"),
    [
        ("01:00", "2026-06-01T12:00", "2026-06-01T23:00"),  # tomorrow at one in summer
        ("13:00", "2026-06-01T10:59", "2026-06-01T11:00"),  # today
        ("13:00", "2026-06-01T11:00", "2026-06-02T11:00"),  # that very moment has been
        ("02:30", "2026-03-28T12:00", "2026-03-29T01:30"),  # never shown: as much later
        ("02:30", "2026-10-24T12:00", "2026-10-25T00:30"),  # shown twice: the first
        ("02:30", "2026-10-25T00:30", "2026-10-26T01:30"),  # and not the second
    ],
)
def test_the_purge_starts_by_the_local_clock(at: str, after: str, expected: str) -> None:
    """Once a day, also where the clock is set."""
    found = next_start(at, datetime.fromisoformat(after).replace(tzinfo=UTC), berlin)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_rules_are_stored_and_read_back() -> None:
    """Also those that keep everything, and classes that are left out."""
    rules = {Outcome.FAILED: Rule(None, None), Outcome.SUCCESS: Rule(1, 2)}
    assert read_rules(write_rules(rules)) == rules
    assert read_rules(None) == {}
    assert set(DEFAULT_RULES) == set(Outcome)


def test_settings_are_stored_and_read_back() -> None:
    """What nobody has set has its default."""
    settings = PurgeSettings("23:59", None, Rule(1, None), "/archive")
    assert read_settings(write_settings(settings)) == settings
    assert read_settings(None) == PurgeSettings() == read_settings({})


@pytest.mark.parametrize(
    "settings",
    [
        PurgeSettings(at="1:00"),
        PurgeSettings(at="24:00"),
        PurgeSettings(executions=0),
        PurgeSettings(archive="archive"),
        PurgeSettings(events=Rule(-1)),
    ],
)
def test_settings_that_mean_nothing_are_refused(settings: PurgeSettings) -> None:
    """In words."""
    with pytest.raises(InvalidError):
        check_settings(settings)


def test_numbers_beyond_sense_are_refused() -> None:
    """Days and counts have bounds."""
    for rule in (Rule(days=40_000), Rule(count=-1)):
        with pytest.raises(InvalidError):
            check_rule(rule)
