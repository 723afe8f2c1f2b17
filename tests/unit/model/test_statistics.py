"""Durations are told from counts by class."""

from __future__ import annotations

import pytest

from orchestrion.model.statistics import DURATIONS, quantile


def test_without_runs_there_is_no_duration() -> None:
    """None is not zero."""
    assert quantile({}, 0.5) is None


def test_a_quantile_lies_within_its_class() -> None:
    """Half of the runs took at most 10 ms, the slowest between one and two seconds."""
    counts = {1: 50, 8: 50}
    assert quantile(counts, 0.5) == DURATIONS[1]
    slowest = quantile(counts, 0.95)
    assert slowest is not None
    assert DURATIONS[7] < slowest < DURATIONS[8]


def test_the_last_class_tells_its_lower_end() -> None:
    """Longer than a week is a week and more."""
    assert quantile({len(DURATIONS): 1}, 0.5) == pytest.approx(DURATIONS[-1])


def test_the_classes_grow() -> None:
    """Else no duration had exactly one."""
    assert list(DURATIONS) == sorted(set(DURATIONS))
