"""Timetables on clocks that are set forward and back."""

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrion.packs.scheduling.timetable import (
    Timetable,
    last_start,
    next_start,
    offset_in,
    utc_offset,
    wall_clock,
)

# ruff: noqa: DTZ001 - times on a wall clock have no zone

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
BERLIN = offset_in(ZoneInfo("Europe/Berlin"))
FORWARD = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # Berlin: 02:00 becomes 03:00
BACK = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)  # Berlin: 03:00 becomes 02:00
ZONES = ["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia"]


def daily(hour: int, minute: int) -> Timetable:
    return Timetable(datetime(2000, 1, 1, hour, minute), DAY)


def starts(timetable: Timetable, after: datetime, number: int) -> list[datetime]:
    """The next starts in Berlin."""
    found = [after]
    for _ in range(number):
        found.append(next_start(timetable, found[-1], BERLIN))
    return found[1:]


def local(moments: list[datetime]) -> list[str]:
    """Moments as the clock in Berlin shows them."""
    return [moment.astimezone(ZoneInfo("Europe/Berlin")).strftime("%d %H:%M %z") for moment in moments]


def test_every_day_at_the_same_time() -> None:
    """A time of day stays that time when summer begins."""
    assert local(starts(daily(14, 30), FORWARD - DAY, 3)) == ["28 14:30 +0100", "29 14:30 +0200", "30 14:30 +0200"]


def test_a_start_in_the_skipped_hour_is_dropped() -> None:
    """Clock put forward: the next one is used."""
    assert local(starts(daily(2, 30), FORWARD - DAY, 3)) == ["28 02:30 +0100", "30 02:30 +0200", "31 02:30 +0200"]


def test_a_start_in_the_doubled_hour_happens_twice() -> None:
    """Clock put back: the same time shows twice."""
    expected = ["24 02:30 +0200", "25 02:30 +0200", "25 02:30 +0100", "26 02:30 +0100"]
    assert local(starts(daily(2, 30), BACK - DAY - HOUR, 4)) == expected


def test_the_borders_of_the_hours() -> None:
    """03:00 shows once in both nights; 02:00 never in the one and twice in the other."""
    assert local(starts(daily(3, 0), FORWARD - HOUR, 1)) == ["29 03:00 +0200"]
    assert local(starts(daily(2, 0), FORWARD - HOUR, 1)) == ["30 02:00 +0200"]
    assert local(starts(daily(2, 0), BACK - 2 * HOUR, 2)) == ["25 02:00 +0200", "25 02:00 +0100"]
    assert local(starts(daily(3, 0), BACK - 2 * HOUR, 2)) == ["25 03:00 +0100", "26 03:00 +0100"]


def test_slices_go_on_through_both_nights() -> None:
    """Every quarter of an hour of real time has a start, whatever the clock does."""
    quarters = Timetable(datetime(2000, 1, 1), 15 * MINUTE)
    for change in (FORWARD, BACK):
        found = starts(quarters, change - HOUR, 12)
        assert {later - earlier for earlier, later in pairwise(found)} == {15 * MINUTE}


def test_intervals_of_several_days_find_the_change_between() -> None:
    """Forty-eight days later it is the same time of day."""
    timetable = Timetable(datetime(2026, 3, 1, 12, 0), 48 * DAY)
    assert local(starts(timetable, datetime(2026, 3, 2, tzinfo=UTC), 1)) == ["18 12:00 +0200"]


def test_the_last_of_the_missed_starts() -> None:
    """None when nothing was due in between."""
    after = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
    assert last_start(daily(10, 0), after, after + 30 * DAY, utc_offset) == datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
    assert last_start(daily(10, 0), after, after + HOUR, utc_offset) is None
    assert last_start(daily(13, 0), after, after + HOUR, utc_offset) == after + HOUR


@settings(max_examples=200, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    after=st.datetimes(datetime(2009, 1, 1), datetime(2012, 12, 31), timezones=st.just(UTC)),
    anchor=st.integers(0, 59),
    step=st.sampled_from([1, 7, 15, 45, 60, 90, 24 * 60]),
)
def test_starts_are_exactly_when_the_clock_shows_them(zone: str, after: datetime, anchor: int, step: int) -> None:
    """Minute by minute, the next start is the first moment at which the wall clock shows a time of the timetable."""
    offset = offset_in(ZoneInfo(zone))
    timetable = Timetable(datetime(2000, 1, 1, 0, anchor), step * MINUTE)
    moment = after.replace(second=0, microsecond=0) + MINUTE
    while (wall_clock(moment, offset) - timetable.anchor) % timetable.step:
        moment += MINUTE
    assert next_start(timetable, after, offset) == moment


@given(st.datetimes(), st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)), st.integers(1, 10**7))
def test_times_are_whole_steps_from_the_anchor(wall: datetime, anchor: datetime, seconds: int) -> None:
    """The first time at or behind a moment is less than a step away."""
    if not datetime(1900, 1, 1) < wall < datetime(9000, 1, 1):
        return
    timetable = Timetable(anchor, timedelta(seconds=seconds))
    assert timedelta() <= timetable.at_or_after(wall) - wall < timetable.step
    assert timedelta() < timetable.after(wall) - wall <= timetable.step


def test_this_computers_own_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a zone the computer's counts, summer time included."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        assert (offset_in(None)(FORWARD - HOUR), offset_in(None)(FORWARD)) == (HOUR, 2 * HOUR)
    finally:
        monkeypatch.undo()
        time.tzset()
