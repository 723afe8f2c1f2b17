"""Counting in plain numbers: what counts pays a dictionary access, and only a scrape pays for the form."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family

from orchestrion.observability.names import REQUEST_SECONDS, REQUESTS, Metric

Labels = tuple[str, ...]


class Buckets:
    """How often values fell between bounds, and their sum."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Counts one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def cumulative(self) -> list[tuple[str, float]]:
        """Pairs of upper bound and how many values were not above it, as Prometheus wants them."""
        names = [*(f"{bound:g}" if bound % 1 else f"{bound:.1f}" for bound in self.bounds), "+Inf"]
        return [(name, float(count)) for name, count in zip(names, accumulate(self.counts), strict=True)]


class Tally:
    """The numbers of one process by metric and label values; only ever touched on its event loop."""

    def __init__(self) -> None:
        self._numbers: dict[Metric, dict[Labels, float]] = {}
        self._buckets: dict[Metric, dict[Labels, Buckets]] = {}

    def add(self, metric: Metric, amount: float = 1.0, *labels: str) -> None:
        """Raises a counter."""
        numbers = self._numbers.setdefault(metric, {})
        numbers[labels] = numbers.get(labels, 0.0) + amount

    def set(self, metric: Metric, value: float, *labels: str) -> None:
        """Sets a gauge."""
        self._numbers.setdefault(metric, {})[labels] = value

    def buckets(self, metric: Metric, *labels: str) -> Buckets:
        """The buckets of a histogram, to be kept by whoever counts often."""
        of = self._buckets.setdefault(metric, {})
        if labels not in of:
            of[labels] = Buckets(metric.bounds)
        return of[labels]

    def families(self) -> Iterator[Family]:
        """Everything that was counted, in the form that Prometheus' library writes out."""
        for metric, numbers in self._numbers.items():
            yield numbers_family(metric, numbers.items())
        for metric, of in self._buckets.items():
            family = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
            for labels, found in of.items():
                family.add_metric(labels, found.cumulative(), found.total)
            yield family


def numbers_family(metric: Metric, values: Iterable[tuple[Labels, float]]) -> Family:
    """A counter or a gauge with its values by label values."""
    kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    family = kind(metric.name, metric.help, labels=metric.labels)
    for labels, value in values:
        family.add_metric(labels, value)
    return family


class RequestCounts:
    """See ports.Requests."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """See ports.Requests."""
        self._tally.add(REQUESTS, 1.0, method, route, str(status))
        self._tally.buckets(REQUEST_SECONDS, method, route).observe(seconds)
