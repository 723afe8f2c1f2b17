"""Sending spans to a collector over HTTP; needs the libraries of the extra `otel`.

OpenTelemetry's own exporter would bring a second HTTP client with its own list of certificates; the encoding is theirs.
"""

from __future__ import annotations

import os
import ssl
import threading
from collections.abc import Sequence

import httpx2
import structlog
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.util.re import parse_env_headers

HEADERS_VARIABLE = "OTEL_EXPORTER_OTLP_HEADERS"
_PATIENCE_SECONDS = 5.0
_WAITS_SECONDS = (0.0, 1.0, 4.0)  # before each try of one batch; then it is lost
_TRY_AGAIN = frozenset({429, 502, 503, 504})  # what OTLP says may be sent again
_log = structlog.get_logger(__name__)


class OtlpExporter(SpanExporter):
    """Called from the thread of the batch processor, which may wait."""

    def __init__(self, endpoint: str) -> None:
        headers = parse_env_headers(os.environ.get(HEADERS_VARIABLE, ""), liberal=True)
        self._url = f"{endpoint.rstrip('/')}/v1/traces"
        self._client = httpx2.Client(
            timeout=_PATIENCE_SECONDS,
            verify=ssl.create_default_context(),
            headers={**headers, "Content-Type": "application/x-protobuf"},
        )
        self._closing = threading.Event()
        self._is_away = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Sends a batch; what cannot be sent is lost, and that is said once."""
        body = encode_spans(spans).SerializeToString()
        problem = ""
        for seconds in _WAITS_SECONDS[:1] if self._is_away else _WAITS_SECONDS:
            if seconds and self._closing.wait(seconds):
                break
            status, problem = self._post(body)
            if not problem:
                self._is_away = False
                return SpanExportResult.SUCCESS
            if status is not None and status not in _TRY_AGAIN:
                break
        if not self._is_away:
            _log.warning("The collector does not take traces; they are lost.", url=self._url, error=problem)
        self._is_away = True
        return SpanExportResult.FAILURE

    def _post(self, body: bytes) -> tuple[int | None, str]:
        """The status, None without an answer, and what is wrong, '' for nothing."""
        try:
            answer = self._client.post(self._url, content=body)
        except httpx2.HTTPError as error:
            return None, str(error) or type(error).__name__
        return answer.status_code, f"status {answer.status_code}" if answer.is_error else ""

    def shutdown(self) -> None:
        """Sends nothing more."""
        self._closing.set()
        self._client.close()
