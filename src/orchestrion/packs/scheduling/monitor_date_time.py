"""Monitor Date/Time: starting at a time of day or at a fixed interval."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Protocol

import anyio

from orchestrion.packs.scheduling.inputs import RUN_ONCE, MonitorDateTimeInputs
from orchestrion.packs.scheduling.plan import offset_of, timetable_of
from orchestrion.packs.scheduling.timetable import last_start, next_start
from orchestrion.sdk import ActivityFailed, PublishedModel, RunContext, Trigger, monitor

_ARMED = "armed "  # a cursor that begins with it is the moment of arming; otherwise it is the last start
_LATE = timedelta(seconds=60)  # later than that, a start was missed: a restart of the server is shorter
_LONGEST_SLEEP_SECONDS = 30.0  # the clock may be set while we sleep


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """This moment, aware."""

    async def sleep(self, seconds: float) -> None:
        """Lets that much time pass."""


class SystemClock:
    """The clock of this computer."""

    def now(self) -> datetime:
        """This moment, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - a monitor of the time reads the time; tests bring another clock

    async def sleep(self, seconds: float) -> None:
        """Lets that much time pass."""
        await anyio.sleep(seconds)


class MonitorDateTimePublished(PublishedModel):
    """Nothing of its own, as documented; the common items tell when it started."""


@monitor("Monitor Date/Time", category="Scheduling", guarantee="replayable", published=MonitorDateTimePublished)
async def monitor_date_time(inputs: MonitorDateTimeInputs, ctx: RunContext) -> AsyncIterator[Trigger]:
    """Start the runbook at a time of day or at a fixed interval.

    Effect class `read`; guarantee `replayable`: the cursor is the last start, so that starts missed while nobody
    listened are known; they are skipped, or made up for by one (our choice, as the documentation has none). The local
    clock counts, or that of a named zone: a start in the hour that the clock skips is dropped, one in the hour that
    it repeats happens twice. Intervals count from the moment of arming, or from the minute named by Starting.
    """
    cursor = ctx.cursor or await begin(inputs, ctx)
    async with aclosing(starts(inputs, cursor, SystemClock())) as triggers:
        async for trigger in triggers:
            yield trigger


@monitor_date_time.begin
async def begin(inputs: MonitorDateTimeInputs, ctx: RunContext) -> str:
    """This moment, to the second."""
    now = SystemClock().now().replace(microsecond=0)
    timetable_of(inputs, now, offset_of(inputs))  # inputs that make no timetable are refused before anything is stored
    return f"{_ARMED}{now.isoformat()}"


async def starts(inputs: MonitorDateTimeInputs, cursor: str, clock: Clock) -> AsyncGenerator[Trigger]:
    """The starts behind a cursor, each as it is due; never ends by itself."""
    offset, after = offset_of(inputs), _moment(cursor)
    timetable = timetable_of(inputs, after, offset)
    if inputs.trigger_immediately and cursor.startswith(_ARMED):
        yield _trigger(after)
    while True:
        due = next_start(timetable, after, offset)
        await _wait(due, clock)
        now = clock.now()
        if now - due <= _LATE:
            after = due
            yield _trigger(due)
            continue
        missed = last_start(timetable, after, now, offset)
        after = now
        if missed is not None and inputs.missed_starts == RUN_ONCE:
            yield _trigger(missed)


def _moment(cursor: str) -> datetime:
    try:
        moment = datetime.fromisoformat(cursor.removeprefix(_ARMED))
    except ValueError:
        raise ActivityFailed(f"The cursor '{cursor}' is no moment.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _trigger(start: datetime) -> Trigger:
    text = start.astimezone(UTC).isoformat()
    return Trigger(MonitorDateTimePublished(), text, text)


async def _wait(due: datetime, clock: Clock) -> None:
    while (seconds := (due - clock.now()).total_seconds()) > 0:
        await clock.sleep(min(seconds, _LONGEST_SLEEP_SECONDS))
