"""Lines of log files as syslog daemons write them."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

_PRIORITY = r"(?:<(?P<priority>\d{1,3})>)?"
_REST = r"(?P<host>\S+) (?P<tag>[^\s:\[]+)(?:\[[^\]]*\])?: ?(?P<text>.*)"
_TRADITIONAL = re.compile(rf"{_PRIORITY}(?P<time>[A-Z][a-z]{{2}} [ \d]\d \d\d:\d\d:\d\d) {_REST}", re.DOTALL)
_PRECISE = re.compile(
    rf"{_PRIORITY}(?P<time>\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{{1,6}})?(?:Z|[+-]\d\d:\d\d)) {_REST}", re.DOTALL
)
_SEVERITIES = 8
_CLOCK_SKEW = timedelta(days=1)  # a moment further ahead than the writer's clock may be is one of last year
_LEAP_YEARS = 8  # the longest time between two 29ths of February
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(frozen=True, slots=True)
class SyslogLine:
    """What a line says; severity and facility only where the line begins with a priority."""

    moment: datetime
    host: str
    tag: str
    text: str
    severity: int | None = None
    facility: int | None = None


def parsed(line: str, now: datetime, zone: tzinfo | None = None) -> SyslogLine | None:
    """A line in the traditional form (RFC 3164) or with a precise time (RFC 3339); None for any other text.

    The traditional form names neither year nor zone: it means the last such moment before `now`, in `zone` (by default
    this computer's). `now` is aware.
    """
    if match := _PRECISE.fullmatch(line):
        return _line(match, _precise(match["time"]))
    if match := _TRADITIONAL.fullmatch(line):
        return _line(match, _traditional(match["time"], now, zone))
    return None


def _line(match: re.Match[str], moment: datetime | None) -> SyslogLine | None:
    if moment is None:
        return None
    severity = facility = None
    if match["priority"]:
        facility, severity = divmod(int(match["priority"]), _SEVERITIES)
    return SyslogLine(moment, match["host"], match["tag"], match["text"], severity, facility)


def _precise(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _traditional(text: str, now: datetime, zone: tzinfo | None) -> datetime | None:
    month, day, clock = text[:3], text[4:6], text[7:]
    if month not in _MONTHS:
        return None
    for year in range(now.year + 1, now.year - _LEAP_YEARS - 1, -1):
        try:
            moment = datetime.fromisoformat(f"{year}-{_MONTHS.index(month) + 1:02}-{int(day):02}T{clock}")
        except ValueError:
            continue
        aware = moment.replace(tzinfo=zone) if zone else moment.astimezone()
        if aware <= now + _CLOCK_SKEW:
            return aware
    return None
