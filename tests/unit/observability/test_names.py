"""One list of metrics: the code, the guide, the dashboard and the alerts name the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orchestrion.observability.names import ALL, Metric

ROOT = Path(__file__).resolve().parents[3]
GUIDE = ROOT / "docs" / "guide" / "observability.md"
DASHBOARD = ROOT / "deploy" / "grafana" / "orchestrion.json"
PROMETHEUS = ROOT / "deploy" / "prometheus"
NAME = re.compile(r"\borchestrion_[a-z_]+")
BUILT_IN = {"job", "instance", "le"}  # labels that Prometheus sets itself


def row(metric: Metric) -> str:
    """A metric's row in the guide."""
    labels = ", ".join(f"`{label}`" for label in metric.labels) or "-"
    return f"| `{metric.name}` | {metric.kind} | {labels} | {metric.help} |"


def samples_of(metric: Metric) -> set[str]:
    """The names that a query may use."""
    if metric.kind != "histogram":
        return {metric.name}
    return {f"{metric.name}{ending}" for ending in ("_bucket", "_sum", "_count")}


KNOWN = {name: metric for metric in ALL for name in samples_of(metric)}


def queries() -> Iterator[str]:
    """Every query of the dashboard and the alerts."""
    # `up`, which Prometheus makes itself, is no metric of ours.
    for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    alerts = (PROMETHEUS / "alerts.yml").read_text(encoding="utf-8")
    found = re.findall(r"expr: (?:\|\n)?((?:.+\n)(?:            .+\n)*)", alerts)
    yield from (query for query in found if not query.startswith("up{"))


def grouped(query: str) -> set[str]:
    """The labels that a query names."""
    found = re.findall(r"\b(?:by|on) \(([^)]*)\)", query)
    matched = re.findall(r'(\w+)=~?"', query)
    return {label.strip() for each in found for label in each.split(",") if label.strip()} | set(matched)


def test_the_guide_lists_every_metric_and_no_other() -> None:
    """The rows of its table are those of the code, in the same words."""
    rows = re.findall(r"^\| `orchestrion_.*$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [row(metric) for metric in ALL]


def test_a_metric_is_named_as_prometheus_wants() -> None:
    """Counters end in `_total`, nothing else does; units are seconds and bytes."""
    for metric in ALL:
        assert NAME.fullmatch(metric.name)
        assert metric.name.endswith("_total") == (metric.kind == "counter")
        assert bool(metric.bounds) == (metric.kind == "histogram")
        assert not re.search(r"_(ms|millis|minutes|kb|mb)(_|$)", metric.name)


def test_every_query_names_documented_metrics_and_their_labels() -> None:
    """Of the dashboard and the alerts."""
    for query in queries():
        used = [KNOWN[name] for name in NAME.findall(query)]
        labels = {label for metric in used for label in metric.labels}
        assert used, query
        assert grouped(query) <= labels | BUILT_IN, query


def test_the_dashboard_shows_every_metric() -> None:
    """Nothing is measured that nobody can look at."""
    shown = {KNOWN[name].name for query in queries() for name in NAME.findall(query)}
    assert {metric.name for metric in ALL} - shown <= {"orchestrion_spans_total"}


def test_the_dashboard_has_the_form_of_one() -> None:
    """Panels have a place of their own within 24 columns, an id of their own, and the chosen data source."""
    board: dict[str, Any] = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [panel["gridPos"] for panel in panels]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    assert len({(place["x"], place["y"]) for place in places}) == len(places)
    assert all(panel["datasource"]["uid"] == "${datasource}" for panel in panels if panel["type"] != "row")
