"""Limits of monitors: what counts as a failure, and when a flood is over."""

import pytest

from orchestrion.model.job import JobStatus
from orchestrion.model.runbook import Flood, Settings
from orchestrion.model.triggers import MonitorLimits, failures_after, is_flood_over, limits_of


@pytest.mark.parametrize(
    ("status", "after"),
    [(JobStatus.FAILED, 4), (JobStatus.CANCELED, 3), (JobStatus.WARNING, 0), (JobStatus.SUCCESS, 0)],
)
def test_only_failures_in_a_row_count(status: JobStatus, after: int) -> None:
    """A success ends the row; an instance that somebody stopped says nothing."""
    assert failures_after(status, 3) == after


@pytest.mark.parametrize(("waiting", "limit", "over"), [(10, 10, False), (6, 10, False), (5, 10, True), (0, 1, True)])
def test_a_flood_is_over_when_half_of_it_is_gone(waiting: int, limit: int, over: bool) -> None:
    """Otherwise a monitor at its limit would begin a flood with every trigger."""
    assert is_flood_over(waiting, limit) is over


def test_a_monitor_is_kept_in_bounds_by_default() -> None:
    """Ten thousand wait at most, it pauses rather than drops, and ten failures in a row bring quarantine."""
    assert limits_of(Settings()) == MonitorLimits(10_000, drops=False, failures=10)
    assert limits_of(Settings(when_flooded=Flood.DROP)).drops
