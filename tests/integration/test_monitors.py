"""A server that watches: floods, failures of monitors, what cannot be stored, and monitors that are taken away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from sqlalchemy import update

from orchestrion.model.access import SYSTEM
from orchestrion.model.job import JobStatus
from orchestrion.model.triggers import TriggerStatus
from orchestrion.ports.runs import JobRecord
from orchestrion.ports.triggers import MonitorRecord, TriggerFilter
from orchestrion.runbookserver import monitor_watch
from orchestrion.storage.tables import monitor
from tests.integration.world import Installation, installation

pytestmark = pytest.mark.anyio
WATCH = """
settings: {{{settings}}}
activities:
  watch: {{type: world.told}}
  act: {{type: world.act-read, inputs: {{name: run}}}}
links: [{{from: watch, to: act}}]
"""


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Installation]:
    """An installation on SQLite whose runs wait until they are told to go on."""
    async with installation(tmp_path) as made:
        made.world.waits["run"], made.world.reached["run"] = anyio.Event(), anyio.Event()
        yield made


async def watching(place: Installation, settings: str = "") -> JobRecord:
    """A started monitor."""
    return await place.start(await place.add(WATCH.format(settings=settings), is_monitor=True))


async def count(place: Installation, *statuses: TriggerStatus) -> int:
    """How many triggers stand so, or all."""
    wanted = TriggerFilter(statuses=statuses)
    return len(await place.database.read(lambda tx: tx.triggers.find(wanted)))


async def monitor_of(place: Installation, job: JobRecord) -> MonitorRecord:
    """How a monitor stands."""
    found = await place.database.read(lambda tx: tx.triggers.monitor(job.id))
    assert found is not None
    return found


async def test_a_flooded_monitor_is_asked_no_more_until_there_is_room(place: Installation) -> None:
    """It has seen as many as may wait and the one that runs; the others follow when runs have ended."""
    job = await watching(place, "max_waiting_triggers: 2")

    async def six() -> int:
        for word in "abcdef":
            await place.world.tell(word)
        await place.eventually(lambda: is_flooded(place, job))
        seen = await count(place)
        place.world.waits["run"].set()
        await place.eventually(lambda: have(place, TriggerStatus.SUCCESS, 6))
        return seen

    assert await place.live(None, six) == 3


async def is_flooded(place: Installation, job: JobRecord) -> bool:
    """Whether too many triggers wait."""
    return (await monitor_of(place, job)).flooded_at is not None


async def have(place: Installation, status: TriggerStatus, number: int) -> bool:
    """Whether so many triggers stand so."""
    return await count(place, status) == number


async def test_a_key_that_cannot_be_stored_is_stored_by_its_digest(place: Installation) -> None:
    """The monitor goes on behind it."""
    await watching(place, "max_monitor_instances: 2")

    async def told() -> None:
        await place.world.tell("with\x00zero")
        await place.world.tell("next")
        await place.eventually(lambda: have(place, TriggerStatus.RUNNING, 2))

    await place.live(None, told)
    assert await count(place) == 2


async def test_a_monitor_that_was_taken_away_is_let_go(place: Installation) -> None:
    """Its lease is another's: the server goes on with everything else, and the job still waits."""
    job = await watching(place)
    place.world.waits["run"].set()

    async def taken() -> JobStatus:
        await place.world.tell("a")
        await place.eventually(lambda: have(place, TriggerStatus.SUCCESS, 1))
        other = update(monitor).values(lease="01890000-0000-7000-8000-000000000001")
        await place.database.on_writer(lambda connection: connection.execute(other).rowcount)
        await place.world.tell("b")
        ordinary = await place.start(await place.add("activities: {a: {type: world.act-pure, inputs: {name: x}}}", "S"))
        await place.until(ordinary.id, JobStatus.SUCCESS)
        return (await place.runs.job(SYSTEM, job.id)).status

    assert await place.live(None, taken) is JobStatus.WAITING
    assert await count(place) == 1


async def test_a_monitor_that_cannot_be_armed_says_why(place: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its job waits with the reason and the next attempt, and fails after the last one."""
    monkeypatch.setattr(monitor_watch, "AGAIN_SECONDS", (0.4,))
    text = "activities: {watch: {type: world.told, inputs: {unknown: 1}}}"
    job = await place.start(await place.add(text, is_monitor=True))

    async def failing() -> str:
        await place.eventually(lambda: has_reason(place, job))
        reason = (await place.runs.job(SYSTEM, job.id)).reason
        await place.until(job.id, JobStatus.FAILED)
        return reason or ""

    assert "The monitor failed and is armed again at" in str(await place.live(None, failing))


async def has_reason(place: Installation, job: JobRecord) -> bool:
    """Whether the job says why it waits."""
    found = await place.runs.job(SYSTEM, job.id)
    return found.status is JobStatus.WAITING and bool(found.reason)
