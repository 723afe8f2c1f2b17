"""Where a run stands in a distributed trace: the W3C trace context, and ids that every server derives alike.

A run's trace outlives the servers that work on it, so nothing about it is drawn at random: the ids of its spans follow
from the ids of job, instance and execution. Whoever takes an instance over goes on in the same trace.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b

HEADER = "traceparent"
#: Version 00; a later version may say more behind another dash, which we do not need.
_FORM = re.compile(r"(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_SAMPLED = 1


@dataclass(frozen=True, slots=True)
class TraceContext:
    """A place in a trace: what comes next is a child of the span `span_id`. Ids are lower-case hexadecimal."""

    trace_id: str
    span_id: str
    is_sampled: bool = True

    def __str__(self) -> str:
        """The value of a `traceparent` header."""
        return f"00-{self.trace_id}-{self.span_id}-{int(self.is_sampled):02x}"

    def at(self, span_id: str) -> TraceContext:
        """The same trace at another span."""
        return TraceContext(self.trace_id, span_id, self.is_sampled)


def read_trace_context(text: str | None) -> TraceContext | None:
    """What a `traceparent` header says; None without one, and for one that is malformed, which W3C says to ignore."""
    found = _FORM.fullmatch(text or "")
    if found is None:
        return None
    version, trace_id, span_id, flags, rest = found.groups()
    if not int(trace_id, 16) or not int(span_id, 16) or (version == "00" and rest):
        return None
    return TraceContext(trace_id, span_id, bool(int(flags, 16) & _SAMPLED))


def trace_id_of(run_id: str) -> str:
    """The trace of a job that nobody else's trace led to: its own id without dashes."""
    return run_id.replace("-", "")


def job_span_id(job_id: str) -> str:
    """The span of a job."""
    return _span_id("job", job_id)


def instance_span_id(instance_id: str) -> str:
    """The span of an instance."""
    return _span_id("instance", instance_id)


def execution_span_id(instance_id: str, key: str) -> str:
    """The span of one execution: the same for every repetition of it after a crash."""
    return _span_id("execution", instance_id, key)


def _span_id(*parts: str) -> str:
    return blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()
