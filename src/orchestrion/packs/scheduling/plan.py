"""From the inputs of Monitor Date/Time to a timetable; every rule of the documentation on them is checked here."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orchestrion.packs.scheduling.inputs import AT, INTERVAL, SECONDS, MonitorDateTimeInputs
from orchestrion.packs.scheduling.timetable import Offset, Timetable, offset_in, utc_offset, wall_clock
from orchestrion.sdk import ActivityFailed

_MOST = {"days": 48, "hours": 23, "minutes": 59}
_SLICES = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)
_LEAST_SECONDS, _MOST_SECONDS = 5, 300
_MIDNIGHT = datetime(2000, 1, 1)  # noqa: DTZ001 - a time on the wall clock has no zone; any day serves


def offset_of(inputs: MonitorDateTimeInputs) -> Offset:
    """The clock that counts. Raises ActivityFailed for a time zone nobody knows."""
    if inputs.schedule_mode == SECONDS:
        return utc_offset  # some seconds later is some seconds later, whatever the clock on the wall does
    if not inputs.time_zone:
        return offset_in(None)
    try:
        return offset_in(ZoneInfo(inputs.time_zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ActivityFailed(
            f"Time zone: there is no '{inputs.time_zone}'. Write for instance Europe/Berlin."
        ) from None


def timetable_of(inputs: MonitorDateTimeInputs, begin: datetime, offset: Offset) -> Timetable:
    """The timetable, for intervals counted from `begin` (aware). Raises ActivityFailed for inputs that make none."""
    for problem in _problems(inputs):
        raise ActivityFailed(problem)
    wall = wall_clock(begin, offset)
    if inputs.schedule_mode == AT:
        return Timetable(datetime.combine(_MIDNIGHT, _time_of_day(inputs.at)), timedelta(days=1))
    if inputs.schedule_mode == SECONDS:
        return Timetable(wall, timedelta(seconds=inputs.seconds))
    step = timedelta(days=inputs.days, hours=inputs.hours, minutes=inputs.minutes)
    if inputs.at_time_slices_within_the_hour:
        return Timetable(_MIDNIGHT, step)
    return Timetable(wall if inputs.starting is None else _at_minute(wall, inputs.starting), step)


def _at_minute(wall: datetime, minute: int) -> datetime:
    found = wall.replace(minute=minute, second=0, microsecond=0)
    return found if found >= wall else found + timedelta(hours=1)


def _time_of_day(text: str) -> time:
    try:
        return time.fromisoformat(text.strip())
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text.strip()).time()
    except ValueError:
        raise ActivityFailed(f"At: '{text}' is no time of day. Write for instance 14:30.") from None


def _problems(inputs: MonitorDateTimeInputs) -> Iterator[str]:
    if inputs.schedule_mode == SECONDS and not _LEAST_SECONDS <= inputs.seconds <= _MOST_SECONDS:
        yield f"Seconds: choose from {_LEAST_SECONDS} to {_MOST_SECONDS}."
    if inputs.schedule_mode == INTERVAL:
        yield from _interval_problems(inputs)


def _interval_problems(inputs: MonitorDateTimeInputs) -> Iterator[str]:
    for name, most in _MOST.items():
        if not 0 <= getattr(inputs, name) <= most:
            yield f"{name.title()}: choose from 0 to {most}."
    if not (inputs.days or inputs.hours or inputs.minutes):
        yield "Days, Hours or Minutes must be more than 0."
    if inputs.starting is not None:
        yield from _starting_problems(inputs, inputs.starting)
    if inputs.at_time_slices_within_the_hour and (inputs.days or inputs.hours or inputs.minutes not in _SLICES):
        slices = ", ".join(map(str, _SLICES))
        yield f"At time slices within the hour needs 0 days, 0 hours, and Minutes of {slices}."


def _starting_problems(inputs: MonitorDateTimeInputs, starting: int) -> Iterator[str]:
    if not 0 <= starting <= _MOST["minutes"]:
        yield f"Starting: choose a minute from 0 to {_MOST['minutes']}."
    if inputs.minutes or not (inputs.days or inputs.hours):
        yield "Starting needs 0 minutes and at least 1 day or 1 hour."
