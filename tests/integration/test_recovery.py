"""A runbook server that dies at any commit: what finished never runs again, nothing is lost or repeated unknowingly."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from orchestrion.model.access import SYSTEM
from orchestrion.model.condition import Status
from orchestrion.model.errors import ConflictError
from orchestrion.model.job import JobStatus
from orchestrion.ports.runs import ExecutionRecord, RunFilter
from orchestrion.runbookserver.service import RunbookServerService
from tests.integration.world import FragileJournal, Installation, installation

pytestmark = pytest.mark.anyio

CHAIN = """
activities:
  a: {type: world.act-idempotent, inputs: {name: a}}
  b: {type: world.act-verifiable, inputs: {name: b}}
  c: {type: world.act-read, inputs: {name: c}}
  d: {type: world.act-verifiable, inputs: {name: d}}
  e: {type: world.act-pure, inputs: {name: e}}
links: [{from: a, to: b}, {from: b, to: c}, {from: c, to: d}, {from: d, to: e}]
"""
ONCE = """
activities:
  a: {type: world.act-once, inputs: {name: a}}
  b: {type: world.act-read, inputs: {name: b}}
links: [{from: a, to: b}]
"""


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Installation]:
    """A fresh installation."""
    async with installation(tmp_path) as made:
        yield made


async def executions(place: Installation, job_id: str) -> list[ExecutionRecord]:
    """All executions of the job's instance."""
    (instance,) = await place.runs.instances(SYSTEM, RunFilter(job_id=job_id))
    return await place.runs.executions(SYSTEM, instance.id)


@pytest.mark.parametrize("after_commit", [False, True])
@pytest.mark.parametrize("at", range(1, 12))
async def test_a_chain_survives_a_power_cut_at_every_commit(place: Installation, at: int, after_commit: bool) -> None:
    """The job succeeds, each activity finished once, and what is verifiable happened once."""
    runbook_id = await place.add(CHAIN)
    job = await place.start(runbook_id)
    journal = FragileJournal(place.database, at, after_commit=after_commit)
    ended = await place.live(journal, lambda: place.until(job.id))
    ended = ended or await place.live(None, lambda: place.until(job.id))
    assert ended is not None
    assert ended.status is JobStatus.SUCCESS
    assert [each.activity_id for each in await executions(place, job.id)] == ["a", "b", "c", "d", "e"]
    assert (place.world.counts["b"], place.world.counts["d"]) == (1, 1)
    assert place.world.counts["a"] in (1, 2)


async def cut_in_the_middle_of(place: Installation, name: str, text: str = ONCE) -> str:
    """Starts a job and cuts the power while the activity acts; gives the job's id."""
    job = await place.start(await place.add(text))
    place.world.waits[name] = anyio.Event()
    place.world.reached[name] = anyio.Event()
    await place.live(None, place.world.reached[name].wait)
    place.world.waits.clear()
    return job.id


async def test_a_once_activity_is_held_in_doubt_and_never_repeated(place: Installation) -> None:
    """The job is held with the reason; nothing runs until somebody answers."""
    job_id = await cut_in_the_middle_of(place, "a")
    job = await place.live(None, lambda: place.until(job_id, JobStatus.HELD))
    assert job is not None
    assert job.status is JobStatus.HELD
    assert "in doubt" in (job.reason or "")
    assert place.world.counts == {"a": 1}


@pytest.mark.parametrize(
    ("answer", "status", "acts"),
    [("succeeded", JobStatus.SUCCESS, 1), ("repeat", JobStatus.SUCCESS, 2), ("fail", JobStatus.FAILED, 1)],
)
async def test_the_answer_to_a_doubt_decides(place: Installation, answer: str, status: JobStatus, acts: int) -> None:
    """Succeeded goes on with the given data, repeat acts again, fail ends the path."""
    job_id = await cut_in_the_middle_of(place, "a")
    await place.live(None, lambda: place.until(job_id, JobStatus.HELD))
    (doubt,) = await place.jobs.doubts(SYSTEM)
    records = [{"Value": 41}] if answer == "succeeded" else []
    await place.jobs.answer(SYSTEM, doubt.execution_id, answer, records, "seen on the target")
    job = await place.live(None, lambda: place.until(job_id))
    assert job is not None
    assert job.status is status
    assert place.world.counts["a"] == acts
    first = (await executions(place, job_id))[0]
    assert first.records == (({"Value": 41},) if answer == "succeeded" else first.records)


