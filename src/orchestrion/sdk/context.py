"""What a running activity may ask of its runbook server."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Protocol

from orchestrion.model.counters import CounterOperation
from orchestrion.model.resources import EventType


class RunContext(Protocol):
    """Given to every activity, probe and monitor. The attributes say which execution this is."""

    activity_id: str
    activity_name: str
    instance_id: str
    job_id: str
    runbook_name: str
    server: str
    cursor: str | None
    """For monitors: the cursor of the last stored trigger, or None when the monitor is armed for the first time."""

    @property
    def execution_id(self) -> str:
        """The same for every repetition of one execution after a crash: use it as an idempotency key."""

    @property
    def temp_folder(self) -> Path:
        """A folder of this execution alone, removed when the execution has ended."""

    @property
    def is_canceled(self) -> bool:
        """Whether the execution should end now; `async` activities are cancelled as well and need not look."""

    def log(self, message: str) -> None:
        """Writes one line to the server's log, with the ids of this execution."""

    def trace_headers(self) -> dict[str, str]:
        """Headers for requests that the activity sends, so that they belong to its trace; none where nothing is traced.

        They are W3C's: `traceparent`.
        """

    async def raise_event(self, kind: EventType, summary: str, details: str = "") -> None:
        """Stores a platform event; one per execution and summary, however often it is repeated.

        Raises ValueError when `summary` or `details` are longer than allowed (spec 5.12).
        """

    async def counter(self, path: str) -> float:
        """The present value of the counter at `path`, whatever its case; raises ActivityFailed when there is none."""

    async def change_counter(
        self, path: str, operation: CounterOperation, amount: float = 0, expected: float | None = None
    ) -> float:
        """Changes a counter at once and gives its new value (spec 6.2); nothing that others count meanwhile is lost.

        `amount` is the step or the new value, `expected` what compare-and-set must find. Raises ActivityFailed when
        there is no such counter, beyond its bounds, and for another value than expected. An increment that is repeated
        counts twice.
        """

    async def schedule_permits(self, path: str, at: datetime | None = None) -> bool:
        """Whether the schedule at `path` permits a start at that moment (aware; None: now), spec 6.3.

        Without a time zone in the schedule this server's clock counts. Raises ActivityFailed when there is no such
        schedule.
        """
