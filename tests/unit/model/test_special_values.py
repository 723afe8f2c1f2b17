"""Special values of variables (spec 4.7)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from orchestrion.model.special_values import resolved
from orchestrion.model.values import Value

SUNDAY = datetime(2026, 3, 1, 14, 5, 9, 87_000, tzinfo=timezone(timedelta(hours=2)))
ENVIRON = {"Path": "/bin", "HOME": "/srv", "ODD": "%HOME%"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("NOW()", "2026-03-01T14:05:09.087000+02:00"),
        ("NOW(day)", 1),
        ("NOW(dayofweek)", 0),
        ("NOW(dayofyear)", 60),
        ("NOW(month)", 3),
        ("NOW(year)", 2026),
        ("NOW(hour)", 14),
        ("NOW(minute)", 5),
        ("NOW(second)", 9),
        ("NOW(millisecond)", 87),
    ],
)
def test_now_is_the_moment_or_one_part_of_it(value: str, expected: Value) -> None:
    """On the server's local clock; parts are numbers, and the week begins with Sunday = 0."""
    assert resolved(value, SUNDAY, {}) == expected


@pytest.mark.parametrize("value", ["at NOW()", "NOW(week)", "now()", "NOW(day) ", 7, True, None])
def test_now_is_recognised_only_as_the_whole_value(value: Value) -> None:
    """Anything else stays as it is, with its type."""
    assert resolved(value, SUNDAY, {}) is value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("%HOME%", "/srv"),
        ("%home%/x", "/srv/x"),
        ("%PATH%:%Path%", "/bin:/bin"),
        ("%NOPE%", "%NOPE%"),
        ("%NOPE%HOME%", "%NOPE/srv"),
        ("100 % of %HOME%", "100 % of /srv"),
        ("50%", "50%"),
        ("%%", "%%"),
        ("%ODD%", "%HOME%"),
    ],
)
def test_names_of_the_environment_are_replaced(value: str, expected: str) -> None:
    """In any case, anywhere in the text, once; an unknown name stays as typed (vector 14)."""
    assert resolved(value, SUNDAY, ENVIRON) == expected