async def test_only_the_first_answer_counts(place: Installation) -> None:
    """A second answer is refused and says who answered."""
    job_id = await cut_in_the_middle_of(place, "a")
    await place.live(None, lambda: place.until(job_id, JobStatus.HELD))
    (doubt,) = await place.jobs.doubts(SYSTEM)
    await place.jobs.answer(SYSTEM, doubt.execution_id, "fail", [], "")
    with pytest.raises(ConflictError, match="has answered already"):
        await place.jobs.answer(SYSTEM, doubt.execution_id, "repeat", [], "")


@pytest.mark.parametrize(("answer", "acts"), [("repeat", 2), ("succeed", 1), ("fail", 1)])
async def test_the_author_may_answer_beforehand(place: Installation, answer: str, acts: int) -> None:
    """With an answer in the runbook nobody is asked."""
    text = ONCE.replace("inputs: {name: a}", f"inputs: {{name: a}}, behaviour: {{in_doubt: {answer}}}")
    job_id = await cut_in_the_middle_of(place, "a", text)
    job = await place.live(None, lambda: place.until(job_id, JobStatus.HELD))
    assert job is not None
    assert job.status is (JobStatus.FAILED if answer == "fail" else JobStatus.SUCCESS)
    assert place.world.counts["a"] == acts


@pytest.mark.parametrize(
    ("recovery", "status", "acts"),
    [("restart", JobStatus.SUCCESS, 2), ("fail", JobStatus.FAILED, 1), ("hold", JobStatus.HELD, 1)],
)
async def test_the_author_may_want_something_else_than_going_on(
    place: Installation, recovery: str, status: JobStatus, acts: int
) -> None:
    """After a crash: start again from the beginning, fail, or wait for a person."""
    job_id = await cut_in_the_middle_of(place, "a", f"settings: {{recovery: {recovery}}}\n{ONCE}")
    job = await place.live(None, lambda: place.until(job_id, JobStatus.HELD))
    assert job is not None
    assert job.status is status
    assert place.world.counts["a"] == acts


async def test_a_held_job_goes_on_when_a_person_says_so(place: Installation) -> None:
    """Continuing takes the instance up where it stood; what is in doubt then is asked about."""
    text = f"settings: {{recovery: hold}}\n{ONCE.replace('act-once', 'act-verifiable')}"
    job_id = await cut_in_the_middle_of(place, "a", text)
    await place.live(None, lambda: place.until(job_id, JobStatus.HELD))
    await place.jobs.resume(SYSTEM, job_id)
    job = await place.live(None, lambda: place.until(job_id))
    assert job is not None
    assert job.status is JobStatus.SUCCESS
    assert place.world.counts == {"a": 1, "b": 1}


async def test_a_held_job_can_be_stopped(place: Installation) -> None:
    """Stopping ends the job as canceled and takes its doubt from the list."""
    job_id = await cut_in_the_middle_of(place, "a")
    await place.live(None, lambda: place.until(job_id, JobStatus.HELD))
    assert (await place.jobs.stop(SYSTEM, job_id)).status is JobStatus.CANCELED
    assert await place.jobs.doubts(SYSTEM) == []


async def test_a_stop_cancels_what_runs(place: Installation) -> None:
    """The running activity is cancelled, what follows never starts, the job is canceled."""
    job = await place.start(await place.add(ONCE))
    place.world.waits["a"] = anyio.Event()
    place.world.reached["a"] = anyio.Event()

    async def stop() -> JobStatus:
        await place.world.reached["a"].wait()
        await place.jobs.stop(SYSTEM, job.id)
        return (await place.until(job.id)).status

    assert await place.live(None, stop) is JobStatus.CANCELED
    assert [each.status for each in await executions(place, job.id)] == [Status.CANCELED]
    assert place.world.counts == {"a": 1}


