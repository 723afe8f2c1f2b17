"""A collector of traces: takes OTLP over HTTP on the loopback and decodes it with OpenTelemetry's own schema."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.services.network import LOOPBACK
from tests.services.waiting import eventually


@dataclass(frozen=True)
class Received:
    """One span as it came over the wire; ids in hexadecimal, '' for no parent, times in nanoseconds."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    begun: int
    ended: int
    is_error: bool
    message: str
    attributes: Mapping[str, Any]
    resource: Mapping[str, Any]
    links: tuple[str, ...] = ()


@dataclass
class Collector:
    """What has been received so far; `refusals` are statuses to answer with before anything is taken."""

    url: str = ""
    spans: list[Received] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)

    def wait_for(self, *names: str) -> list[Received]:
        """The spans with these names, one for each, in this order; waits until all are there."""
        return eventually(lambda: self._found(names), f"the spans {', '.join(names)}", 30)

    def _found(self, names: tuple[str, ...]) -> list[Received] | None:
        found = {each.name: each for each in self.spans}
        return [found[name] for name in names] if set(names) <= set(found) else None

    def take(self, body: bytes) -> None:
        """Decodes one request."""
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            about = _values(resource.resource.attributes)
            self.spans += [_received(span, about) for scope in resource.scope_spans for span in scope.spans]


def _received(span: Any, resource: Mapping[str, Any]) -> Received:
    return Received(
        name=span.name,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        begun=span.start_time_unix_nano,
        ended=span.end_time_unix_nano,
        is_error=span.status.code == 2,
        message=span.status.message,
        attributes=_values(span.attributes),
        resource=resource,
        links=tuple(each.trace_id.hex() for each in span.links),
    )


def _values(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    collector: Collector


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        collector = self.server.collector
        status = collector.refusals.pop(0) if collector.refusals else 200
        if status == 200 and self.path == "/v1/traces":
            collector.headers.append(dict(self.headers))
            collector.take(body)
        self.send_response(status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Says nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A running collector."""
    with _Server((LOOPBACK, 0), _Handler) as server:
        server.collector = Collector(f"http://{LOOPBACK}:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.collector
        server.shutdown()
        thread.join()
