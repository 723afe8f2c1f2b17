"""As many simulations as there is time for, always from the same seed on."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count

import pytest

from tests.simulation.conftest import COUNTED
from tests.simulation.simulation import Report, simulate

SECONDS = float(os.environ.get("ORCHESTRION_SIMULATION_SECONDS", "12"))
FIRST = int(os.environ.get("ORCHESTRION_SIMULATION_FIRST", "1"))
SEED = os.environ.get("ORCHESTRION_SIMULATION_SEED")  # this one alone
SHARES = 2  # that may run side by side


def seeds(share: int) -> Iterator[int]:
    """The seeds of a share, until the time is over."""
    end = time.monotonic() + SECONDS
    for seed in [int(SEED)][share:] if SEED else count(FIRST + share, SHARES):
        if time.monotonic() >= end:
            return
        yield seed


@pytest.mark.parametrize("share", range(SHARES))
def test_every_seed_keeps_every_promise(share: int, record_property: Callable[[str, object], None]) -> None:
    """Servers die, lines break and clocks go wrong, and nothing is lost, repeated unknowingly or left behind."""
    total: Counter[str] = Counter()
    for seed in seeds(share):
        report = simulate(seed)
        total.update(report.counts)
        assert not report.problems, explained(report)
    for name in COUNTED:
        record_property(name, total[name])


def explained(report: Report) -> str:
    """What went wrong, and how to see it again."""
    again = f"ORCHESTRION_SIMULATION_SEED={report.seed} pytest tests/simulation/test_seeds.py"
    return f"{report}\nrun it again with: {again}"
