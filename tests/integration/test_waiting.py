"""Instances that only wait leave their server's memory and come back from the journal; people pause and steer them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import anyio
import pytest

from orchestrion.model.access import SYSTEM
from orchestrion.model.condition import Status
from orchestrion.model.errors import ConflictError
from orchestrion.model.job import InstanceState, JobStatus
from orchestrion.ports.runs import ExecutionRecord, JobRecord
from orchestrion.runbookserver import executor
from orchestrion.services.reruns import AGAIN, FIRST, REUSED, RerunOrder, Reruns
from orchestrion.services.steering import Order, Steering, Wish
from orchestrion.services.tester import Tester as RunbookTester
from orchestrion.services.tester import TestOrder
from orchestrion.services.waiting import WaitingFor
from tests.integration.world import Installation, installation

pytestmark = pytest.mark.anyio

DELAYED = """
activities:
  a: {type: world.act-once, inputs: {name: a}}
  b: {type: world.act-once, inputs: {name: b}}
links: [{from: a, to: b, delay_seconds: 0.4}]
"""
CHAIN = """
activities:
  a: {type: world.act-once, inputs: {name: a}}
  b: {type: world.act-once, inputs: {name: b}}
  c: {type: world.act-once, inputs: {name: '{{ b["Value"] }}'}}
links: [{from: a, to: b}, {from: b, to: c}]
"""


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Installation]:
    """A fresh installation whose servers know the world's types."""
    async with installation(tmp_path) as made:
        yield made


async def run(place: Installation, job: JobRecord) -> JobRecord:
    """The job at its end."""
    ended = await place.live(None, lambda: place.until(job.id))
    assert ended is not None
    return ended


async def executions(place: Installation, job: JobRecord) -> list[ExecutionRecord]:
    """All executions of the job's newest instance."""
    return await place.runs.executions(SYSTEM, await place.instance_id(job.id))


async def has_heard(place: Installation, instance_id: str) -> bool:
    """Whether the instance has taken up everything that people asked of it."""
    return not await place.database.read(lambda tx: tx.journal.control_messages(instance_id))


async def has_moved(place: Installation, job: JobRecord, before: str) -> bool:
    """Whether the job is held for another reason than before."""
    found = await place.runs.job(SYSTEM, job.id)
    return found.status is JobStatus.HELD and found.reason != before


async def has_ended(place: Installation, job: JobRecord, count: int) -> bool:
    """Whether that many executions have ended."""
    return len(await executions(place, job)) >= count


