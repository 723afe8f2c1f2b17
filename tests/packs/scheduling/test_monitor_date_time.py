"""Monitor Date/Time: its three modes, what it missed, and what it refuses."""

from datetime import UTC, datetime, timedelta

import pytest

from orchestrion.packs.scheduling.inputs import MonitorDateTimeInputs
from orchestrion.packs.scheduling.monitor_date_time import SystemClock, begin, monitor_date_time, starts
from orchestrion.sdk import ActivityFailed, Trigger
from orchestrion.sdk.testing import RehearsalContext
from tests.packs.watching import armed

pytestmark = pytest.mark.anyio
ARMED = datetime(2026, 11, 22, 10, 20, 30, tzinfo=UTC)
INTERVAL, SECONDS = "Every [x] days [y] hours [z] minutes", "Every [x] seconds"


class MadeClock:
    """A clock that sleeps by moving on."""

    def __init__(self, now: datetime = ARMED) -> None:
        self.moment = now

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def inputs(mode: str, **values: object) -> MonitorDateTimeInputs:
    return MonitorDateTimeInputs.model_validate({"schedule_mode": mode, "time_zone": "UTC", **values})


async def triggers(
    asked: MonitorDateTimeInputs, number: int, clock: MadeClock | None = None, cursor: str = ""
) -> list[Trigger]:
    generator = starts(asked, cursor or f"armed {ARMED.isoformat()}", clock or MadeClock())
    found = [await anext(generator) for _ in range(number)]
    await generator.aclose()
    return found


def clocks(found: list[Trigger]) -> list[str]:
    return [datetime.fromisoformat(trigger.cursor).strftime("%d %H:%M:%S") for trigger in found]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (inputs("At", at="14:30"), ["22 14:30:00", "23 14:30:00", "24 14:30:00"]),
        (inputs("At", at="2026-01-01T09:00:05"), ["23 09:00:05", "24 09:00:05", "25 09:00:05"]),
        (inputs(INTERVAL, minutes=45), ["22 11:05:30", "22 11:50:30", "22 12:35:30"]),
        (inputs(INTERVAL, days=1, hours=1), ["23 11:20:30", "24 12:20:30", "25 13:20:30"]),
        (inputs(INTERVAL, hours=2, starting=30), ["22 10:30:00", "22 12:30:00", "22 14:30:00"]),
        (inputs(INTERVAL, hours=1, starting=5), ["22 11:05:00", "22 12:05:00", "22 13:05:00"]),
        (
            inputs(INTERVAL, minutes=15, at_time_slices_within_the_hour=True),
            ["22 10:30:00", "22 10:45:00", "22 11:00:00"],
        ),
        (inputs(SECONDS, seconds=40), ["22 10:21:10", "22 10:21:50", "22 10:22:30"]),
        (inputs(INTERVAL, hours=1, trigger_immediately=True), ["22 10:20:30", "22 11:20:30", "22 12:20:30"]),
    ],
)
async def test_the_documented_modes(asked: MonitorDateTimeInputs, expected: list[str]) -> None:
    """When a timetable armed on 22 November at 10:20:30 starts."""
    found = await triggers(asked, 3)
    assert clocks(found) == expected
    assert len({trigger.key for trigger in found}) == 3


async def test_a_doubled_hour_starts_twice_with_two_keys() -> None:
    """The two starts at half past two are not taken for one."""
    asked = inputs("At", at="02:30", time_zone="Europe/Berlin")
    clock = MadeClock(datetime(2026, 10, 24, 12, 0, tzinfo=UTC))
    found = await triggers(asked, 2, clock, clock.moment.isoformat())
    assert [trigger.key[:19] for trigger in found] == ["2026-10-25T00:30:00", "2026-10-25T01:30:00"]


