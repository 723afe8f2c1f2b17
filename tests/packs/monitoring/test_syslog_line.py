"""Lines of log files."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrion.packs.monitoring.syslog_line import SyslogLine, parsed

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CET = timezone(timedelta(hours=1))


def read(line: str, now: datetime = NOW) -> SyslogLine:
    found = parsed(line, now, CET)
    assert found is not None
    return found


def test_the_traditional_form() -> None:
    """Month, day and clock of the given zone, then host, tag and text."""
    assert read("Nov  2 15:45:00 web1 sshd[4711]: Accepted: key") == SyslogLine(
        datetime(2026, 11, 2, 15, 45, tzinfo=CET), "web1", "sshd", "Accepted: key"
    )


def test_the_precise_form() -> None:
    """A time as in RFC 3339 brings its own zone and fractions."""
    assert read("2026-11-22T15:45:00.123456+02:00 web1 app: a: b").moment.astimezone(UTC) == datetime(
        2026, 11, 22, 13, 45, 0, 123456, UTC
    )


def test_a_priority_gives_severity_and_facility() -> None:
    """The number in front is eight times the facility plus the severity."""
    line = read("<27>Nov 22 11:00:00 h app: x")
    assert (line.facility, line.severity) == (3, 3)


@pytest.mark.parametrize(
    ("now", "line", "year"),
    [
        (NOW, "Nov 22 12:00:00", 2026),
        (NOW, "Dec 31 23:59:59", 2025),
        (datetime(2027, 1, 1, tzinfo=UTC), "Dec 31 23:59:59", 2026),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "Jan  1 00:00:05", 2027),
        (NOW, "Feb 29 10:00:00", 2024),
    ],
)
def test_the_year_is_the_last_one_possible(now: datetime, line: str, year: int) -> None:
    """A line says nothing of the year: it is the latest that does not lie ahead by more than clocks differ."""
    assert read(f"{line} h t: x", now).moment.year == year


def test_the_zone_of_the_time_of_the_line_counts() -> None:
    """In winter a line from summer is read with summer's offset."""
    found = parsed("Jul  1 12:00:00 h t: x", NOW, ZoneInfo("Europe/Berlin"))
    assert found is not None
    assert found.moment.utcoffset() == timedelta(hours=2)


@pytest.mark.parametrize("line", ["", "plain text", "Nov 31 10:00:00 h t: x", "2026-13-01T00:00:00Z h t: x", "Xyz 1"])
def test_other_lines_are_none(line: str) -> None:
    """What is no syslog line is left to the caller."""
    assert parsed(line, NOW, CET) is None


@given(st.text())
def test_any_text_is_a_line_or_none(text: str) -> None:
    """No text makes it fail."""
    assert isinstance(parsed(text, NOW, CET), SyslogLine | None)
