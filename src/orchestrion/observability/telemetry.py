"""Counts what runbook servers do, and sends spans where somebody wants traces (ports.observability.Telemetry)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from orchestrion.model.condition import Status
from orchestrion.model.job import JobStatus
from orchestrion.model.runbook import Activity
from orchestrion.model.trace import (
    TraceContext,
    execution_span_id,
    instance_span_id,
    job_span_id,
    read_trace_context,
    trace_id_of,
)
from orchestrion.observability import names
from orchestrion.observability.tally import Buckets, Tally
from orchestrion.observability.tracing import Attribute, Ended, Spans, root_of
from orchestrion.ports.journal import Claimed, Hold, InstanceEnd, Park
from orchestrion.ports.observability import RunIds
from orchestrion.ports.runs import ExecutionRecord


class RunTelemetry:
    """One for all runbook servers of a process; without `spans` it only counts."""

    def __init__(self, tally: Tally, spans: Spans | None = None, share: float = 1.0) -> None:
        self._tally = tally
        self._spans = spans
        self._share = share
        self._activities: dict[tuple[str, Status], Buckets] = {}
        self._claim_wait = tally.buckets(names.CLAIM_WAIT)
        self._commit_rows = tally.buckets(names.COMMIT_ROWS)
        self._commit_seconds = tally.buckets(names.COMMIT_SECONDS)

    def claimed(self, found: Sequence[Claimed], now: datetime) -> None:
        """See ports.Telemetry."""
        add = self._tally.add
        add(names.CLAIMED, len(found))
        for each in found:
            if each.takeovers:
                add(names.INSTANCES_TAKEN)
            if each.is_fresh and each.ready_at is not None:
                self._claim_wait.observe(max(0.0, (now - each.ready_at).total_seconds()))
                if each.number == 1:
                    add(names.JOBS_STARTED)

    def committed(self, rows: int, seconds: float, queued: int) -> None:
        """See ports.Telemetry."""
        self._commit_rows.observe(rows)
        self._commit_seconds.observe(seconds)
        self._tally.set(names.QUEUE, queued)

    def activity_ended(self, run: Claimed, activity: Activity, ended: ExecutionRecord) -> None:
        """See ports.Telemetry."""
        seconds = (ended.ended_at - ended.started_at).total_seconds()
        buckets = self._activities.get((activity.type, ended.status))
        if buckets is None:
            buckets = self._tally.buckets(names.ACTIVITY_SECONDS, activity.type, ended.status.value)
            self._activities[activity.type, ended.status] = buckets
        buckets.observe(seconds)
        if self._spans is not None:
            self._send_execution(self._spans, run, activity, ended)

    def instance_left(self, run: Claimed, outcome: InstanceEnd | Hold | Park) -> None:
        """See ports.Telemetry."""
        match outcome:
            case InstanceEnd():
                self._tally.add(names.ENDED, 1.0, outcome.status.value)
                if not outcome.restarts and run.trigger is None:
                    self._tally.add(names.JOBS_ENDED, 1.0, outcome.status.value)
                if self._spans is not None:
                    self._send_instance(self._spans, run, outcome)
            case Hold():
                self._tally.add(names.HELD)
            case Park():
                self._tally.add(names.PARKED)

    def taken_over(self, servers: Sequence[str]) -> None:
        """See ports.Telemetry."""
        self._tally.add(names.SERVERS_TAKEN, len(servers))

    def database_away(self, seconds: float) -> None:
        """See ports.Telemetry."""
        self._tally.add(names.AWAY, seconds)

    def triggers(self, stored: int, dropped: int) -> None:
        """See ports.Telemetry."""
        self._tally.add(names.TRIGGERS_STORED, stored)
        self._tally.add(names.TRIGGERS_DROPPED, dropped)

    def place(self, run: Claimed, key: str) -> TraceContext | None:
        """See ports.Telemetry."""
        if self._spans is None:
            return read_trace_context(run.trace_context)  # somebody else's trace goes on without a span of ours
        return root_of(run, self._share)[0].at(execution_span_id(run.instance_id, key))

    def ids(self, run: Claimed) -> RunIds:
        """See ports.Telemetry."""
        is_traced = self._spans is not None or run.trace_context is not None
        trace = root_of(run, self._share)[0].trace_id if is_traced else ""
        return RunIds(run.job_id, run.instance_id, trace=trace)

    def _send_execution(self, spans: Spans, run: Claimed, activity: Activity, ended: ExecutionRecord) -> None:
        root = root_of(run, self._share)[0]
        if not root.is_sampled:
            return
        attributes: dict[str, Attribute] = {
            **_attributes(run),
            "orchestrion.activity.id": activity.id,
            "orchestrion.activity.type": activity.type,
            "orchestrion.execution.id": ended.id,
            "orchestrion.execution.attempt": ended.attempt,
            "orchestrion.execution.retry": ended.retry,
            "orchestrion.status": ended.status.value,
            "orchestrion.server": ended.server,
        }
        span = Ended(
            name=activity.name,
            place=root.at(execution_span_id(run.instance_id, ended.key)),
            parent=instance_span_id(run.instance_id),
            begun=ended.started_at,
            ended=ended.ended_at,
            attributes=attributes,
            error=(ended.error or "Failed.") if ended.status is Status.FAILED else "",
        )
        spans.send(span)

    def _send_instance(self, spans: Spans, run: Claimed, end: InstanceEnd) -> None:
        """The instance's span, and its job's where the job ends with it."""
        root, leading = root_of(run, self._share)
        is_triggered = run.trigger is not None
        attributes = {**_attributes(run), "orchestrion.status": end.status.value}
        error = (end.error or "Failed.") if end.status is JobStatus.FAILED else ""
        begun = run.started_at or end.at
        job_place = TraceContext(trace_id_of(run.job_id), job_span_id(run.job_id), root.is_sampled)
        spans.send(
            Ended(
                name=f"instance {run.runbook_path}",
                place=root.at(instance_span_id(run.instance_id)),
                parent=None if is_triggered else root.span_id,
                begun=begun,
                ended=end.at,
                attributes=attributes,
                error=error,
                link=job_place if is_triggered else None,
            )
        )
        if not is_triggered and not end.restarts:
            asked, name = run.asked_at or begun, f"job {run.runbook_path}"
            spans.send(Ended(name, root, leading, asked, end.at, attributes, error, is_remote=leading is not None))


def _attributes(run: Claimed) -> dict[str, Attribute]:
    return {
        "orchestrion.job.id": run.job_id,
        "orchestrion.instance.id": run.instance_id,
        "orchestrion.runbook.path": run.runbook_path,
        "orchestrion.runbook.version": run.version,
    }
