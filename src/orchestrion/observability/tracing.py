"""Spans of jobs, instances and executions for OpenTelemetry, exported over OTLP.

A span is made when what it tells of is over, with its real times; until then nothing of it exists outside the database.
Its ids follow from the run's (model/trace.py), so that a run which several servers worked on is one trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from typing import Protocol, TypeAlias

from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from orchestrion import __version__
from orchestrion.model.errors import InvalidError
from orchestrion.model.trace import TraceContext, job_span_id, read_trace_context, trace_id_of
from orchestrion.observability.redact import redacted_text
from orchestrion.ports.journal import Claimed

Attribute: TypeAlias = str | int | float | bool
EXTRA = "orchestrion[otel]"
_RANDOM_DIGITS, _RANDOM = 8, 1 << 32  # the end of an id: before it stand the time, fixed bits and a counter
_ERROR_LENGTH = 1000  # characters; the whole error is in the journal
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_QUEUE, _BATCH = 20_000, 2_000  # spans that wait for a slow collector; beyond that the newest are lost


class TracingError(InvalidError):
    """Traces are asked for and cannot be sent."""

    code = "tracing"


@dataclass(frozen=True, slots=True)
class Ended:
    """Something that is over: its place in the trace, its parent there, its times and what is to be known of it."""

    name: str
    place: TraceContext
    parent: str | None
    begun: datetime
    ended: datetime
    attributes: Mapping[str, Attribute]
    error: str = ""
    link: TraceContext | None = None
    is_remote: bool = False
    """Whether the parent belongs to another system."""


class Spans(Protocol):
    """Where ended spans go."""

    def send(self, ended: Ended) -> None:
        """Takes a span for the next batch; never waits."""

    def close(self) -> None:
        """Sends what is left, for a few seconds at most."""


def root_of(run: Claimed, share: float) -> tuple[TraceContext, str | None]:
    """Where the trace of a run begins, at its job's span; and the span of somebody else that led here.

    A monitor's job runs for months, so each of its instances is a trace of its own. `share` is which part of the
    traces that begin here is sent; every server decides alike, because the decision follows from the trace's id.
    """
    if run.trigger is not None:
        trace_id = trace_id_of(run.instance_id)
        return TraceContext(trace_id, "", is_chosen(trace_id, share)), None
    given = read_trace_context(run.trace_context)
    if given is not None:
        return given.at(job_span_id(run.job_id)), given.span_id
    trace_id = trace_id_of(run.job_id)
    return TraceContext(trace_id, job_span_id(run.job_id), is_chosen(trace_id, share)), None


def is_chosen(trace_id: str, share: float) -> bool:
    """Whether a trace that begins here is among the `share` (0 to 1) that is sent."""
    return int(trace_id[-_RANDOM_DIGITS:], 16) < share * _RANDOM


def open_spans(endpoint: str, service: str) -> Spans:
    """Sends spans to a collector's OTLP address over HTTP; raises TracingError where the libraries are missing."""
    if find_spec("opentelemetry.sdk") is None or find_spec("opentelemetry.exporter.otlp.proto.common") is None:
        raise TracingError(f"Traces need libraries that are not installed: install the package as `{EXTRA}`.")
    return OtlpSpans(endpoint, service)


class OtlpSpans:
    """Spans in batches, from a thread of the library's; a collector that is away costs spans, never work."""

    def __init__(self, endpoint: str, service: str) -> None:
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.util.instrumentation import InstrumentationScope  # noqa: PLC0415 - an extra

        from orchestrion.observability.otlp import OtlpExporter  # noqa: PLC0415 - an extra

        self._processor = BatchSpanProcessor(
            OtlpExporter(endpoint), max_queue_size=_QUEUE, max_export_batch_size=_BATCH
        )
        named = {"service.name": "orchestrion", "service.version": __version__, "service.instance.id": service}
        self._resource = Resource.create(named)
        self._scope = InstrumentationScope("orchestrion", __version__)

    def send(self, ended: Ended) -> None:
        """See Spans."""
        from opentelemetry.sdk.trace import ReadableSpan  # noqa: PLC0415 - an extra

        if not ended.place.is_sampled:
            return
        parent = None if ended.parent is None else _context(ended.place.at(ended.parent), is_remote=ended.is_remote)
        status = (
            Status(StatusCode.ERROR, redacted_text(ended.error)[:_ERROR_LENGTH])
            if ended.error
            else Status(StatusCode.OK)
        )
        self._processor.on_end(
            ReadableSpan(
                name=ended.name,
                context=_context(ended.place),
                parent=parent,
                resource=self._resource,
                attributes=dict(ended.attributes),
                links=[Link(_context(ended.link))] if ended.link else (),
                kind=SpanKind.INTERNAL,
                status=status,
                start_time=nanoseconds(ended.begun),
                end_time=nanoseconds(ended.ended),
                instrumentation_scope=self._scope,
            )
        )

    def close(self) -> None:
        """See Spans."""
        self._processor.shutdown()  # type: ignore[no-untyped-call]  # the library says no type here


def nanoseconds(moment: datetime) -> int:
    """Since 1970, without the rounding of a float."""
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def _context(place: TraceContext, *, is_remote: bool = False) -> SpanContext:
    flags = TraceFlags(TraceFlags.SAMPLED if place.is_sampled else TraceFlags.DEFAULT)
    return SpanContext(int(place.trace_id, 16), int(place.span_id, 16), is_remote, flags)
