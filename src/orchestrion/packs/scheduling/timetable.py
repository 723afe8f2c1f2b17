"""When a timetable starts something: calendar arithmetic on the local clock, without reading any clock.

A timetable is a row of times on the wall clock, `step` apart, of which `anchor` is one. It starts at every moment at
which the clock on the wall shows such a time (spec: local clock, never UTC). What the documentation says of daylight
saving time follows from that: a time in the hour that the clock skips never shows and is dropped, a time in the hour
that it repeats shows twice and starts twice.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

Offset: TypeAlias = Callable[[datetime], timedelta]  # a moment -> how far the wall clock is ahead of UTC then

_LOOK = timedelta(hours=12)  # no zone has ever set its clock twice within less


@dataclass(frozen=True, slots=True)
class Timetable:
    """Times on the wall clock: `anchor` (without zone) and all that lie whole steps before and behind it."""

    anchor: datetime
    step: timedelta

    def at_or_after(self, wall: datetime) -> datetime:
        """The first time that is not before `wall`."""
        return self.anchor + -((self.anchor - wall) // self.step) * self.step

    def after(self, wall: datetime) -> datetime:
        """The first time behind `wall`."""
        return self.anchor + ((wall - self.anchor) // self.step + 1) * self.step


def offset_in(zone: ZoneInfo | None) -> Offset:
    """The offsets of a zone, or of this computer's own."""

    def offset(moment: datetime) -> timedelta:
        return moment.astimezone(zone).utcoffset() or timedelta()

    return offset


def utc_offset(_moment: datetime) -> timedelta:
    """The offsets of a clock that is never set."""
    return timedelta()


def wall_clock(moment: datetime, offset: Offset) -> datetime:
    """What the clock on the wall shows at a moment, without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None) + offset(moment)


def next_start(timetable: Timetable, after: datetime, offset: Offset) -> datetime:
    """The first moment behind `after` (aware) at which the timetable starts, in UTC."""
    found = _moment(timetable.after(wall_clock(after, offset)), offset(after))
    begin = after.astimezone(UTC)
    while (change := _first_change(begin, found, offset)) is not None:
        begin = change
        found = _moment(timetable.at_or_after(wall_clock(change, offset)), offset(change))
    return found


def last_start(timetable: Timetable, after: datetime, until: datetime, offset: Offset) -> datetime | None:
    """The last moment behind `after` and not behind `until` at which the timetable starts, if there is any."""
    found, begin = None, max(after, until - 2 * timetable.step - _LOOK)
    while (start := next_start(timetable, begin, offset)) <= until:
        found = begin = start
    return found


def _moment(wall: datetime, offset: timedelta) -> datetime:
    return (wall - offset).replace(tzinfo=UTC)


def _first_change(begin: datetime, end: datetime, offset: Offset) -> datetime | None:
    """The first moment behind `begin` and not behind `end` from which another offset holds."""
    before = offset(begin)
    while begin < end:
        look = min(begin + _LOOK, end)
        if offset(look) != before:
            return _between(begin, look, offset)
        begin = look
    return None


def _between(same: datetime, other: datetime, offset: Offset) -> datetime:
    """Where the offset changes: clocks are set at whole seconds."""
    before, low, high = offset(same), math.floor(same.timestamp()), math.ceil(other.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(datetime.fromtimestamp(middle, UTC)) == before else (low, middle)
    return datetime.fromtimestamp(high, UTC)
