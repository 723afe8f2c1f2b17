"""The vectors of the specification's Annex D that need a runbook server, by number; the others stand beside the engine.

14 and 15: tests/unit/model and interchange; 17: test_schedule_permission.py; 18: tests/conformance/test_spill_over.py;
20 and 21: test_children.py; 23: tests/unit/model/test_check_known.py and below.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import anyio
import pytest
from pydantic_core import to_json
from sqlalchemy import select
from uuid_utils import uuid7

from orchestrion.model.access import SYSTEM
from orchestrion.model.job import InstanceState, JobStatus
from orchestrion.model.resources import Variable
from orchestrion.ports.runs import JobRecord, RunFilter
from orchestrion.ports.triggers import TriggerFilter
from orchestrion.storage.tables import metadata
from tests.integration.world import FragileJournal, Installation, installation

pytestmark = pytest.mark.anyio


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Installation]:
    """A fresh installation."""
    async with installation(tmp_path) as made:
        yield made


async def test_vector_16_one_job_at_a_time(place: Installation) -> None:
    """Three starts run strictly one after another; stopping one while it is queued removes it."""
    runbook_id = await place.add("activities: {a: {type: world.act-read, inputs: {name: a}}}", limit=1)
    jobs = [await place.start(runbook_id) for _ in range(4)]
    await place.jobs.stop(SYSTEM, jobs[1].id)

    async def all_ended() -> list[JobRecord]:
        return [await place.until(each.id) for each in jobs]

    found = await place.live(None, all_ended)
    assert found is not None
    assert [each.status.value for each in found] == ["success", "canceled", "success", "success"]
    spans = [(each.started_at, each.ended_at) for each in (found[0], found[2], found[3])]
    moments = [moment for span in spans for moment in span if isinstance(moment, datetime)]
    assert moments == sorted(moments)
    assert place.world.counts == {"a": 3}


async def test_vector_19_a_dead_worker_is_taken_over_where_it_stood(place: Installation) -> None:
    """Killed in activity 3 of 5: activities 1 and 2 are not executed again."""
    names = "abcde"
    steps = ", ".join(f"{each}: {{type: world.act-idempotent, inputs: {{name: {each}}}}}" for each in names)
    links = ", ".join(f"{{from: {one}, to: {two}}}" for one, two in itertools.pairwise(names))
    job = await place.start(await place.add(f"activities: {{{steps}}}\nlinks: [{links}]"))
    place.world.waits["c"], place.world.reached["c"] = anyio.Event(), anyio.Event()
    await place.live(None, place.world.reached["c"].wait)
    place.world.waits.clear()
    ended = await place.live(None, lambda: place.until(job.id))
    assert ended is not None
    assert ended.status is JobStatus.SUCCESS
    assert place.world.counts == {"a": 1, "b": 1, "c": 2, "d": 1, "e": 1}


async def test_vector_22_triggers_during_a_run_are_not_lost(place: Installation) -> None:
    """Three triggers while one run is in progress: three further instances, at most one running at a time."""
    place.world.waits["run"], place.world.reached["run"] = anyio.Event(), anyio.Event()
    text = """
        activities:
          watch: {type: world.told}
          act: {type: world.act-read, inputs: {name: run}}
        links: [{from: watch, to: act}]
        """
    runbook_id = await place.add(text, limit=1, is_monitor=True)
    job = await place.start(runbook_id)

    async def told_four_times() -> int:
        await place.world.tell("one")
        await place.world.reached["run"].wait()
        for name in ("two", "three", "four"):
            await place.world.tell(name)
        await place.eventually(lambda: has_seen(place, job, 4))
        running = await place.runs.instances(SYSTEM, RunFilter(job_id=job.id))
        place.world.waits["run"].set()
        await place.eventually(lambda: has_run(place, job, 4))
        return len(running)

    assert await place.live(None, told_four_times) == 1
    assert place.world.counts == {"run": 4}


async def has_seen(place: Installation, job: JobRecord, count: int) -> bool:
    """Whether that many triggers are stored."""
    return len(await place.database.read(lambda tx: tx.triggers.find(TriggerFilter(job_id=job.id)))) == count


async def has_run(place: Installation, job: JobRecord, count: int) -> bool:
    """Whether that many instances of the job have succeeded."""
    found = await place.runs.instances(SYSTEM, RunFilter(job_id=job.id, statuses=(JobStatus.SUCCESS,)))
    return len(found) == count


async def test_vector_23_an_encrypted_variable_is_open_for_its_activity_alone(place: Installation) -> None:
    """In a masked input the activity gets plain text; nowhere in the database does it appear."""
    sealed = Variable(str(uuid7()), "Key", "sealed:plain-secret"[::-1], encrypted=True)
    now = place.clock.now()
    await place.database.write(lambda tx: tx.variables.save(sealed, now))
    text = """activities: {a: {type: world.whisper, inputs: {secret: '{{ var["Key"] }}'}}}"""
    job = await place.start(await place.add(text))
    ended = await place.live(None, lambda: place.until(job.id))
    assert ended is not None
    assert ended.status is JobStatus.SUCCESS
    assert place.world.heard == ["plain-secret"]
    assert "plain-secret" not in await everything_stored(place)


async def everything_stored(place: Installation) -> str:
    """Every row of every table, as text."""

    def rows(connection: object) -> str:
        found = [connection.execute(select(table)).all() for table in metadata.sorted_tables]  # type: ignore[attr-defined]  # a Connection
        return to_json([[tuple(row) for row in each] for each in found]).decode()

    return await place.database.on_writer(rows)


async def test_a_parked_parent_survives_a_power_cut_while_its_child_ends(place: Installation) -> None:
    """The child's end finds its parent parked, whoever was alive when."""
    child = await place.add("activities: {a: {type: world.act-idempotent, inputs: {name: child}}}", "C")
    text = "activities: {invoke: {type: runbook-control.invoke-runbook, inputs: {runbook: %s}}}"
    job = await place.start(await place.add(text % child, "P"))
    place.world.waits["child"], place.world.reached["child"] = anyio.Event(), anyio.Event()
    await place.live(None, place.world.reached["child"].wait)
    assert await place.state(job.id) is InstanceState.PARKED
    place.world.waits.clear()
    await place.live(FragileJournal(place.database, 2, after_commit=True), lambda: place.until(job.id))
    ended = await place.live(None, lambda: place.until(job.id))
    assert ended is not None
    assert ended.status is JobStatus.SUCCESS
