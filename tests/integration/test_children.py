"""Invoke Runbook: children are started with the parent's journal and end in its inbox (spec 5.8, vectors 20 and 21)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from orchestrion.model.access import SYSTEM
from orchestrion.model.job import InstanceState, JobStatus
from orchestrion.ports.runs import ExecutionRecord, JobRecord, RunFilter
from tests.integration.world import FragileJournal, Installation, installation

pytestmark = pytest.mark.anyio

CHILD = """
returned_data: [{name: answer}]
activities:
  init: {type: runbook-control.initialize-data, inputs: {parameters: [{name: who, type: text}]}}
  items: {type: runbook-control.for-each, inputs: {items: [one, two]}}
  back:
    type: runbook-control.return-data
    group: items
    inputs: {values: {answer: '{{ items["Item"] }} {{ init.who }}'}}
  act: {type: world.act-verifiable, inputs: {name: child}}
links: [{from: init, to: items}, {from: items, to: act}]
"""
PARENT = """
activities:
  before: {type: world.act-once, inputs: {name: before}}
  invoke:
    type: runbook-control.invoke-runbook
    inputs: {runbook: %s, parameters: {who: you}%s}
  after: {type: world.act-verifiable, inputs: {name: 'got {{ invoke.answer }}'}}
links: [{from: before, to: invoke}, {from: invoke, to: after}]
"""


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Installation]:
    """A fresh installation."""
    async with installation(tmp_path) as made:
        yield made


async def executions(place: Installation, job: JobRecord, activity: str) -> list[ExecutionRecord]:
    """The executions of one activity."""
    return await place.runs.executions(SYSTEM, await place.instance_id(job.id), activity)


async def test_the_next_activity_runs_once_per_returned_record(place: Installation) -> None:
    """A child that returned two records makes two of the parent's (vector 20)."""
    parent = await place.add(PARENT % (await place.add(CHILD, "C"), ""), "P")
    job = await place.start(parent)
    ended = await place.live(None, lambda: place.until(job.id))
    assert ended is not None
    assert ended.status is JobStatus.SUCCESS
    (invoked,) = await executions(place, job, "invoke")
    assert [record["answer"] for record in invoked.records] == ["one you", "two you"]
    assert {record["Child runbook status"] for record in invoked.records} == {"success"}
    assert place.world.counts == {"before": 1, "child": 1, "got one you": 1, "got two you": 1}


async def test_a_waiting_parent_takes_no_slot(place: Installation) -> None:
    """A server with a single slot runs parent and child (vector 20)."""
    parent = await place.add(PARENT % (await place.add(CHILD, "C"), ""), "P")
    job = await place.start(parent)
    place.options = replace(place.options, capacity=1)
    ended = await place.live(None, lambda: place.until(job.id))
    assert ended is not None
    assert ended.status is JobStatus.SUCCESS


async def test_a_parent_that_does_not_wait_goes_on_at_once(place: Installation) -> None:
    """The child's job is there, and what it returns is not awaited."""
    parent = await place.add(PARENT % (await place.add(CHILD, "C"), ", wait: false"), "P")
    job = await place.start(parent)

    async def both() -> list[JobRecord]:
        await place.until(job.id)
        (invoked,) = await executions(place, job, "invoke")
        return [await place.until(str(invoked.records[0]["Child runbook Job ID"]))]

    found = await place.live(None, both)
    assert found is not None
    assert found[0].status is JobStatus.SUCCESS
    assert found[0].parent_job_id == job.id


@pytest.mark.parametrize("after_commit", [False, True])
@pytest.mark.parametrize("at", range(1, 14))
async def test_a_power_cut_neither_loses_nor_doubles_a_child(place: Installation, at: int, after_commit: bool) -> None:
    """Parent and child end well, and there is one child, wherever the server dies."""
    parent = await place.add(PARENT % (await place.add(CHILD, "C"), ""), "P")
    job = await place.start(parent)
    journal = FragileJournal(place.database, at, after_commit=after_commit)
    ended = await place.live(journal, lambda: place.until(job.id, JobStatus.HELD))
    if ended is None:
        ended = await place.live(None, lambda: place.until(job.id, JobStatus.HELD))
    assert ended is not None
    if ended.status is JobStatus.HELD:  # `before` is in doubt: it may or may not have acted
        return
    assert ended.status is JobStatus.SUCCESS
    assert len(await place.runs.jobs(SYSTEM, RunFilter())) == 2
    assert place.world.counts["child"] == 1