async def test_a_long_delay_parks_the_instance(place: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits in the database alone, comes back when its time is over, and repeats nothing."""
    monkeypatch.setattr(executor, "PARKED_AFTER", timedelta())
    monkeypatch.setattr(executor, "PARKING_ROWS", 1)
    job = await place.start(await place.add(DELAYED))

    async def parked_then_done() -> JobRecord:
        await place.until_state(job.id, InstanceState.PARKED)
        return await place.until(job.id)

    ended = await place.live(None, parked_then_done)
    assert ended is not None
    assert ended.status is JobStatus.SUCCESS
    assert place.world.counts == {"a": 1, "b": 1}
    first, second = await executions(place, job)
    assert second.started_at - first.ended_at >= timedelta(seconds=0.4)


async def test_a_parked_instance_can_be_stopped(place: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stop wakes it."""
    monkeypatch.setattr(executor, "PARKED_AFTER", timedelta())
    job = await place.start(await place.add(DELAYED.replace("0.4", "3600")))

    async def stop() -> JobRecord:
        await place.until_state(job.id, InstanceState.PARKED)
        await place.jobs.stop(SYSTEM, job.id)
        return await place.until(job.id)

    ended = await place.live(None, stop)
    assert ended is not None
    assert ended.status is JobStatus.CANCELED
    assert place.world.counts == {"a": 1}


async def test_a_long_run_leaves_snapshots_and_goes_on_from_the_last(
    place: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power cut only what follows the snapshot is replayed, and every round happened once."""
    monkeypatch.setattr(executor, "SNAPSHOT_ROWS", 3)
    place.world.waits["i7"], place.world.reached["i7"] = anyio.Event(), anyio.Event()
    items = ", ".join(f"i{number}" for number in range(10))
    text = f"""
        activities:
          each: {{type: runbook-control.for-each, inputs: {{items: [{items}]}}}}
          act: {{type: world.act-verifiable, group: each, inputs: {{name: '{{{{ each["Item"] }}}}'}}}}
        """
    job = await place.start(await place.add(text))
    await place.live(None, place.world.reached["i7"].wait)
    instance_id = await place.instance_id(job.id)
    snapshot = await place.database.read(lambda tx: tx.journal.snapshot(instance_id))
    assert snapshot is not None
    assert snapshot.sequence >= 8
    place.world.waits.clear()
    ended = await run(place, job)
    assert ended.status is JobStatus.SUCCESS
    assert {place.world.counts[f"i{number}"] for number in range(10)} == {1}


async def test_a_paused_instance_starts_nothing_more_until_it_is_continued(place: Installation) -> None:
    """What runs ends; then the instance is held with the name of who paused it."""
    place.world.waits["a"], place.world.reached["a"] = anyio.Event(), anyio.Event()
    steering = Steering(place.database, place.wakeups, place.clock)
    job = await place.start(await place.add(CHAIN))

    async def pause() -> list[JobRecord]:
        await place.world.reached["a"].wait()
        instance_id = await place.instance_id(job.id)
        await steering.steer(SYSTEM, instance_id, Order(Wish.PAUSE))
        await place.eventually(lambda: has_heard(place, instance_id))
        place.world.waits["a"].set()
        held = await place.until(job.id, JobStatus.HELD)
        assert place.world.counts == {"a": 1}
        await steering.steer(SYSTEM, await place.instance_id(job.id), Order(Wish.CONTINUE))
        return [held, await place.until(job.id)]

    found = await place.live(None, pause)
    assert found is not None
    assert found[0].reason == "Paused by Orchestrion."
    assert found[1].status is JobStatus.SUCCESS
    assert place.world.counts == {"a": 1, "b": 1, "1": 1}


async def test_a_pause_outlives_its_server(place: Installation) -> None:
    """The next server knows it from the journal."""
    steering = Steering(place.database, place.wakeups, place.clock)
    job = await place.start(await place.add(CHAIN))
    await steering.steer(SYSTEM, await place.instance_id(job.id), Order(Wish.PAUSE))
    held = await place.live(None, lambda: place.until(job.id, JobStatus.HELD))
    assert held is not None
    assert held.status is JobStatus.HELD
    assert not place.world.counts


async def test_a_skipped_activity_gives_the_data_it_was_given(place: Installation) -> None:
    """It does not run, and what follows reads the data; the history says that it was given."""
    steering = Steering(place.database, place.wakeups, place.clock)
    job = await place.start(await place.add(CHAIN))
    instance_id = await place.instance_id(job.id)
    await steering.steer(SYSTEM, instance_id, Order(Wish.PAUSE))
    await steering.steer(SYSTEM, instance_id, Order(Wish.SKIP, "b", {"records": [{"Value": 42}]}))
    await steering.steer(SYSTEM, instance_id, Order(Wish.CONTINUE))
    assert (await run(place, job)).status is JobStatus.SUCCESS
    assert place.world.counts == {"a": 1, "42": 1}
    given = [each for each in await executions(place, job) if each.activity_id == "b"]
    assert given[0].evidence == {"given": True}


async def test_an_ended_instance_cannot_be_steered(place: Installation) -> None:
    """The error says how it ended."""
    steering = Steering(place.database, place.wakeups, place.clock)
    job = await place.start(await place.add(CHAIN))
    await run(place, job)
    with pytest.raises(ConflictError, match="has ended as success"):
        await steering.steer(SYSTEM, await place.instance_id(job.id), Order(Wish.PAUSE))


async def test_a_rerun_reuses_what_came_before(place: Installation) -> None:
    """Only the chosen activity and what follows run again; the preview said so."""
    runbook_id = await place.add(CHAIN)
    job = await place.start(runbook_id)
    await run(place, job)
    reruns = Reruns(place.database, place.wakeups, place.clock)
    instance_id = await place.instance_id(job.id)
    steps = await reruns.preview(SYSTEM, instance_id, RerunOrder(("b",)))
    assert [each.verdict for each in steps] == [REUSED, AGAIN, AGAIN]
    assert [each.effect and each.effect.value for each in steps] == [None, "once", "once"]
    again = await reruns.start(SYSTEM, instance_id, RerunOrder(("b",)))
    assert (await run(place, again)).status is JobStatus.SUCCESS
    assert place.world.counts == {"a": 1, "b": 2, "1": 1, "2": 1}
    assert (again.rerun or {})["instance_id"] == instance_id


async def test_a_rerun_takes_edited_inputs(place: Installation) -> None:
    """The chosen activity runs with what the operator corrected."""
    job = await place.start(await place.add(CHAIN))
    await run(place, job)
    reruns = Reruns(place.database, place.wakeups, place.clock)
    order = RerunOrder(("c",), {"c": {"name": "corrected"}})
    again = await reruns.start(SYSTEM, await place.instance_id(job.id), order)
    await run(place, again)
    assert place.world.counts == {"a": 1, "b": 1, "1": 1, "corrected": 1}


async def test_a_rerun_on_a_newer_version_reuses_only_what_is_the_same_upstream(place: Installation) -> None:
    """A changed activity, and all behind it, runs again."""
    runbook_id = await place.add(CHAIN)
    job = await place.start(runbook_id)
    await run(place, job)
    changed = await place.database.read(lambda tx: tx.runbooks.version(runbook_id, 1).document)
    activities = dict(changed["activities"])  # type: ignore[arg-type]  # a document that was read
    activities["b"] = activities["b"] | {"inputs": {"name": "b2"}}  # type: ignore[operator]  # as above
    activities["d"] = activities["b"]
    await place.add_version(
        runbook_id,
        {**changed, "activities": activities}
        | {"links": [{"from": "a", "to": "b"}, {"from": "b", "to": "c"}, {"from": "c", "to": "d"}]},
        2,
    )
    reruns = Reruns(place.database, place.wakeups, place.clock)
    order = RerunOrder(("c",), version=2)
    steps = await reruns.preview(SYSTEM, await place.instance_id(job.id), order)
    assert [each.verdict for each in steps] == [REUSED, AGAIN, AGAIN, FIRST]
    again = await reruns.start(SYSTEM, await place.instance_id(job.id), order)
    assert (await run(place, again)).status is JobStatus.SUCCESS
    assert place.world.counts == {"a": 1, "b": 1, "1": 2, "b2": 2}


async def test_a_rerun_survives_a_power_cut(place: Installation) -> None:
    """What was reused before the cut is not asked for again, and what follows is still reused."""
    job = await place.start(await place.add(CHAIN))
    await run(place, job)
    place.world.waits["x"], place.world.reached["x"] = anyio.Event(), anyio.Event()
    reruns = Reruns(place.database, place.wakeups, place.clock)
    order = RerunOrder(("c",), {"c": {"name": "x"}})
    again = await reruns.start(SYSTEM, await place.instance_id(job.id), order)
    await place.live(None, place.world.reached["x"].wait)
    held = await place.live(None, lambda: place.until(again.id, JobStatus.HELD))
    assert held is not None
    assert held.status is JobStatus.HELD
    assert place.world.counts == {"a": 1, "b": 1, "1": 1, "x": 1}


async def test_a_running_instance_cannot_be_run_again(place: Installation) -> None:
    """First it has to end."""
    job = await place.start(await place.add(CHAIN))
    reruns = Reruns(place.database, place.wakeups, place.clock)
    with pytest.raises(ConflictError, match="has not ended"):
        await reruns.preview(SYSTEM, await place.instance_id(job.id), RerunOrder(("a",)))


async def test_a_test_stops_at_breakpoints_and_goes_on_step_by_step(place: Installation) -> None:
    """Before each stop the activity has not run; the reason names where it stands."""
    tester = RunbookTester(place.database, place.wakeups, place.clock)
    steering = Steering(place.database, place.wakeups, place.clock)
    runbook_id = await place.add(CHAIN)

    async def stops() -> list[str]:
        job = await tester.start(SYSTEM, TestOrder(runbook_id, breakpoints={"b": ""}, pins={"a": {"records": [{}]}}))
        seen = [(await place.until(job.id, JobStatus.HELD)).reason or ""]
        instance_id = await place.instance_id(job.id)
        (wait,) = await WaitingFor(place.database).waits(SYSTEM, instance_id)
        assert (wait.activity_id, wait.inputs) == ("b", {"name": "b"})
        assert wait.why == "'b' is held back. Stopped before 'b' (breakpoint)."
        await steering.steer(SYSTEM, instance_id, Order(Wish.EDIT, "b", {"inputs": {"name": "edited"}}))
        await steering.steer(SYSTEM, instance_id, Order(Wish.STEP))
        await place.eventually(lambda: has_moved(place, job, seen[0]))
        found = (await place.until(job.id, JobStatus.HELD)).reason or ""
        await steering.steer(SYSTEM, instance_id, Order(Wish.CONTINUE))
        return [*seen, found, (await place.until(job.id)).status.value]

    found = await place.live(None, stops)
    assert found == ["Stopped before 'b' (breakpoint).", "Stopped before 'c' (step).", "success"]
    assert place.world.counts == {"edited": 1, "1": 1}


async def test_a_dry_run_changes_nothing_and_says_where_it_guessed(place: Installation) -> None:
    """What only looks is run; the rest is guessed, and every execution says so."""
    tester = RunbookTester(place.database, place.wakeups, place.clock)
    text = CHAIN.replace("world.act-once, inputs: {name: a}", "world.act-read, inputs: {name: a}")
    runbook_id = await place.add(text)

    async def dry() -> JobRecord:
        return await place.until((await tester.start(SYSTEM, TestOrder(runbook_id, dry_run=True))).id)

    ended = await place.live(None, dry)
    assert ended is not None
    assert ended.status is JobStatus.SUCCESS
    assert place.world.counts == {"a": 1}
    assert [(each.evidence or {})["dry_run"] for each in await executions(place, ended)] == [
        "real",
        "guessed",
        "guessed",
    ]


async def test_an_instance_says_what_it_waits_for(place: Installation) -> None:
    """A junction names who is still to come."""
    place.world.waits["slow"], place.world.reached["slow"] = anyio.Event(), anyio.Event()
    text = """
        activities:
          a: {type: world.act-pure, inputs: {name: a}}
          b: {type: world.act-read, name: Quick, inputs: {name: b}}
          c: {type: world.act-read, name: Slow, inputs: {name: slow}}
          j: {type: runbook-control.junction, name: Meet}
        links: [{from: a, to: b}, {from: a, to: c}, {from: b, to: j}, {from: c, to: j}]
        """
    job = await place.start(await place.add(text))

    async def look() -> list[str]:
        await place.world.reached["slow"].wait()
        instance_id = await place.instance_id(job.id)
        await place.eventually(lambda: has_ended(place, job, 2))
        found = [each.why for each in await WaitingFor(place.database).waits(SYSTEM, instance_id)]
        place.world.waits["slow"].set()
        await place.until(job.id)
        return found

    assert await place.live(None, look) == [
        "'Slow' runs or is about to.",
        "'Meet' waits for what still runs: 'Slow'. Arrived so far: 'Quick'.",
    ]


async def test_a_status_given_for_a_skipped_activity_counts(place: Installation) -> None:
    """A failure given by hand is a failure."""
    steering = Steering(place.database, place.wakeups, place.clock)
    job = await place.start(await place.add(CHAIN))
    instance_id = await place.instance_id(job.id)
    await steering.steer(SYSTEM, instance_id, Order(Wish.SKIP, "a", {"status": "failed", "error": "not today"}))
    assert (await run(place, job)).status is JobStatus.FAILED
    (only,) = await executions(place, job)
    assert (only.status, only.error) == (Status.FAILED, "not today")
