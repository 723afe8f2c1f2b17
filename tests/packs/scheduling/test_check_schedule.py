"""Check Schedule, on a runbook server's own schedules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrion.model.condition import Status
from orchestrion.model.schedules import Hours, Schedule
from orchestrion.packs.scheduling.check_schedule import check_schedule
from orchestrion.runbookserver.clock import SystemClock
from orchestrion.runbookserver.resources import Resources
from orchestrion.runbookserver.schedules import RunSchedules
from orchestrion.sdk import ActivityFailed
from orchestrion.sdk.testing import RehearsalContext, run
from orchestrion.storage.database import SqlDatabase, open_database
from orchestrion.storage.migrate import migrate

pytestmark = pytest.mark.anyio
NIL = "00000000-0000-0000-0000-000000000000"
MORNING, EVENING = datetime(2026, 11, 22, 6, tzinfo=UTC), datetime(2026, 11, 22, 18, tzinfo=UTC)


@pytest.fixture
async def database(tmp_path: Path, anyio_backend: str) -> AsyncIterator[SqlDatabase]:
    """A database without schedules."""
    url = f"sqlite:///{tmp_path / 'orchestrion.db'}"
    await migrate(url)
    opened = open_database(url)
    yield opened
    await opened.close()


@pytest.fixture
def run_schedules(database: SqlDatabase) -> RunSchedules:
    """What a runbook server gives an execution."""
    return RunSchedules(Resources(database, SystemClock()), SystemClock())


async def test_the_answer_is_published(run_schedules: RunSchedules) -> None:
    """No is as good an answer as yes."""
    for answer in (True, False):
        ended = await run(check_schedule, RehearsalContext(schedules={"Nights": answer}), schedule_template="Nights")
        assert (ended.status, ended.records[0]["Conforms to schedule"]) == (Status.SUCCESS, answer)


async def test_a_schedule_that_does_not_exist_fails_the_activity(run_schedules: RunSchedules) -> None:
    """The error names it, on a server as in a test."""
    ended = await run(check_schedule, RehearsalContext(), schedule_template="Nobody")
    assert (ended.status, ended.error) == (Status.FAILED, "There is no schedule 'Nobody'.")
    with pytest.raises(ActivityFailed, match="no schedule 'Nobody'"):
        await run_schedules.permits("Nobody")


async def test_a_server_asks_the_stored_schedule(database: SqlDatabase, run_schedules: RunSchedules) -> None:
    """Whatever the case of its path."""
    mornings = Schedule(NIL, "Sites/Mornings", time_zone="UTC", hours=Hours((0xFFF,) * 7))
    await database.write(lambda stores: stores.schedules.save(mornings, MORNING))
    assert await run_schedules.permits("sites/mornings", MORNING)
    assert not await run_schedules.permits("Sites/Mornings", EVENING)


async def test_now_is_asked_about_unless_another_moment_is_given(
    database: SqlDatabase, run_schedules: RunSchedules
) -> None:
    """Always is now as well, and never is not."""
    always, never = Schedule(NIL, "Always"), Schedule(NIL[:-1] + "1", "Never", hours=Hours((0,) * 7))
    await database.write(lambda stores: stores.schedules.save(always, MORNING))
    await database.write(lambda stores: stores.schedules.save(never, MORNING))
    assert [await run_schedules.permits(path) for path in ("Always", "Never")] == [True, False]


async def test_a_zone_that_this_server_does_not_know_fails_the_activity(
    database: SqlDatabase, run_schedules: RunSchedules
) -> None:
    """Another computer may have known it when the schedule was made."""
    strange = Schedule(NIL, "Strange", time_zone="Mars/Olympus_Mons")
    await database.write(lambda stores: stores.schedules.save(strange, MORNING))
    with pytest.raises(ActivityFailed, match="no time zone 'Mars/Olympus_Mons'"):
        await run_schedules.permits("Strange")
