"""Schedules: what they are made of, and which of it makes sense (spec 6.3); `calendar.py` knows when they permit."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orchestrion.model.errors import InvalidError

KIND = "schedule"
MOST_EXCEPTIONS = 1000
FIRST_YEAR, LAST_YEAR = 1970, 2099  # of exceptions: whoever looks for permitted times looks past all of them
MOST_CHARACTERS = 200  # of the days of the month
_DAYS_A_WEEK, _HOURS_A_DAY, _LONGEST_MONTH = 7, 24, 31
_WHOLE_DAY = (1 << _HOURS_A_DAY) - 1
_DIGITS = _HOURS_A_DAY // 4  # hexadecimal ones of a day
_PERMIT, _DENY = "1", "0"
_ALL, _LAST = "all", "last"


class Weekday(StrEnum):
    """A day of the week, Monday first."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Occurrence(StrEnum):
    """Which of a weekday's days in a month: the last one is the fourth or the fifth."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    FOURTH = "fourth"
    LAST = "last"


class Ruling(StrEnum):
    """What an exception says of its date."""

    ALLOW = "allow"
    DISALLOW = "disallow"


WEEK = tuple(Weekday)
_COUNTED = tuple(Occurrence)[:-1]


class MonthDaysError(InvalidError):
    """Days of the month that cannot be read; `position` counts characters from 0."""

    code = "days-of-month-invalid"

    def __init__(self, position: int, message: str) -> None:
        super().__init__(f"Days of the month: {message} (at character {position + 1}).")
        self.position = position


@dataclass(frozen=True, slots=True)
class DaysOfWeek:
    """Chosen weekdays in chosen weeks of the month."""

    weekdays: frozenset[Weekday] = frozenset(Weekday)
    occurrences: frozenset[Occurrence] = frozenset(Occurrence)

    def includes(self, day: date) -> bool:
        """Whether it is one of the days."""
        return WEEK[day.weekday()] in self.weekdays and self._is_in_week(day)

    def _is_in_week(self, day: date) -> bool:
        count = (day.day - 1) // _DAYS_A_WEEK
        if count < len(_COUNTED) and _COUNTED[count] in self.occurrences:
            return True
        return Occurrence.LAST in self.occurrences and day.day + _DAYS_A_WEEK > _length_of_month(day)


@dataclass(frozen=True, slots=True)
class DaysOfMonth:
    """Chosen days of every month; `text` is how people wrote them, see `days_of_month`."""

    text: str
    days: frozenset[int]
    last: bool

    def includes(self, day: date) -> bool:
        """Whether it is one of the days."""
        return day.day in self.days or (self.last and day.day == _length_of_month(day))


Days: TypeAlias = DaysOfWeek | DaysOfMonth


@dataclass(frozen=True, slots=True)
class Hours:
    """The permitted hours of a week: one number per day, Monday first, whose bit n stands for the hour from n:00."""

    masks: tuple[int, ...] = (_WHOLE_DAY,) * _DAYS_A_WEEK

    def of(self, day: date) -> int:
        """The mask of the day."""
        return self.masks[day.weekday()]

    @property
    def rows(self) -> tuple[str, ...]:
        """Seven texts, Monday first, of 24 characters from midnight on: 1 permits, 0 denies."""
        return tuple(f"{mask:0{_HOURS_A_DAY}b}"[::-1] for mask in self.masks)

    @property
    def compact(self) -> str:
        """Six hexadecimal digits per day: how they are stored."""
        return "".join(f"{mask:0{_DIGITS}x}" for mask in self.masks)


@dataclass(frozen=True, slots=True)
class DayException:
    """A date for which the days and hours do not count: all of it is allowed, or none."""

    date: date
    ruling: Ruling

    @property
    def mask(self) -> int:
        """The permitted hours as in Hours."""
        return _WHOLE_DAY if self.ruling is Ruling.ALLOW else 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a runbook may start: on `days`, in `hours`, but for `exceptions`.

    `time_zone` is an IANA name; empty stands for the local clock of the runbook server.
    """

    id: str
    path: str
    description: str = ""
    time_zone: str = ""
    days: Days = DaysOfWeek()
    hours: Hours = Hours()
    exceptions: tuple[DayException, ...] = ()


