"""What a runbook server gives a running activity (sdk.RunContext)."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog

from orchestrion.model.counters import CounterOperation
from orchestrion.model.ids import derived_id
from orchestrion.model.resources import EVENT_DETAILS_LENGTH, EVENT_SUMMARY_LENGTH, EventType
from orchestrion.model.trace import HEADER
from orchestrion.ports.journal import Claimed
from orchestrion.ports.observability import NO_TELEMETRY, Telemetry
from orchestrion.runbookserver.counters import RunCounters
from orchestrion.runbookserver.instance_events import EventSource
from orchestrion.runbookserver.schedules import RunSchedules
from orchestrion.services.counters import ValueChange

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class ServerContext:
    """One execution's view of its server; `close` removes what it left in its temporary folder."""

    key: str  # of the execution in its instance; 'monitor' for an armed monitor
    activity_id: str
    activity_name: str
    instance_id: str
    job_id: str
    runbook_name: str
    server: str
    events: EventSource
    counters: RunCounters
    schedules: RunSchedules
    cursor: str | None = None
    run: Claimed | None = None
    telemetry: Telemetry = NO_TELEMETRY
    is_canceled: bool = False
    _folder: Path | None = field(default=None, init=False)

    @property
    def execution_id(self) -> str:
        """See sdk.RunContext; the same for every server that runs the execution."""
        return derived_id(self.instance_id or self.job_id, self.key)

    @property
    def temp_folder(self) -> Path:
        """See sdk.RunContext; made when first asked for."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="orchestrion-"))
        return self._folder

    def log(self, message: str) -> None:
        """See sdk.RunContext."""
        ids = {"job": self.job_id, "instance": self.instance_id, "execution": self.execution_id}
        _log.info(message, activity=self.activity_id, **ids)

    def trace_headers(self) -> dict[str, str]:
        """See sdk.RunContext."""
        place = None if self.run is None else self.telemetry.place(self.run, self.key)
        return {} if place is None else {HEADER: str(place)}

    async def raise_event(self, kind: EventType, summary: str, details: str = "") -> None:
        """See sdk.RunContext."""
        if len(summary) > EVENT_SUMMARY_LENGTH:
            raise ValueError(f"The summary has {len(summary)} characters; at most {EVENT_SUMMARY_LENGTH} are allowed.")
        if len(details) > EVENT_DETAILS_LENGTH:
            raise ValueError(f"The details have {len(details)} characters; at most {EVENT_DETAILS_LENGTH} are allowed.")
        event_id = derived_id(self.execution_id, kind.value, summary)
        await self.events.store(self.events.event(event_id, kind, summary, details))

    async def counter(self, path: str) -> float:
        """See sdk.RunContext."""
        return await self.counters.value(path)

    async def change_counter(
        self, path: str, operation: CounterOperation, amount: float = 0, expected: float | None = None
    ) -> float:
        """See sdk.RunContext."""
        return await self.counters.change(path, ValueChange(operation, amount, expected))

    async def schedule_permits(self, path: str, at: datetime | None = None) -> bool:
        """See sdk.RunContext."""
        return await self.schedules.permits(path, at)

    def close(self) -> None:
        """Ends the execution's stay."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
