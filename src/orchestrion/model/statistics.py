"""Counts of runs by outcome, and how long they took."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

#: Upper ends of the classes of durations, in seconds; the last class has none.
DURATIONS = (
    *(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0),
    *(30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0, 14400.0, 28800.0, 86400.0, 604800.0),
)


class Period(StrEnum):
    """The times that figures are shown for (spec 5.1)."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


LENGTHS = {Period.HOUR: timedelta(hours=1), Period.DAY: timedelta(days=1), Period.WEEK: timedelta(days=7)}


def quantile(counts: Mapping[int, int], share: float) -> float | None:
    """The duration in seconds below which this share of the runs stayed, from their counts by class.

    Within a class durations are taken as evenly spread; None without any run. In the last class it is its lower end.
    """
    total = sum(counts.values())
    if not total:
        return None
    left = share * total
    for index in sorted(counts):
        if left <= counts[index]:
            return _within(index, left / counts[index])
        left -= counts[index]
    return _within(max(counts), 1.0)


def _within(index: int, share: float) -> float:
    lower = DURATIONS[index - 1] if index else 0.0
    upper = DURATIONS[index] if index < len(DURATIONS) else lower
    return lower + (upper - lower) * share
