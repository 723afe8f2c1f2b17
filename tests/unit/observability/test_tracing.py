"""Spans on their way out, and which traces are sent."""

from __future__ import annotations

import io
import logging
from datetime import UTC, datetime
from uuid import UUID

import pytest
import structlog
from uuid_utils import uuid7

from orchestrion.model.trace import TraceContext, trace_id_of
from orchestrion.observability import tracing
from orchestrion.observability.logging import set_up_logging
from orchestrion.observability.tracing import Ended, TracingError, is_chosen, open_spans
from tests.services.network import LOOPBACK, find_free_port
from tests.services.otlp import Collector

AT = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)


def ended(name: str, *, is_sampled: bool = True, error: str = "") -> Ended:
    """A span that is over."""
    return Ended(name, TraceContext("a" * 32, "b" * 16, is_sampled), "c" * 16, AT, AT, {"number": 1}, error)


def test_a_span_arrives_as_it_was(collector: Collector) -> None:
    """Ids, parent, times to the microsecond, attributes."""
    spans = open_spans(collector.url, "s")
    spans.send(ended("one"))
    spans.close()
    (found,) = collector.wait_for("one")
    assert (found.trace_id, found.span_id, found.parent_id) == ("a" * 32, "b" * 16, "c" * 16)
    assert found.begun % 1_000_000_000 == 123_456_000
    assert found.attributes == {"number": 1}
    assert found.resource["service.instance.id"] == "s"


def test_headers_for_the_collector_come_from_its_variable(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with every program that speaks OTLP."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-token=secret%20one")
    spans = open_spans(collector.url, "s")
    spans.send(ended("one"))
    spans.close()
    collector.wait_for("one")
    assert collector.headers[0]["x-token"] == "secret one"


def test_an_error_leaves_its_secrets_here(collector: Collector) -> None:
    """Passwords in addresses and bearer tokens are masked, as in the log."""
    spans = open_spans(collector.url, "s")
    spans.send(ended("one", error="cannot reach postgresql://me:canary@db/x with Bearer canary"))
    spans.close()
    (found,) = collector.wait_for("one")
    assert found.is_error
    assert "canary" not in found.message
    assert "cannot reach" in found.message


def test_what_is_not_sampled_is_not_sent(collector: Collector) -> None:
    """Whoever asked for the job decided so."""
    spans = open_spans(collector.url, "s")
    spans.send(ended("quiet", is_sampled=False))
    spans.send(ended("loud"))
    spans.close()
    collector.wait_for("loud")
    assert [each.name for each in collector.spans] == ["loud"]


def test_a_collector_that_is_busy_is_asked_again(collector: Collector) -> None:
    """With 503 nothing is lost."""
    collector.refusals.append(503)
    spans = open_spans(collector.url, "s")
    spans.send(ended("one"))
    spans._processor.force_flush()  # type: ignore[attr-defined]  # closing would not wait for another try
    spans.close()
    assert [each.name for each in collector.spans] == ["one"]


def test_a_collector_that_is_away_is_told_of_once() -> None:
    """The log says it, without a traceback, and work goes on."""
    root, stream = logging.getLogger(), io.StringIO()
    before = (root.handlers, root.level)
    set_up_logging("info", "json", stream)
    spans = open_spans(f"http://{LOOPBACK}:{find_free_port()}", "s")
    spans.send(ended("one"))
    spans.close()
    root.handlers, root.level = before
    structlog.reset_defaults()
    (line,) = stream.getvalue().splitlines()
    assert "does not take traces" in line


def test_without_the_libraries_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Traces that are asked for and cannot be sent are an error, not silence."""
    monkeypatch.setattr(tracing, "find_spec", lambda name: None)
    with pytest.raises(TracingError, match=r"orchestrion\[otel\]"):
        open_spans("http://127.0.0.1:4318", "s")


def test_a_share_of_the_traces_is_chosen_by_their_ids() -> None:
    """All, none, and about half; the same on every server."""
    ids = [trace_id_of(str(UUID(bytes=uuid7().bytes))) for _ in range(2000)]
    chosen = [is_chosen(each, 0.5) for each in ids]
    assert all(is_chosen(each, 1.0) for each in ids)
    assert not any(is_chosen(each, 0.0) for each in ids)
    assert 800 < sum(chosen) < 1200
    assert chosen == [is_chosen(each, 0.5) for each in ids]
