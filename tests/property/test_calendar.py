"""When schedules permit: what is computed for spans of time, minute by minute."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orchestrion.model.calendar import Window, next_permitted, permits, windows
from orchestrion.model.schedules import (
    WEEK,
    DayException,
    DaysOfMonth,
    DaysOfWeek,
    Hours,
    MonthDaysError,
    Occurrence,
    Ruling,
    Schedule,
    Weekday,
    check_schedule,
    days_of_month,
    hours_of_compact,
    hours_of_rows,
)

MINUTE = timedelta(minutes=1)
MINUTES = 2 * 24 * 60
few = settings(max_examples=40)  # each looks at every minute of two days
#: Clocks set by an hour, by half an hour, at midnight, at a minute past midnight, and past a whole day.
CHANGES = {
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "Australia/Lord_Howe": ("2026-04-04", "2026-10-03"),
    "America/Havana": ("2026-03-08", "2026-11-01"),
    "America/St_Johns": ("2006-04-02", "2006-10-29"),
    "Pacific/Apia": ("2011-12-30", "2012-04-01"),
    "UTC": ("2028-02-29", "2026-12-31"),
}


@st.composite
def beginnings(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone and a moment, mostly shortly before its clock is set."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    day = datetime.fromisoformat(draw(st.sampled_from(CHANGES[zone]))).replace(tzinfo=UTC)
    odd = timedelta(seconds=draw(st.sampled_from([0, 1, 59])), microseconds=draw(st.sampled_from([0, 1, 999_999])))
    return zone, day + draw(st.integers(-2 * 24 * 60, 24 * 60)) * MINUTE + odd


def parts_of_month() -> st.SearchStrategy[str]:
    """Days of the month as people write them."""
    single = st.integers(1, 31).map(str)
    ranges = st.tuples(st.integers(1, 31), st.integers(1, 31)).map(lambda pair: f"{min(pair)}-{max(pair)}")
    return st.lists(st.one_of(single, ranges, st.just("last"), st.just("all")), min_size=1, max_size=3).map(", ".join)


days = st.one_of(
    st.builds(DaysOfWeek, st.frozensets(st.sampled_from(Weekday)), st.frozensets(st.sampled_from(Occurrence))),
    parts_of_month().map(days_of_month),
)
hours = st.one_of(
    st.just(Hours()), st.builds(Hours, st.tuples(*[st.integers(0, (1 << 24) - 1)] * 7)), st.just(Hours((0b110,) * 7))
)


@st.composite
def schedules(draw: st.DrawFn, zone: str, around: date) -> Schedule:
    """A schedule of this zone with exceptions around the date."""
    dates = draw(st.lists(st.integers(-2, 4), unique=True, max_size=2))
    exceptions = [DayException(around + timedelta(each), draw(st.sampled_from(Ruling))) for each in dates]
    return Schedule("id", "path", "", zone, draw(days), draw(hours), tuple(exceptions))


def utc(_moment: datetime) -> timedelta:
    """A local clock that is never set."""
    return timedelta()


def is_permitted(schedule: Schedule, moment: datetime) -> bool:
    """The rule, slow and obvious: what the clock on the wall shows decides."""
    wall = moment.astimezone(ZoneInfo(schedule.time_zone))
    for each in schedule.exceptions:
        if each.date == wall.date():
            return each.ruling is Ruling.ALLOW
    return in_days(schedule, wall.date()) and schedule.hours.rows[wall.weekday()][wall.hour] == "1"


def in_days(schedule: Schedule, day: date) -> bool:
    """Whether the schedule's days include the date, by listing those of its month."""
    month = [date(day.year, day.month, number + 1) for number in range(monthrange(day.year, day.month)[1])]
    if isinstance(schedule.days, DaysOfMonth):
        return day.day in schedule.days.days or (schedule.days.last and day == month[-1])
    alike = [each for each in month if each.weekday() == day.weekday()]
    chosen = dict(zip(list(Occurrence)[:4], alike, strict=False)) | {Occurrence.LAST: alike[-1]}
    return WEEK[day.weekday()] in schedule.days.weekdays and day in {chosen[each] for each in schedule.days.occurrences}


@given(st.data())
def test_a_moment_is_permitted_as_the_wall_clock_says(data: st.DataObject) -> None:
    """At any moment, also where the clock is set."""
    zone, begin = data.draw(beginnings())
    schedule = data.draw(schedules(zone, begin.date()))
    for step in range(0, MINUTES, 7):
        moment = begin + step * MINUTE
        assert permits(schedule, moment, utc) == is_permitted(schedule, moment)


@few
@given(st.data())
def test_windows_hold_exactly_the_permitted_minutes(data: st.DataObject) -> None:
    """Over two days: what is in a window is permitted, what is in none is not."""
    zone, begin = data.draw(beginnings())
    schedule = data.draw(schedules(zone, begin.date()))
    found = windows(schedule, begin, 100, utc)
    for step in range(MINUTES):
        moment = begin + step * MINUTE
        assert in_a_window(found, moment) == is_permitted(schedule, moment), moment


def in_a_window(found: list[Window], moment: datetime) -> bool:
    return any(each.start <= moment and (each.end is None or moment < each.end) for each in found)


@given(st.data())
def test_windows_are_in_order_and_apart(data: st.DataObject) -> None:
    """Each ends after it began, and before the next one begins; only the last may never end."""
    zone, begin = data.draw(beginnings())
    found = windows(data.draw(schedules(zone, begin.date())), begin, 20, utc)
    edges = [edge for each in found for edge in (each.start, each.end) if edge is not None]
    assert edges == sorted(set(edges))
    assert all(each.end is not None for each in found[:-1])


@few
@given(st.data())
def test_the_next_permitted_moment_is_the_first_one(data: st.DataObject) -> None:
    """It is permitted, and the minutes before it are not."""
    zone, begin = data.draw(beginnings())
    schedule = data.draw(schedules(zone, begin.date()))
    found = next_permitted(schedule, begin, utc)
    until = begin + MINUTES * MINUTE if found is None else min(found, begin + MINUTES * MINUTE)
    assert found is None or is_permitted(schedule, found)
    for step in range((until - begin) // MINUTE):
        assert not is_permitted(schedule, begin + step * MINUTE)


@given(hours)
def test_hours_survive_being_stored_and_sent(grid: Hours) -> None:
    """In the compact form and as rows."""
    assert hours_of_compact(grid.compact) == grid == hours_of_rows(grid.rows)


@given(st.one_of(st.text("0123456789-, alst", max_size=12), st.text(max_size=12)))
@example("1-")
@example("-")
def test_days_of_the_month_are_read_or_refused(text: str) -> None:
    """Nothing but the parser's own error, whose position lies in the text or right behind it."""
    found: DaysOfMonth | None = None
    position = 0
    try:
        found = days_of_month(text)
    except MonthDaysError as error:
        position = error.position
    assert 0 <= position <= len(text)
    assert found is None or found.last or found.days <= set(range(1, 32))


@given(parts_of_month())
def test_what_people_write_for_days_of_the_month_is_read(text: str) -> None:
    """Each part adds its days."""
    parts = [days_of_month(part) for part in text.split(",")]
    found = days_of_month(text)
    assert found.days == frozenset().union(*(each.days for each in parts))
    assert found.last == any(each.last for each in parts)


@pytest.mark.parametrize("zone", sorted(CHANGES))
def test_the_zones_of_these_tests_exist(zone: str) -> None:
    """Otherwise they would prove nothing."""
    check_schedule(Schedule("id", "path", time_zone=zone))