async def test_a_failed_child_fails_the_activity(place: Installation) -> None:
    """Unless its author wants the status as data."""
    child = await place.add(CHILD.replace("world.act-verifiable", "world.fail"), "C")
    job = await place.start(await place.add(PARENT % (child, ""), "P"))
    other = await place.start(await place.add(PARENT % (child, ", fail_with_child: false"), "Q"))

    async def both() -> list[JobRecord]:
        return [await place.until(job.id), await place.until(other.id)]

    found = await place.live(None, both)
    assert found is not None
    assert [each.status for each in found] == [JobStatus.FAILED, JobStatus.SUCCESS]
    assert "The invoked runbook ended as failed: act: told to fail" in (found[0].error or "")


async def test_an_invoked_runbook_is_found_by_id_after_a_move_and_not_by_path(place: Installation) -> None:
    """By id it still works; by path the error names the path (vector 21)."""
    child = await place.add(CHILD, "C")
    by_id = await place.add(PARENT % (child, ""), "P")
    by_path = await place.add(PARENT % ("C", ", by_path: true"), "Q")
    now = place.clock.now()
    await place.database.write(lambda tx: tx.runbooks.move(child, tx.folders.root().id, "Moved", now))
    jobs = [await place.start(by_id), await place.start(by_path)]

    async def both() -> list[JobRecord]:
        return [await place.until(each.id) for each in jobs]

    found = await place.live(None, both)
    assert found is not None
    assert [each.status for each in found] == [JobStatus.SUCCESS, JobStatus.FAILED]
    assert "'C'" in (found[1].error or "")


async def test_recursion_that_would_wait_for_itself_is_refused(place: Installation) -> None:
    """A runbook that runs one job at a time cannot wait for itself; the error says why and what to do."""
    text = """
        activities:
          again: {type: runbook-control.invoke-runbook, inputs: {runbook: P, by_path: true}}
        """
    job = await place.start(await place.add(text, "P", limit=1))
    ended = await place.live(None, lambda: place.until(job.id))
    assert ended is not None
    assert ended.status is JobStatus.FAILED
    assert "It waits for itself" in (ended.error or "")


async def test_recursion_is_limited(place: Installation) -> None:
    """Even where jobs would be admitted, a chain of runbooks that invoke each other ends."""
    text = """
        activities:
          again: {type: runbook-control.invoke-runbook, inputs: {runbook: P, by_path: true}}
        """
    job = await place.start(await place.add(text, "P", limit=100))
    ended = await place.live(None, lambda: place.until(job.id))
    assert ended is not None
    assert ended.status is JobStatus.FAILED
    assert "32 runbooks have invoked each other" in (ended.error or "")


async def test_wrong_parameters_are_named(place: Installation) -> None:
    """The child is not started."""
    child = await place.add(CHILD, "C")
    text = "activities: {invoke: {type: runbook-control.invoke-runbook, inputs: {runbook: %s, parameters: {x: 1}}}}"
    job = await place.start(await place.add(text % child, "P"))
    ended = await place.live(None, lambda: place.until(job.id))
    assert ended is not None
    assert "There is no parameter 'x'" in (ended.error or "")


@pytest.mark.parametrize("option", ["", ", stop_with_parent: false"])
async def test_stopping_the_parent_stops_the_child(place: Installation, option: str) -> None:
    """Unless its author wants it to go on."""
    place.world.waits["slow"] = anyio.Event()
    place.world.reached["slow"] = anyio.Event()
    child = await place.add("activities: {a: {type: world.act-read, inputs: {name: slow}}}", "C")
    text = "activities: {invoke: {type: runbook-control.invoke-runbook, inputs: {runbook: %s%s}}}"
    job = await place.start(await place.add(text % (child, option), "P"))

    async def stop() -> list[JobRecord]:
        await place.world.reached["slow"].wait()
        await place.until_state(job.id, InstanceState.PARKED)
        await place.jobs.stop(SYSTEM, job.id)
        parent = await place.until(job.id)
        if option:
            place.world.waits["slow"].set()
        (invoked,) = [each for each in await place.runs.jobs(SYSTEM, RunFilter()) if each.parent_job_id == job.id]
        return [parent, await place.until(invoked.id)]

    found = await place.live(None, stop)
    assert found is not None
    assert [each.status for each in found] == [JobStatus.CANCELED, JobStatus.SUCCESS if option else JobStatus.CANCELED]
