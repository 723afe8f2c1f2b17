"""What a run of simulations has gone through stands under its results."""

from __future__ import annotations

from collections import Counter

import pytest

COUNTED = ("seeds", "instances", "crashes", "takeovers", "doubts")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Adds up what the tests have counted, also those of other workers."""
    total: Counter[str] = Counter()
    for report in (each for status in ("passed", "failed") for each in terminalreporter.getreports(status)):
        total.update({name: int(str(count)) for name, count in report.user_properties if name in COUNTED})
    if total["seeds"]:
        terminalreporter.write_line("simulation: " + ", ".join(f"{total[name]:,} {name}" for name in COUNTED))
