"""Triggers and monitors: the same rules on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from orchestrion.model.errors import NotFoundError
from orchestrion.model.job import JobStatus, StopLevel
from orchestrion.model.triggers import MonitorLimits, MonitorState, TriggerStatus
from orchestrion.ports.journal import FencedError, SeenTrigger
from orchestrion.ports.triggers import Failure, Taken
from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.journal import SqlJournal
from orchestrion.storage.tables import monitor
from tests.conformance.watched import NOW, Watched, seen, watched

pytestmark = pytest.mark.anyio


@pytest.fixture
async def place(database: SqlDatabase) -> Watched:
    """A runbook that starts with a monitor, and a server."""
    return await watched(database)


# what is stored ----------------------------------------------------------------------------------------------


async def test_a_batch_starts_as_many_instances_as_may_run(place: Watched) -> None:
    """The oldest begin, the others wait; each ending lets the next one begin."""
    armed = await place.arm(limit=2)
    await place.see(armed, "1", "2", "3", "4", "5")
    assert await place.statuses() == "running running waiting waiting waiting"
    await place.end()
    assert await place.statuses() == "success success running running waiting"


async def test_a_batch_may_be_of_several_monitors(place: Watched) -> None:
    """Each gets its own instances, cursors and answers."""
    one = await place.arm()
    another = await (await watched_too(place)).arm()
    pairs = [(one, seen("1")), (another, seen("1")), (one, seen("2"))]
    answers = await place.write(lambda tx: tx.triggers.store(place.fence, pairs))
    assert [each.taken for each in answers] == [Taken.STORED] * 3
    assert [len(await place.find(job_id=each.job_id)) for each in (one, another)] == [2, 1]


async def watched_too(place: Watched) -> Watched:
    """A second runbook for the same server."""
    root = await place.write(lambda tx: tx.folders.root().id)
    runbook = await place.write(lambda tx: tx.runbooks.add(root, "Other", NOW))
    return Watched(place.database, runbook.id, place.fence)


async def test_what_is_seen_twice_is_stored_once(place: Watched) -> None:
    """In one batch as well as in two; the cursor moves all the same."""
    armed = await place.arm()
    answers = await place.see(armed, "a", "a")
    answers += await place.store(armed, [seen("a", cursor="far")])
    assert [each.taken for each in answers] == [Taken.STORED, Taken.KNOWN, Taken.KNOWN]
    assert (await place.monitor(armed)).cursor == "far"


async def test_long_keys_are_not_confused(place: Watched) -> None:
    """Two occurrences whose keys differ behind what a key may hold are two."""
    armed = await place.arm()
    answers = await place.see(armed, "k" * 600 + "1", "k" * 600 + "2", "with\x00zero", "k" * 600 + "1")
    assert [each.taken for each in answers] == [Taken.STORED, Taken.STORED, Taken.STORED, Taken.KNOWN]


@pytest.mark.parametrize("published", [{"Text": "x" * 1_000_001}, {"Text": "\ud800"}], ids=["large", "surrogate"])
async def test_what_cannot_be_stored_is_listed_as_failed(place: Watched, published: dict[str, str]) -> None:
    """The monitor goes on: the others of its batch are stored, and an event says what happened."""
    armed = await place.arm()
    answers = await place.store(armed, [seen("1"), seen("2", published), seen("3")])
    assert [each.taken for each in answers] == [Taken.STORED, Taken.REFUSED, Taken.STORED]
    (failed,) = await place.find(TriggerStatus.FAILED)
    assert (failed.key, failed.instance_id) == ("2", None)
    assert "data" in (failed.error or "")
    assert await place.events() == ["A trigger could not be stored."]


async def test_a_server_that_was_fenced_stores_nothing(place: Watched) -> None:
    """Another life of the server watches now."""
    armed, fence = await place.arm(), place.fence
    await place.fall()
    with pytest.raises(FencedError):
        await place.write(lambda tx: tx.triggers.store(fence, [(armed, seen("1"))]))
    assert await place.find() == []


async def test_a_monitor_that_was_taken_away_stores_nothing(place: Watched) -> None:
    """The token of its lease is another one: exactly one server watches for it."""
    armed = await place.arm()
    other = update(monitor).values(lease="00000000-0000-7000-8000-000000000001")
    await place.database.on_writer(lambda connection: connection.execute(other).rowcount)
    assert [each.taken for each in await place.see(armed, "1")] == [Taken.LOST]
    assert await place.find() == []


async def test_a_takeover_goes_on_from_the_stored_cursor(place: Watched) -> None:
    """What was stored before stays; what waits gets its turn."""
    armed = await place.arm()
    await place.see(armed, "1", "2")
    await place.fall()
    again = await place.arm_again()
    assert (again.job_id, again.cursor) == (armed.job_id, "after 2")
    await place.end()
    assert await place.statuses() == "success running"


# jobs that end -----------------------------------------------------------------------------------------------


async def stop(place: Watched, job_id: str) -> None:
    """Stops a job at once."""
    await place.write(lambda tx: tx.runs.request_stop(job_id, NOW, StopLevel.NOW))


async def test_what_waits_when_a_job_is_stopped_is_canceled(place: Watched) -> None:
    """It is listed so, and not started by anybody."""
    armed = await place.arm()
    await place.see(armed, "1", "2")
    await stop(place, armed.job_id)
    await SqlJournal(place.database).disarm(place.fence, armed, "", NOW)
    await place.end(JobStatus.CANCELED)
    assert await place.statuses() == "canceled canceled"
    assert (await place.monitor(armed)).state is MonitorState.ENDED


async def test_what_waits_goes_to_the_job_of_the_next_version(place: Watched) -> None:
    """A check-in replaces the job; the stored triggers behind its cursor are not lost (durability.md 9)."""
    old = await place.arm()
    await place.see(old, "1", "2", "3")
    await stop(place, old.job_id)
    new = await place.job(predecessor_id=old.job_id)
    await SqlJournal(place.database).disarm(place.fence, old, "", NOW)
    again = await place.arm_again()
    assert (again.job_id, again.cursor) == (new.id, "after 3")
    assert [each.key for each in await place.find(job_id=new.id)] == ["3", "2", "1"]
    assert await place.statuses() == "running waiting waiting"


async def test_what_waits_goes_on_when_the_watch_fails(place: Watched) -> None:
    """The job has failed, and what its monitor had stored still gets its runs."""
    armed = await place.arm()
    await place.see(armed, "1", "2", "3")
    await SqlJournal(place.database).disarm(place.fence, armed, "no such folder", NOW)
    await place.end()
    await place.end()
    assert await place.statuses() == "success success running"


# floods ------------------------------------------------------------------------------------------------------


async def test_a_full_queue_pauses_the_monitor_until_half_of_it_is_gone(place: Watched) -> None:
    """Nothing is dropped, the job says why nothing is watched for, and there is one event."""
    armed = await place.arm(MonitorLimits(waiting=2))
    answers = [*await place.see(armed, "1", "2"), *await place.see(armed, "3")]
    assert [each.is_flooded for each in answers] == [False, False, True]
    assert "watches no further" in await place.reason(armed)
    assert await place.write(lambda tx: tx.triggers.relieved([armed.job_id])) == []
    await place.end()
    assert await place.write(lambda tx: tx.triggers.relieved([armed.job_id])) == [armed.job_id]
    assert (await place.reason(armed), await place.events()) == ("", ["The monitor of 'R' is flooded."])


async def test_a_flood_outlives_its_server(place: Watched) -> None:
    """Whoever arms the monitor next is told not to ask it yet."""
    armed = await place.arm(MonitorLimits(waiting=1))
    await place.see(armed, "1", "2")
    await place.fall()
    await place.arm_again(MonitorLimits(waiting=1))
    assert "Flooded since" in await place.reason(armed)
    assert (await place.monitor(armed)).waiting == 1


async def test_a_monitor_that_drops_counts_what_it_drops_in_one_record(place: Watched) -> None:
    """With the data of the last one; with the queue it can go on, and the next flood has a record of its own."""
    armed = await place.arm(MonitorLimits(waiting=1, drops=True))
    answers = await place.see(armed, "1", "2")
    answers += await place.store(armed, [seen("3"), seen("4", {"Text": "last"})])
    assert [each.taken for each in answers] == [Taken.STORED, Taken.STORED, Taken.DROPPED, Taken.DROPPED]
    assert not any(each.is_flooded for each in answers)
    (record,) = await place.find(TriggerStatus.DROPPED)
    assert (record.number, record.published) == (2, {"Text": "last"})
    assert (await place.monitor(armed)).dropped == 2


async def test_a_new_flood_has_a_record_of_its_own(place: Watched) -> None:
    """Each can be found by its time."""
    armed = await place.arm(MonitorLimits(waiting=1, drops=True))
    await place.see(armed, "1", "2", "3")
    await place.end()
    await place.store(armed, [seen_later(key) for key in ("4", "5", "6")])
    assert [each.number for each in await place.find(TriggerStatus.DROPPED)] == [2, 1]
    assert await place.events() == ["The monitor of 'R' is flooded."] * 2


def seen_later(key: str) -> SeenTrigger:
    """Something that was seen an hour later."""
    return replace(seen(key), at=NOW + timedelta(hours=1))


# failures ----------------------------------------------------------------------------------------------------


async def test_failures_in_a_row_bring_a_monitor_into_quarantine(place: Watched) -> None:
    """It stores triggers and starts nothing more; the job says why, and so does one event."""
    armed = await place.arm(MonitorLimits(failures=2))
    await place.see(armed, "1", "2", "3")
    await place.end(JobStatus.FAILED, "first")
    await place.end(JobStatus.FAILED, "no such host")
    await place.see(armed, "4")
    assert await place.statuses() == "failed failed quarantined quarantined"
    assert "The last 2 instances failed. The last one: no such host" in await place.reason(armed)
    assert await place.events() == ["The monitor of 'R' is in quarantine."]


async def test_a_quarantined_monitor_may_be_flooded_too(place: Watched) -> None:
    """Its job says both, and not that it watches; each has its event."""
    armed = await place.arm(MonitorLimits(waiting=2, failures=1))
    await place.see(armed, "1", "2")
    await place.end(JobStatus.FAILED)
    await place.see(armed, "3")
    reason = await place.reason(armed)
    assert ("It starts no instance" in reason, "it watches no further" in reason) == (True, True)
    assert sorted(await place.events()) == ["The monitor of 'R' is flooded.", "The monitor of 'R' is in quarantine."]


async def test_a_released_monitor_goes_on(place: Watched) -> None:
    """What waited gets its turn, and the row of failures begins anew."""
    armed = await place.arm(MonitorLimits(failures=1))
    await place.see(armed, "1", "2")
    await place.end(JobStatus.FAILED)
    assert await place.write(lambda tx: tx.triggers.release(armed.job_id, NOW))
    assert not await place.write(lambda tx: tx.triggers.release(armed.job_id, NOW))
    assert await place.statuses() == "failed running"
    found = await place.monitor(armed)
    assert (found.failures, found.quarantined_at, await place.reason(armed)) == (0, None, "")


async def test_quarantine_can_be_turned_off(place: Watched) -> None:
    """Then every trigger gets its instance, however they end."""
    armed = await place.arm(MonitorLimits(failures=0))
    await place.see(armed, *"abcdefghijkl")
    for _ in range(12):
        await place.end(JobStatus.FAILED)
    assert {each.status for each in await place.find()} == {TriggerStatus.FAILED}


async def test_a_failed_trigger_is_retried(place: Watched) -> None:
    """It gets another instance, before those that were seen later, and counts how often."""
    armed = await place.arm()
    await place.see(armed, "1", "2", "3")
    await place.end(JobStatus.FAILED, "no such host")
    (failed,) = await place.find(TriggerStatus.FAILED)
    assert failed.error == "no such host"
    assert await place.write(lambda tx: tx.triggers.retry(failed.id, NOW))
    await place.end()
    again = await place.write(lambda tx: tx.triggers.get(failed.id))
    assert (again.status, again.error, again.retries) == (TriggerStatus.RUNNING, None, 1)
    assert again.instance_id != failed.instance_id
    assert not await place.write(lambda tx: tx.triggers.retry(failed.id, NOW))


async def test_a_trigger_of_a_stopped_job_is_not_retried(place: Watched) -> None:
    """Nothing starts under a job that somebody has ended."""
    armed = await place.arm()
    await place.see(armed, "1")
    await place.end(JobStatus.FAILED)
    await stop(place, armed.job_id)
    (failed,) = await place.find(TriggerStatus.FAILED)
    assert not await place.write(lambda tx: tx.triggers.retry(failed.id, NOW))


async def test_what_waits_or_failed_is_discarded(place: Watched) -> None:
    """And nothing else; the queue has room again."""
    armed = await place.arm(MonitorLimits(waiting=1))
    await place.see(armed, "1")
    await place.end(JobStatus.FAILED)
    await place.see(armed, "2", "3")
    failed, running, waiting = reversed(await place.find())
    gone = [await place.write(lambda tx: tx.triggers.discard(each.id, NOW)) for each in (failed, running, waiting)]  # noqa: B023 - awaited at once
    assert gone == [True, False, True]
    assert await place.statuses() == "discarded running discarded"
    assert (await place.monitor(armed)).flooded_at is None


async def test_a_monitor_that_fails_says_so_until_it_is_armed(place: Watched) -> None:
    """Its job waits, with the reason."""
    armed = await place.arm()
    failure = Failure("no such folder", NOW, NOW + timedelta(seconds=5))
    await place.write(lambda tx: tx.triggers.note_failure(place.fence, armed, failure))
    said = await place.reason(armed)
    assert "armed again at 2026-05-04 12:00:05+00:00: no such folder" in said
    await place.fall()
    await place.arm_again()
    assert await place.reason(armed) == ""
    assert (await place.monitor(armed)).error == "no such folder"


# lists -------------------------------------------------------------------------------------------------------


async def test_triggers_are_listed_page_by_page(place: Watched) -> None:
    """Newest first, with their data."""
    armed = await place.arm()
    await place.see(armed, "1", "2", "3")
    first = await place.find(limit=2)
    second = await place.find(limit=2, before=first[-1].id)
    assert [each.key for each in [*first, *second]] == ["3", "2", "1"]
    assert (first[0].published, first[0].runbook_path, first[0].waits_since) == ({"Log Entry ID": 1}, "R", NOW)


async def test_triggers_are_found_by_job_runbook_status_and_time(place: Watched) -> None:
    """Each narrows the list."""
    armed = await place.arm()
    before = datetime.now(UTC) - timedelta(minutes=1)
    await place.store(armed, [seen_now("1"), seen_now("2")])
    after = before + timedelta(minutes=2)
    assert len(await place.find(TriggerStatus.RUNNING, runbook_id=place.runbook_id, since=before, until=after)) == 1
    assert len(await place.find(TriggerStatus.RUNNING, TriggerStatus.WAITING, job_id=armed.job_id)) == 2
    assert len(await place.find(since=datetime(1, 1, 1, tzinfo=UTC), until=datetime(9999, 1, 1, tzinfo=UTC))) == 2
    assert await place.find(since=after) == await place.find(until=before) == await place.find(job_id=place.runbook_id)


def seen_now(key: str) -> SeenTrigger:
    """Something that was seen by the clock of this machine."""
    return replace(seen(key), at=datetime.now(UTC))


async def test_an_unknown_trigger_is_not_found(place: Watched) -> None:
    """And no monitor of a job that has none."""
    with pytest.raises(NotFoundError):
        await place.write(lambda tx: tx.triggers.get(place.runbook_id))
    assert await place.write(lambda tx: tx.triggers.monitor(place.runbook_id)) is None
