"""The two levels of a stop, and what becomes of what runs (spec 5.6, OQ-9)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from orchestrion.model.access import SYSTEM
from orchestrion.model.condition import Status
from orchestrion.model.errors import UnavailableError
from orchestrion.model.job import JobStatus, StopLevel
from orchestrion.ports.journal import Fence, Slice
from orchestrion.ports.runs import JobRecord
from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.journal import SqlJournal
from tests.integration.world import Installation, installation

pytestmark = pytest.mark.anyio
CHAIN = """
activities:
  a: {type: world.act-once, inputs: {name: a}}
  b: {type: world.act-once, inputs: {name: b}}
links: [{from: a, to: b, include: []}]
"""


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Installation]:
    """A fresh installation in which the activity `a` waits once it has begun."""
    async with installation(tmp_path) as made:
        made.world.waits["a"], made.world.reached["a"] = anyio.Event(), anyio.Event()
        yield made


async def started(place: Installation, text: str = CHAIN) -> JobRecord:
    """A job whose activity `a` is under way."""
    job = await place.start(await place.add(text))
    await place.world.reached["a"].wait()
    return job


async def statuses(place: Installation, job: JobRecord) -> list[Status]:
    """How the executions of the job ended."""
    return [each.status for each in await place.runs.executions(SYSTEM, await place.instance_id(job.id))]


async def until_acknowledged(place: Installation, job: JobRecord) -> JobRecord:
    """The job when its server has begun to stop it."""

    async def is_acknowledged() -> bool:
        return (await place.runs.job(SYSTEM, job.id)).stop_acknowledged_at is not None

    await place.eventually(is_acknowledged)
    return await place.runs.job(SYSTEM, job.id)


async def test_what_runs_may_end_by_itself(place: Installation) -> None:
    """After the current activity: it ends as it would have, and nothing follows it."""

    async def work() -> None:
        job = await started(place)
        await place.jobs.stop(SYSTEM, job.id, StopLevel.AFTER_ACTIVITY)
        stopping = await until_acknowledged(place, job)
        assert (stopping.status, stopping.stop_level) == (JobStatus.STOPPING, StopLevel.AFTER_ACTIVITY)
        place.world.waits["a"].set()
        assert (await place.until(job.id)).status is JobStatus.CANCELED
        assert await statuses(place, job) == [Status.SUCCESS]

    await place.live(None, work)


async def test_what_runs_is_ended_now(place: Installation) -> None:
    """Now: the activity is cancelled, and the job tells when the stop was asked for and taken up."""

    async def work() -> None:
        job = await started(place)
        await place.jobs.stop(SYSTEM, job.id)
        ended = await place.until(job.id)
        assert await statuses(place, job) == [Status.CANCELED]
        assert ended.stop_requested_at is not None
        assert ended.stop_acknowledged_at is not None
        assert ended.ended_at is not None
        assert ended.stop_requested_at <= ended.stop_acknowledged_at <= ended.ended_at

    await place.live(None, work)


async def test_a_patient_stop_may_be_followed_by_one_for_now(place: Installation) -> None:
    """Whoever does not want to wait any longer asks again."""

    async def work() -> None:
        job = await started(place)
        await place.jobs.stop(SYSTEM, job.id, StopLevel.AFTER_ACTIVITY)
        await until_acknowledged(place, job)
        await place.jobs.stop(SYSTEM, job.id, StopLevel.NOW)
        await place.until(job.id)
        assert await statuses(place, job) == [Status.CANCELED]

    await place.live(None, work)


async def test_what_does_not_end_in_time_is_left_behind(place: Installation) -> None:
    """An activity that ignores its cancellation holds its job only for the grace period."""
    place.options = replace(place.options, stop_grace_seconds=0.2)

    async def work() -> None:
        job = await started(place, "activities:\n  a: {type: world.cling, inputs: {name: a}}")
        await place.jobs.stop(SYSTEM, job.id)
        await place.until(job.id)
        (execution,) = await place.runs.executions(SYSTEM, await place.instance_id(job.id))
        assert execution.status is Status.CANCELED
        assert "did not end within 0.2 seconds" in execution.error
        place.world.waits["a"].set()

    await place.live(None, work)


class AwayJournal(SqlJournal):
    """A journal that a server cannot reach from some moment on."""

    is_away = False

    def __init__(self, database: SqlDatabase) -> None:
        super().__init__(database)
        self.was_tried = anyio.Event()

    async def append(self, fence: Fence, slices: Sequence[Slice]) -> dict[str, str]:
        """Writes, or says that it cannot."""
        if not self.is_away:
            return await super().append(fence, slices)
        self.was_tried.set()
        raise UnavailableError("The cable is cut.")


async def test_an_outcome_that_comes_when_the_lease_is_over_answers_the_doubt(place: Installation) -> None:
    """A server that is cut off lets `once` work finish: its successor only holds it, and learns how it ended."""
    async with cut_off(place, SqlJournal(place.database)) as job:
        pass
    place.world.reached["a"] = anyio.Event()

    async def successor() -> None:
        await place.until(job.id, JobStatus.HELD)
        place.world.waits["a"].set()
        assert (await place.until(job.id)).status is JobStatus.SUCCESS

    await place.live(None, successor)
    assert place.world.counts["a"] == 1
    assert await statuses(place, job) == [Status.SUCCESS, Status.SUCCESS]


async def test_an_outcome_that_was_known_and_could_not_be_written_answers_the_doubt(place: Installation) -> None:
    """It had ended before the lease was over, and only the server that was cut off knows."""
    journal = AwayJournal(place.database)
    async with cut_off(place, journal) as job:
        journal.is_away = True
        place.world.waits["a"].set()
        await journal.was_tried.wait()

    async def successor() -> None:
        assert (await place.until(job.id)).status is JobStatus.SUCCESS

    await place.live(None, successor)
    assert (place.world.counts["a"], place.world.counts["b"]) == (1, 1)


@asynccontextmanager
async def cut_off(place: Installation, journal: SqlJournal) -> AsyncIterator[JobRecord]:
    """A job whose activity `a` was under way on a server that is cut off and gone at the end."""
    service = place.service(journal)
    async with anyio.create_task_group() as group:
        group.start_soon(service.run)
        await service.started.wait()
        yield await started(place)
        assert service._life is not None
        service._life.cut_off()
        group.cancel_scope.cancel()