def hours_of_rows(rows: Sequence[str]) -> Hours:
    """The hours that `Hours.rows` gives; raises InvalidError for what is no grid of 7 days by 24 hours."""
    if len(rows) != _DAYS_A_WEEK:
        raise InvalidError(f"Hours: {_DAYS_A_WEEK} days are needed, Monday first, not {len(rows)}.")
    for day, row in zip(WEEK, rows, strict=True):
        if len(row) != _HOURS_A_DAY or not set(row) <= {_PERMIT, _DENY}:
            raise InvalidError(
                f"Hours: {day.value} needs {_HOURS_A_DAY} characters from midnight on, "
                f"{_PERMIT} to permit and {_DENY} to deny."
            )
    return Hours(tuple(int(row[::-1], base=2) for row in rows))


def hours_of_compact(text: str) -> Hours:
    """The hours that `Hours.compact` gives."""
    return Hours(tuple(int(text[at : at + _DIGITS], base=16) for at in range(0, len(text), _DIGITS)))


def days_of_month(text: str) -> DaysOfMonth:
    """Reads days and ranges such as `1,3`, `1-21`, `1, 10-12, last`, or `all`; raises MonthDaysError.

    A range may end at 31 whatever the month: days that a month does not have never come.
    """
    if len(text) > MOST_CHARACTERS:
        raise MonthDaysError(MOST_CHARACTERS, f"there may be at most {MOST_CHARACTERS} characters")
    days: set[int] = set()
    last, position = False, 0
    for part in text.split(","):
        word = part.strip().casefold()
        at = position + len(part) - len(part.lstrip())
        if word == _LAST:
            last = True
        else:
            days |= _days(word, at)
        position += len(part) + 1
    return DaysOfMonth(text, frozenset(days), last)


def _days(word: str, at: int) -> set[int]:
    """The days of one part between commas, which begins at the position `at`."""
    if word == _ALL:
        return set(range(1, _LONGEST_MONTH + 1))
    first_text, dash, last_text = word.partition("-")
    first = _day(first_text, at, in_range=bool(dash))
    if not dash:
        return {first}
    last = _day(last_text, at + len(first_text) + 1, in_range=True)
    if last < first:
        raise MonthDaysError(at, f"the range {first}-{last} runs backwards")
    return set(range(first, last + 1))


def _day(text: str, at: int, *, in_range: bool) -> int:
    word = text.strip()
    position = at + len(text) - len(text.lstrip())
    if not word:
        raise MonthDaysError(position, "a day is missing; write for instance 1,3 or 1-21, all, or last")
    if in_range and word in {_ALL, _LAST}:
        raise MonthDaysError(position, f"'{word}' cannot be part of a range")
    if not (word.isascii() and word.isdecimal()):
        raise MonthDaysError(position, f"'{word}' is no day; write numbers, ranges such as 1-21, all, or last")
    if not 1 <= int(word) <= _LONGEST_MONTH:
        raise MonthDaysError(position, f"{word} is no day of a month; they are 1 to {_LONGEST_MONTH}")
    return int(word)


def zone_of(name: str) -> ZoneInfo:
    """The time zone of this name; raises InvalidError when this computer knows none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidError(f"There is no time zone '{name}'. Write for instance Europe/Berlin.") from None


def check_schedule(schedule: Schedule) -> None:
    """Returns when the time zone exists and each date has one exception at most; raises InvalidError otherwise."""
    if schedule.time_zone:
        zone_of(schedule.time_zone)
    if len(schedule.exceptions) > MOST_EXCEPTIONS:
        raise InvalidError(f"A schedule has at most {MOST_EXCEPTIONS} exceptions.")
    seen: set[date] = set()
    for each in schedule.exceptions:
        if not FIRST_YEAR <= each.date.year <= LAST_YEAR:
            raise InvalidError(f"The exception {each.date} is not within the years {FIRST_YEAR} to {LAST_YEAR}.")
        if each.date in seen:
            raise InvalidError(f"There are two exceptions for {each.date}.")
        seen.add(each.date)


def _length_of_month(day: date) -> int:
    return monthrange(day.year, day.month)[1]