async def test_a_delay_keeps_its_due_moment_over_a_power_cut(place: Installation) -> None:
    """A wait that began before the cut ends when it was due, not later by the time that was lost."""
    text = CHAIN.replace("{from: a, to: b}", "{from: a, to: b, delay_seconds: 1}")
    job = await place.start(await place.add(text))
    await place.live(FragileJournal(place.database, 3, after_commit=True), lambda: place.until(job.id))
    ended = await place.live(None, lambda: place.until(job.id))
    assert ended is not None
    assert ended.status is JobStatus.SUCCESS
    a, b = (await executions(place, job.id))[:2]
    assert 1 <= (b.started_at - a.ended_at).total_seconds() < 5


async def test_another_server_takes_over_after_the_lease(place: Installation) -> None:
    """What a dead server owned goes on elsewhere, where it stood; nothing that had finished runs again."""
    job_id = await cut_in_the_middle_of(place, "b", CHAIN)
    place.options = replace(place.options, name="another")
    job = await place.live(None, lambda: place.until(job_id))
    assert job is not None
    assert (job.status, job.server) == (JobStatus.SUCCESS, "another")
    assert place.world.counts == {"a": 1, "b": 1, "c": 1, "d": 1, "e": 1}


async def test_a_server_that_stops_in_order_lets_a_once_activity_finish(place: Installation) -> None:
    """Draining waits for what nobody could repeat, starts nothing more, and the next server goes on without a doubt."""
    job = await place.start(await place.add(ONCE))
    release = place.world.waits["a"] = anyio.Event()
    place.world.reached["a"] = anyio.Event()

    async def stop(service: RunbookServerService) -> None:
        await place.world.reached["a"].wait()
        async with anyio.create_task_group() as group:
            group.start_soon(service.drain)
            await anyio.lowlevel.checkpoint()
            release.set()

    await place.live(None, stop)
    assert [each.activity_id for each in await executions(place, job.id)] == ["a"]
    ended = await place.live(None, lambda: place.until(job.id))
    assert ended is not None
    assert ended.status is JobStatus.SUCCESS
    assert place.world.counts == {"a": 1, "b": 1}


async def test_a_runbook_tells_that_it_runs_long_and_that_it_failed(place: Installation) -> None:
    """Both are platform events, when the runbook asks for them (spec 2.2)."""
    text = """
    settings: {report_after_seconds: 0.05, report_failure: true}
    activities: {w: {type: world.act-read, inputs: {name: w}}, f: {type: world.fail, inputs: {name: f}}}
    links: [{from: w, to: f, delay_seconds: 0.2}]
    """
    job = await place.start(await place.add(text))
    await place.live(None, lambda: place.until(job.id))
    events = await place.database.read(lambda tx: tx.events.recent(None, 10))
    assert {each.summary for each in events} == {"Runbook 'R' runs longer than 0.05 seconds.", "Runbook 'R' failed."}


async def test_a_runbook_that_takes_too_long_fails(place: Installation) -> None:
    """The time limit ends what runs and says so (spec 2.3)."""
    text = "settings: {timeout_seconds: 0.2}\nactivities: {w: {type: world.act-read, inputs: {name: w}}}\nlinks: []"
    place.world.waits["w"] = anyio.Event()
    job = await place.start(await place.add(text))
    ended = await place.live(None, lambda: place.until(job.id))
    assert ended is not None
    assert (ended.status, ended.error) == (JobStatus.FAILED, "The runbook did not end within 0.2 seconds.")


async def test_a_failure_without_a_link_fails_the_job_with_its_reason(place: Installation) -> None:
    """OQ-13: the job says which activity failed and why."""
    job = await place.start(await place.add("{activities: {f: {type: world.fail, inputs: {name: f}}}, links: []}"))
    ended = await place.live(None, lambda: place.until(job.id))
    assert ended is not None
    assert (ended.status, ended.error) == (JobStatus.FAILED, "f: told to fail")


async def test_many_instances_share_one_server(place: Installation) -> None:
    """Forty jobs of a runbook that may run ten at a time all succeed."""
    runbook_id = await place.add(CHAIN)
    jobs = [await place.start(runbook_id) for _ in range(40)]

    async def all_ended() -> list[JobStatus]:
        return [(await place.until(job.id)).status for job in jobs]

    assert await place.live(None, all_ended) == [JobStatus.SUCCESS] * 40
    assert place.world.counts["d"] == 40
