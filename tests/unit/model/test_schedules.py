"""Schedules: days, hours, exceptions, and the clock that counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from orchestrion.model.calendar import Window, next_permitted, permits, windows
from orchestrion.model.errors import InvalidError
from orchestrion.model.schedules import (
    DayException,
    DaysOfWeek,
    Hours,
    MonthDaysError,
    Occurrence,
    Ruling,
    Schedule,
    Weekday,
    check_schedule,
    days_of_month,
    hours_of_rows,
)

BERLIN = "Europe/Berlin"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)  # a Sunday
NIGHT = Hours((0b100,) * 7)  # from 2:00 to 3:00


def utc(_moment: datetime) -> timedelta:
    return timedelta()


def starts(schedule: Schedule, after: datetime, count: int) -> list[str]:
    return [each.start.astimezone(UTC).strftime("%m-%d %H:%M") for each in windows(schedule, after, count, utc)]


def dates(schedule: Schedule, count: int) -> list[str]:
    return [each[:5] for each in starts(schedule, NOON, count)]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1,3", {1, 3}),
        ("1-3", {1, 2, 3}),
        (" 1 , 30 - 31 ", {1, 30, 31}),
        ("ALL", set(range(1, 32))),
        ("5-5,Last", {5}),
    ],
)
def test_days_of_the_month_are_lists_and_ranges(text: str, days: set[int]) -> None:
    """In any mix, whatever spaces and case."""
    assert days_of_month(text).days == days
    assert days_of_month(text).last == ("Last" in text)


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("", 0, "a day is missing"),
        ("1,,3", 2, "a day is missing"),
        ("1, 32", 3, "32 is no day of a month"),
        ("1-last", 2, "'last' cannot be part of a range"),
        ("all-3", 0, "'all' cannot be part of a range"),
        ("4, 9-2", 3, "the range 9-2 runs backwards"),
        ("1-2-3", 2, "'2-3' is no day"),
        ("3-", 2, "a day is missing"),
        ("2,x", 2, "'x' is no day"),
        ("0", 0, "0 is no day of a month"),
        ("1" * 201, 200, "at most 200 characters"),
    ],
)
def test_days_of_the_month_that_make_no_sense_are_refused(text: str, position: int, message: str) -> None:
    """The error says what is wrong and where."""
    with pytest.raises(MonthDaysError, match=message) as refused:
        days_of_month(text)
    assert refused.value.position == position
    assert f"(at character {position + 1})" in str(refused.value)


def test_a_range_to_31_works_in_short_months() -> None:
    """Days that a month does not have never come; `last` is the last one it has."""
    late, last = (Schedule("i", "p", days=days_of_month(text)) for text in ("30-31", "last"))
    assert dates(late, 4) == ["11-30", "12-30", "01-30", "03-30"]
    assert dates(last, 4) == ["11-30", "12-31", "01-31", "02-28"]


def test_occurrences_choose_weeks_of_the_month() -> None:
    """The last one is the fourth or the fifth."""
    mondays = DaysOfWeek(frozenset({Weekday.MONDAY}), frozenset({Occurrence.FIRST, Occurrence.LAST}))
    assert dates(Schedule("i", "p", days=mondays), 5) == ["11-30", "12-07", "12-28", "01-04", "01-25"]


def test_hours_are_those_of_the_weekday() -> None:
    """A window lasts as long as hours follow each other, also past midnight."""
    rows = ["0" * 24] * 6 + ["0" * 22 + "11"]
    schedule = Schedule("i", "p", hours=hours_of_rows(["1" + "0" * 23, *rows[1:]]))
    start = datetime(2026, 11, 22, 22, tzinfo=UTC)
    assert windows(schedule, NOON, 1, utc) == [Window(start, start + timedelta(hours=3))]


def test_an_exception_overrides_days_and_hours_of_its_date() -> None:
    """All of the date is allowed, or none."""
    exceptions = DayException(date(2026, 11, 23), Ruling.DISALLOW), DayException(date(2026, 11, 24), Ruling.ALLOW)
    schedule = Schedule("i", "p", hours=NIGHT, exceptions=exceptions)
    assert starts(schedule, NOON, 2) == ["11-24 00:00", "11-25 02:00"]


def test_a_window_that_is_open_begins_now() -> None:
    """One that nothing ever ends has no end."""
    assert windows(Schedule("i", "p"), NOON, 10, utc) == [Window(NOON, None)]
    assert next_permitted(Schedule("i", "p"), NOON, utc) == NOON


def test_what_never_permits_has_no_next_time() -> None:
    """Not an hour of the week is permitted, or no day is chosen."""
    for never in (Schedule("i", "p", hours=Hours((0,) * 7)), Schedule("i", "p", days=DaysOfWeek(frozenset()))):
        assert next_permitted(never, NOON, utc) is None
        assert windows(never, NOON, 10, utc) == []


def test_an_hour_that_the_clock_skips_does_not_exist() -> None:
    """The next time is that of the day after."""
    schedule = Schedule("i", "p", time_zone=BERLIN, hours=NIGHT)
    assert starts(schedule, datetime(2026, 3, 27, 12, tzinfo=UTC), 2) == ["03-28 01:00", "03-30 00:00"]


def test_an_hour_that_the_clock_repeats_counts_both_times() -> None:
    """From two to three o'clock lasts two hours."""
    schedule = Schedule("i", "p", time_zone=BERLIN, hours=NIGHT)
    start = datetime(2026, 10, 25, tzinfo=UTC)
    assert windows(schedule, start, 1, utc) == [Window(start, start + timedelta(hours=2))]


