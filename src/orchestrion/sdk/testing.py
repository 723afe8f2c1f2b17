"""For tests of packs: a context without a server, and running one activity or monitor from its inputs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from orchestrion.model.counters import CounterOperation
from orchestrion.model.resources import EVENT_DETAILS_LENGTH, EVENT_SUMMARY_LENGTH, EventType
from orchestrion.model.values import Json
from orchestrion.sdk.context import RunContext
from orchestrion.sdk.declare import Definition
from orchestrion.sdk.fields import ActivityInputs
from orchestrion.sdk.invoke import Ended, invoke, validated
from orchestrion.sdk.outcome import ActivityFailed, Trigger


@dataclass
class RehearsalContext:
    """A RunContext that keeps what it is told: `logged` lines and raised `events` (type, summary, details).

    `counters` are values by path; there are no others, none has bounds, and each is reset to 0. `schedules` says by
    path what each permits, at any moment.
    """

    temp_folder: Path = Path()
    cursor: str | None = None
    execution_id: str = "00000000-0000-5000-8000-000000000001"
    activity_id: str = "activity"
    activity_name: str = "Activity"
    instance_id: str = "00000000-0000-7000-8000-000000000002"
    job_id: str = "00000000-0000-7000-8000-000000000003"
    runbook_name: str = "Runbook"
    server: str = "test-server"
    is_canceled: bool = False
    logged: list[str] = field(default_factory=list)
    events: list[tuple[EventType, str, str]] = field(default_factory=list)
    counters: dict[str, float] = field(default_factory=dict)
    schedules: dict[str, bool] = field(default_factory=dict)

    def log(self, message: str) -> None:
        """Keeps the line."""
        self.logged.append(message)

    def trace_headers(self) -> dict[str, str]:
        """The headers of a trace that is always the same."""
        return {"traceparent": "00-0000000000007000800000000000000a-000000000000000b-01"}

    async def raise_event(self, kind: EventType, summary: str, details: str = "") -> None:
        """Keeps the event; raises ValueError when a text is too long, as a server does."""
        if len(summary) > EVENT_SUMMARY_LENGTH or len(details) > EVENT_DETAILS_LENGTH:
            raise ValueError("the summary or the details are too long")
        self.events.append((kind, summary, details))

    async def counter(self, path: str) -> float:
        """The value in `counters`; raises ActivityFailed when it is not there."""
        if path not in self.counters:
            raise ActivityFailed(f"There is no counter '{path}'.")
        return self.counters[path]

    async def change_counter(
        self, path: str, operation: CounterOperation, amount: float = 0, expected: float | None = None
    ) -> float:
        """Changes the value in `counters`; raises ActivityFailed as a server does."""
        value = await self.counter(path)
        match operation:
            case CounterOperation.INCREMENT:
                value += amount
            case CounterOperation.DECREMENT:
                value -= amount
            case CounterOperation.RESET:
                value = 0
            case CounterOperation.COMPARE_AND_SET if value != expected:
                raise ActivityFailed(f"The counter '{path}' is not {expected}; nothing was changed.")
            case CounterOperation.SET | CounterOperation.COMPARE_AND_SET:
                value = amount
        self.counters[path] = value
        return value

    async def schedule_permits(self, path: str, at: datetime | None = None) -> bool:  # noqa: ARG002 - as documented
        """What `schedules` says; raises ActivityFailed when it says nothing."""
        if path not in self.schedules:
            raise ActivityFailed(f"There is no schedule '{path}'.")
        return self.schedules[path]


async def run(definition: object, ctx: RunContext, /, **inputs: Json) -> Ended:
    """Runs a declared activity as a server does, from inputs by name; raises ActivityFailed for wrong ones."""
    declared = _declared(definition)
    return await invoke(declared, validated(declared, inputs), ctx)


def watch(definition: object, ctx: RehearsalContext, /, **inputs: Json) -> AsyncIterator[Trigger]:
    """Arms a declared monitor; iterate to get its triggers, close the iterator to disarm it."""
    declared = _declared(definition)
    answer = declared.handler(validated(declared, inputs), ctx)
    if not isinstance(answer, AsyncIterator):
        raise TypeError("a monitor is an async generator")
    return answer


def _declared(definition: object) -> Definition[ActivityInputs]:
    if not isinstance(definition, Definition):
        raise TypeError("expected what @activity or @monitor made")
    return definition
