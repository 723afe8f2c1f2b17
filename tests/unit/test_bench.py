"""What the benches conclude from their figures."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from tests.bench import compare, report, soak, svg


def samples(values: list[float]) -> list[dict[str, float]]:
    """One sample a minute with this value for every figure."""
    return [{"minute": float(minute), **dict.fromkeys(soak.LIMITS, value)} for minute, value in enumerate(values)]


def test_what_rises_behind_the_warm_up_is_told_as_its_share_of_the_mean() -> None:
    """From 100 to 120 within the time that counts is a drift of 18 %."""
    found = soak.drifts(samples([0.0, 0.0, *(100.0 + step for step in range(21))]), minutes=10)
    assert found["server_mb"] == pytest.approx(20 / 110)


def test_a_rise_within_the_warm_up_does_not_count() -> None:
    """A server that has just started has caches to fill."""
    assert soak.drifts(samples([1.0, 50.0, *[100.0] * 10]), minutes=10)["server_mb"] == pytest.approx(0)


def test_few_samples_tell_nothing() -> None:
    """A run of a minute has no drift."""
    assert soak.drifts(samples([100.0] * 4), minutes=4) == {}


def test_what_grows_is_named() -> None:
    """The line of a figure beyond its limit says so."""
    lines = soak.verdict({"server_mb": 0.2, "p50_ms": 0.2}, samples([1.0, 2.0]))
    assert [line.split()[0] for line in lines] == ["GROWS", "flat"]


def test_less_time_is_better_and_more_rate_is_better() -> None:
    """A comparison tells how many times better the new revision is, whatever the figure counts."""
    old, new = {("idle", "p50_ms"): [10.0], ("chain", "rate"): [100.0]}, {}
    new = {("idle", "p50_ms"): [5.0], ("chain", "rate"): [200.0]}
    assert compare.verdicts(old, new).count("2.00 x") == 2


def test_results_stand_between_their_markers_alone() -> None:
    """Whatever else the page says stays."""
    page = "before\n<!-- x -->\nold\n<!-- end of x -->\nafter\n"
    assert report.between_markers(page, "x", "new") == "before\n<!-- x -->\n\nnew\n\n<!-- end of x -->\nafter\n"


def test_a_page_without_markers_is_refused() -> None:
    """Figures must not vanish without a word."""
    with pytest.raises(ValueError, match="no markers"):
        report.between_markers("nothing", "x", "new")


@pytest.mark.parametrize(
    "text",
    [svg.bars("A & B", [("x", 2.0), ("<y>", 1.0)]), svg.lines("L", [0.0, 1.0], {"a": [1.0, 2.0], "b": [0.0, 0.0]})],
)
def test_plots_are_well_formed(text: str) -> None:
    """Browsers show them, whatever names they hold."""
    assert ET.fromstring(text).tag.endswith("svg")
