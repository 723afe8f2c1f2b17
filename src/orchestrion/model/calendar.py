"""When a schedule permits a start (spec 6.3), without reading any clock: the moment is an argument.

A schedule speaks of the clock on the wall. So an hour that the clock skips does not exist, and one that it repeats
counts both times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import islice
from math import ceil, floor
from typing import TypeAlias

from orchestrion.model.schedules import Schedule, zone_of

Offset: TypeAlias = Callable[[datetime], timedelta]  # a moment -> how far the wall clock is ahead of UTC then

#: Any day of the month is a given weekday at least every 609 days, and a clock skips an hour of few of them. Whoever
#: finds nothing in so long past the last exception finds nothing ever.
_LOOK_AHEAD = timedelta(days=5 * 366)
_ENDLESS = timedelta(days=366)  # what denies anything does it within a few months, again and again
_STRIDE = timedelta(hours=12)  # no zone has ever set its clock twice within less
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_LARGEST_OFFSET = _DAY  # of any clock: a date begins nowhere earlier than so long before it begins in UTC


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which starts are permitted: from `start` until just before `end`; None: it never ends.

    Both are aware and as the clock that counts shows them.
    """

    start: datetime
    end: datetime | None


def permits(schedule: Schedule, moment: datetime, local: Offset) -> bool:
    """Whether a start is permitted at `moment` (aware); `local` is the clock that counts without a time zone.

    Raises InvalidError when this computer does not know the schedule's time zone.
    """
    return _Rules(schedule, local).permits(moment)


def next_permitted(schedule: Schedule, after: datetime, local: Offset) -> datetime | None:
    """The first permitted moment not before `after`, as the clock that counts shows it, or None when there is none.

    Raises as `permits`.
    """
    rules = _Rules(schedule, local)
    return next((rules.shown(span.start) for span in rules.spans(after)), None)


def windows(schedule: Schedule, after: datetime, count: int, local: Offset) -> list[Window]:
    """The first `count` windows that end behind `after`; one that is open begins there. Raises as `permits`."""
    rules = _Rules(schedule, local)
    found = islice(rules.windows(after), count)
    return [Window(rules.shown(each.start), each.end and rules.shown(each.end)) for each in found]


class _Rules:
    """A schedule with its clock, ready to be asked often."""

    def __init__(self, schedule: Schedule, local: Offset) -> None:
        self._schedule = schedule
        self._exceptions = {each.date: each.mask for each in schedule.exceptions}
        self._offset = _offset_in(schedule.time_zone) if schedule.time_zone else local

    def permits(self, moment: datetime) -> bool:
        wall = _wall(moment, self._offset(moment))
        return bool(self._mask(wall.date()) >> wall.hour & 1)

    def shown(self, moment: datetime) -> datetime:
        """The moment in a zone whose offset is that of the clock."""
        return moment.astimezone(timezone(self._offset(moment)))

    def windows(self, after: datetime) -> Iterator[Window]:
        """As `spans`, those that touch joined."""
        since = until = after.astimezone(UTC)
        rules_alone = self._last_exception(after) + _ENDLESS
        for span in self.spans(after):
            if span.start > until and since < until:
                yield Window(since, until)
            if span.start > until or since == until:
                since = span.start
            until = span.end
            if until > max(since + _ENDLESS, rules_alone):
                yield Window(since, None)
                return
        if since < until:
            yield Window(since, until)

    def spans(self, after: datetime) -> Iterator[_Span]:
        """What is permitted from `after` on, in order, cut where a day ends and where the clock is set."""
        begin, horizon = after.astimezone(UTC), self._last_exception(after) + _LOOK_AHEAD
        while (begin := self._near_open_day(begin, horizon)) < horizon:
            offset = self._offset(begin)
            end = self._same_until(begin, min(begin + _STRIDE, horizon))
            yield from self._spans_between(begin, end, offset)
            begin = end

    def _near_open_day(self, begin: datetime, horizon: datetime) -> datetime:
        """`begin`, or a later moment with nothing permitted in between: days without an hour are passed over."""
        day, last = _wall(begin, self._offset(begin)).date(), horizon.date()
        while day <= last and not self._mask(day):
            day += _DAY
        return max(begin, datetime.combine(day, time(), UTC) - _LARGEST_OFFSET)

    def _spans_between(self, begin: datetime, end: datetime, offset: timedelta) -> Iterator[_Span]:
        """As `spans`, while the wall clock is `offset` ahead all the time."""
        day, last = _wall(begin, offset).date(), _wall(end, offset).date()
        while day <= last:
            midnight = datetime.combine(day, time(), UTC) - offset
            for first, behind in _runs(self._mask(day)):
                start, stop = max(begin, midnight + first * _HOUR), min(end, midnight + behind * _HOUR)
                if start < stop:
                    yield _Span(start, stop)
            day += _DAY

    def _mask(self, day: date) -> int:
        """The hours of a date that are permitted, as in model.schedules.Hours."""
        exception = self._exceptions.get(day)
        if exception is not None:
            return exception
        return self._schedule.hours.of(day) if self._schedule.days.includes(day) else 0

    def _last_exception(self, after: datetime) -> datetime:
        """The beginning of its date, but never before `after`."""
        last = max((each.date for each in self._schedule.exceptions), default=date.min)
        return max(after.astimezone(UTC), datetime.combine(last, time(), UTC))

    def _same_until(self, begin: datetime, end: datetime) -> datetime:
        """`end`, or the moment before it from which the clock on the wall goes differently than at `begin`."""
        before = self._offset(begin)
        if self._offset(end) == before:
            return end
        low, high = floor(begin.timestamp()), ceil(end.timestamp())  # clocks are set at whole seconds
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._offset(_at(middle)) == before else (low, middle)
        return _at(high)


@dataclass(frozen=True, slots=True)
class _Span:
    start: datetime
    end: datetime


def _runs(mask: int) -> Iterator[tuple[int, int]]:
    """The hours of a mask as runs: the first, and the one behind the last."""
    hour = 0
    while mask >> hour:
        if mask >> hour & 1:
            first = hour
            while mask >> hour & 1:
                hour += 1
            yield first, hour
        else:
            hour += 1


def _at(timestamp: int) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)


def _wall(moment: datetime, offset: timedelta) -> datetime:
    """What the clock on the wall shows, without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None) + offset


def _offset_in(name: str) -> Offset:
    zone = zone_of(name)

    def offset(moment: datetime) -> timedelta:
        return moment.astimezone(zone).utcoffset() or timedelta()

    return offset