async def test_missed_starts_are_skipped() -> None:
    """After a pause of two hours the next start is one that is still to come, in the same rhythm."""
    cursor = ARMED.isoformat()
    found = await triggers(inputs(INTERVAL, minutes=45), 2, MadeClock(ARMED + timedelta(hours=2)), cursor)
    assert clocks(found) == ["22 12:35:30", "22 13:20:30"]


async def test_one_run_may_make_up_for_missed_starts() -> None:
    """It is the last one missed, and then the rhythm goes on."""
    asked = inputs(INTERVAL, minutes=45, missed_starts="Run once")
    clock = MadeClock(ARMED + timedelta(hours=2))
    found = await triggers(asked, 3, clock, ARMED.isoformat())
    assert clocks(found) == ["22 11:50:30", "22 12:35:30", "22 13:20:30"]


async def test_a_short_pause_misses_nothing() -> None:
    """A server that restarts within a minute starts what came due meanwhile."""
    clock = MadeClock(ARMED + timedelta(minutes=45, seconds=50))
    assert clocks(await triggers(inputs(INTERVAL, minutes=45), 1, clock, ARMED.isoformat())) == ["22 11:05:30"]


async def test_at_once_is_only_at_the_beginning() -> None:
    """A cursor of a start that took place brings no second immediate one."""
    asked = inputs(INTERVAL, hours=1, trigger_immediately=True)
    assert clocks(await triggers(asked, 1, None, ARMED.isoformat())) == ["22 11:20:30"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (inputs("At", at="noon"), "At: 'noon' is no time of day"),
        (inputs("At", at="10:00", time_zone="Mars/Olympus"), "there is no 'Mars/Olympus'"),
        (inputs("At", at="10:00", time_zone="../etc"), "there is no '../etc'"),
        (inputs(INTERVAL), "must be more than 0"),
        (inputs(INTERVAL, days=49), "Days: choose from 0 to 48"),
        (inputs(INTERVAL, hours=24), "Hours: choose from 0 to 23"),
        (inputs(INTERVAL, minutes=-1), "Minutes: choose from 0 to 59"),
        (inputs(INTERVAL, minutes=5, starting=1), "Starting needs 0 minutes"),
        (inputs(INTERVAL, hours=1, starting=60), "Starting: choose a minute"),
        (inputs(INTERVAL, minutes=7, at_time_slices_within_the_hour=True), "Minutes of 1, 2, 3"),
        (inputs(INTERVAL, hours=1, minutes=10, at_time_slices_within_the_hour=True), "needs 0 days, 0 hours"),
        (inputs(SECONDS, seconds=4), "Seconds: choose from 5 to 300"),
        (inputs(SECONDS, seconds=301), "Seconds: choose from 5 to 300"),
    ],
)
async def test_what_makes_no_timetable_is_refused(asked: MonitorDateTimeInputs, message: str) -> None:
    """When it is armed, with the input named."""
    with pytest.raises(ActivityFailed, match=message.replace(".", r"\.")):
        await begin(asked, RehearsalContext())


async def test_it_runs_on_the_real_clock() -> None:
    """Armed as on a server it starts at once when told to, and publishes nothing of its own."""
    async with armed(
        monitor_date_time, RehearsalContext(), schedule_mode=SECONDS, seconds=300, trigger_immediately=True
    ) as watcher:
        trigger = await watcher.trigger()
    assert dict(trigger.published.record()) == {}
    assert abs(datetime.fromisoformat(trigger.cursor) - SystemClock().now()) < timedelta(minutes=1)


async def test_it_waits_for_its_time() -> None:
    """A start that is seconds away comes then, on the real clock."""
    cursor = (SystemClock().now() - timedelta(seconds=4.8)).isoformat()
    ctx = RehearsalContext(cursor=cursor)
    async with armed(monitor_date_time, ctx, schedule_mode=SECONDS, seconds=5) as watcher:
        due = datetime.fromisoformat((await watcher.trigger()).cursor)
    assert due - datetime.fromisoformat(cursor) == timedelta(seconds=5)
    assert due <= SystemClock().now()
