"""The files that come along for Prometheus, judged by its own tool."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "prometheus"
TESTS = Path(__file__).with_name("alerts_test.yml")


@pytest.mark.parametrize(
    "words",
    [("check", "config", "prometheus.yml"), ("check", "rules", "alerts.yml"), ("test", "rules", str(TESTS))],
    ids=["configuration", "alerts", "tests of alerts"],
)
def test_prometheus_takes_the_files(words: tuple[str, ...]) -> None:
    """It finds nothing wrong, and the alerts go off when they should and not before."""
    done = subprocess.run(["promtool", *words], cwd=FOLDER, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
