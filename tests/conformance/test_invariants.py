"""What must always be true of stored runs: every way to break it is found, and set right where it can be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import pytest

from orchestrion.model.resources import ServerStatus
from orchestrion.ports.maintenance import Code, Repaired, Violation
from orchestrion.ports.servers import Registration
from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.tables import inbox, instance, job, monitor, trigger
from tests.conformance.silence import fall_silent
from tests.conformance.stored import NOBODY, Stored, add_runbook

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stored(database: SqlDatabase, now: datetime) -> Stored:
    """One runbook that runs one job at a time."""
    return Stored(database, await add_runbook(database, "R", now), now)


async def server(stored: Stored, *, is_gone: bool = False) -> str:
    """A runbook server, online or gone."""
    found = await stored.database.write(lambda tx: tx.servers.register(Registration("s", "1", 10), stored.now))
    if is_gone:
        await stored.database.write(lambda tx: tx.servers.set_status(found.id, ServerStatus.OFFLINE))
    return found.id


async def violations(stored: Stored) -> list[Violation]:
    """What is wrong now."""
    return await stored.database.read(lambda tx: tx.invariants.violations())


async def codes(stored: Stored) -> list[Code]:
    """What is wrong now, by code."""
    return [each.code for each in await violations(stored)]


async def repair(stored: Stored) -> list[Repaired]:
    """Sets right what is wrong now."""
    found = await violations(stored)
    return await stored.database.write(lambda tx: tx.invariants.repair(found, stored.now))


async def message(stored: Stored, instance_id: str) -> None:
    """Leaves a message without waking anybody."""
    row = {"instance_id": instance_id, "message_id": "m", "kind": "stop", "due": stored.now, "payload": "{}"}
    await stored.put(inbox, [row])


async def owned_by_nobody(stored: Stored) -> str:
    return await stored.instance(await stored.job(), state="owned", status="running", server_id=None)


async def owned_by_one_that_is_gone(stored: Stored) -> str:
    gone = await server(stored, is_gone=True)
    return await stored.instance(await stored.job(), state="owned", status="running", server_id=gone)


async def parked_for_nothing(stored: Stored) -> str:
    return await stored.instance(await stored.job(), state="parked", status="running")


async def parked_with_a_message(stored: Stored) -> str:
    found = await stored.instance(await stored.job(), state="parked", status="running", wake_at=stored.now)
    await message(stored, found)
    return found


async def held_without_reason(stored: Stored) -> str:
    return await stored.instance(await stored.job(status="held"), state="held", status="held")


async def queued_with_room(stored: Stored) -> str:
    return await stored.job(status="pending", admitted=False, instance_count=0)


async def lost_by_its_instance(stored: Stored) -> str:
    found = await stored.job()
    await stored.instance(found, state="ended", status="warning", ended_at=stored.now)
    return found


async def admitted_without_instance(stored: Stored) -> str:
    return await stored.job(status="pending", instance_count=0)


async def monitor_of_one_that_is_gone(stored: Stored) -> str:
    gone = await server(stored, is_gone=True)
    found = await stored.job(status="waiting", is_monitor=True)
    await stored.put(monitor, [{"job_id": found, "state": "owned", "server_id": gone}])
    return found


async def trigger_with_room(stored: Stored) -> str:
    found = await stored.job(status="waiting", is_monitor=True, instance_count=0)
    await stored.put(monitor, [{"job_id": found, "state": "ready"}])
    seen = {"id": NOBODY, "job_id": found, "key": "k", "at": stored.now, "published": "{}"}
    await stored.put(trigger, [seen])
    return found


@dataclass(frozen=True)
class Fault:
    """A way to break the invariant, and what is so after the repair."""

    make: Callable[[Stored], Awaitable[str]]
    code: Code
    is_job: bool = False
    expected: tuple[str, str] | None = None  # a column, and its value after the repair


FAULTS = [
    Fault(owned_by_nobody, Code.OWNER_GONE, expected=("state", "ready")),
    Fault(owned_by_one_that_is_gone, Code.OWNER_GONE, expected=("state", "ready")),
    Fault(parked_for_nothing, Code.NO_WAKE_UP, expected=("state", "ready")),
    Fault(parked_with_a_message, Code.UNSEEN_MESSAGE, expected=("state", "ready")),
    Fault(held_without_reason, Code.NO_REASON, expected=("state", "held")),
    Fault(queued_with_room, Code.NOT_ADMITTED, is_job=True, expected=("instance_count", "1")),
    Fault(lost_by_its_instance, Code.JOB_LOST, is_job=True, expected=("status", "warning")),
    Fault(admitted_without_instance, Code.JOB_LOST, is_job=True, expected=("instance_count", "1")),
    Fault(monitor_of_one_that_is_gone, Code.MONITOR_OWNER_GONE, is_job=True),
    Fault(trigger_with_room, Code.TRIGGER_NOT_ADMITTED, is_job=True, expected=("instance_count", "1")),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda each: each.make.__name__)
async def test_a_fault_is_found_and_set_right(stored: Stored, fault: Fault) -> None:
    """One look finds exactly it; after the repair nothing is wrong, and a second repair finds nothing."""
    row_id = await fault.make(stored)
    assert await codes(stored) == [fault.code]
    (repaired,) = await repair(stored)
    assert repaired.action
    assert await codes(stored) == []
    if fault.expected:
        column, value = fault.expected
        assert str(await stored.column(job if fault.is_job else instance, column, row_id)) == value


async def test_what_only_a_person_can_mend_is_left_alone(stored: Stored) -> None:
    """A monitor's job without its monitor: where it would go on from is not known."""
    lost = await stored.job(status="waiting", is_monitor=True)
    (repaired,) = await repair(stored)
    assert (repaired.violation.code, repaired.violation.job_id, repaired.action) == (Code.MONITOR_LOST, lost, "")
    assert await codes(stored) == [Code.MONITOR_LOST]


async def test_a_run_of_an_ended_job_and_an_unknown_state_are_found(stored: Stored) -> None:
    """Both need a person; neither is touched."""
    await stored.instance(await stored.job(status="failed", ended_at=stored.now), state="owned?")
    assert await codes(stored) == [Code.UNKNOWN_STATE, Code.INSTANCE_LOST]
    assert {each.action for each in await repair(stored)} == {""}


async def test_what_is_as_it_should_be_is_no_violation(stored: Stored) -> None:
    """Ready, owned by a live server, parked for a timer or a child, held with a reason, queued behind the limit."""
    live = await server(stored)
    parent = await stored.instance(await stored.job(), state="parked")
    await stored.instance(await stored.job(parent_instance_id=parent))
    await stored.instance(await stored.job(), state="owned", server_id=live)
    await stored.instance(await stored.job(), state="parked", wake_at=stored.now)
    await stored.instance(await stored.job(), state="held", reason="Paused by me.")
    await stored.job(status="pending", admitted=False)
    await stored.put(monitor, [{"job_id": await stored.job(status="waiting", is_monitor=True), "state": "ready"}])
    assert await violations(stored) == []


async def test_a_server_is_not_taken_for_dead_by_a_repair(stored: Stored) -> None:
    """One that has been silent for three leases is told of; only the watchdog takes its work away."""
    silent = await server(stored)
    await stored.instance(await stored.job(), state="owned", server_id=silent)
    await fall_silent(stored.database, silent, 60)
    assert await codes(stored) == [Code.OWNER_GONE]
    assert await repair(stored) == []
    assert await codes(stored) == [Code.OWNER_GONE]