def test_without_a_time_zone_the_local_clock_counts() -> None:
    """With one, the zone's."""
    at_two = datetime(2026, 11, 22, 2, tzinfo=UTC)
    assert permits(Schedule("i", "p", hours=NIGHT), at_two, utc)
    assert not permits(Schedule("i", "p", hours=NIGHT), at_two, lambda _moment: timedelta(hours=1))
    assert not permits(Schedule("i", "p", hours=NIGHT, time_zone=BERLIN), at_two, utc)


def test_times_are_told_as_the_clock_that_counts_shows_them() -> None:
    """On both sides of a change of the clock."""
    schedule = Schedule("i", "p", time_zone=BERLIN, hours=Hours((0b10,) * 7))
    found = windows(schedule, datetime(2026, 3, 28, 12, tzinfo=UTC), 1, utc)[0]
    assert (str(found.start), str(found.end)) == ("2026-03-29 01:00:00+01:00", "2026-03-29 03:00:00+02:00")
    assert str(next_permitted(schedule, NOON, utc)) == "2026-11-23 01:00:00+01:00"


@pytest.mark.parametrize("rows", [["1" * 24] * 6, ["1" * 23] * 7, ["2" * 24] * 7])
def test_hours_that_are_no_grid_are_refused(rows: list[str]) -> None:
    """Seven days of 24 hours are needed."""
    with pytest.raises(InvalidError, match="Hours: "):
        hours_of_rows(rows)


@pytest.mark.parametrize("zone", ["Nowhere", "../etc/passwd", "Europe", "x\0"])
def test_a_time_zone_must_exist(zone: str) -> None:
    """The error names it."""
    with pytest.raises(InvalidError, match="no time zone"):
        check_schedule(Schedule("i", "p", time_zone=zone))


def test_a_date_has_one_exception_within_reason() -> None:
    """Two that may contradict each other are refused, and so are too many and dates far away."""
    day = DayException(date(2026, 12, 24), Ruling.ALLOW)
    far = DayException(date(2101, 1, 1), Ruling.ALLOW)
    many = tuple(DayException(date(2027, 1, 1) + timedelta(each), Ruling.ALLOW) for each in range(1001))
    for exceptions, message in (((day, day), "two exceptions"), ((far,), "within the years"), (many, "at most 1000")):
        with pytest.raises(InvalidError, match=message):
            check_schedule(Schedule("i", "p", exceptions=exceptions))
