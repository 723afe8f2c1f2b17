"""Jobs, admission, claims, journal, stops and triggers: the same rules on both databases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from uuid_utils import uuid7

from orchestrion.model.condition import Status
from orchestrion.model.errors import NotFoundError
from orchestrion.model.job import InstanceState, JobStatus
from orchestrion.model.runbook import EffectClass
from orchestrion.model.values import Json
from orchestrion.ports.authoring import VersionRecord
from orchestrion.ports.journal import (
    ArmedMonitor,
    Claimed,
    ExecutionRow,
    Fence,
    FencedError,
    Hold,
    InstanceEnd,
    SeenTrigger,
    SignalRow,
    Slice,
)
from orchestrion.ports.runs import DoubtRecord, ExecutionRecord, JobRecord
from orchestrion.ports.servers import Registration
from orchestrion.ports.triggers import Taken
from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.journal import SqlJournal
from orchestrion.storage.servers import POISON_TAKEOVERS
from tests.conformance.silence import fall_silent

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
NOBODY = "00000000-0000-0000-0000-000000000000"


@dataclass
class Bundle:
    """A database with one runbook and one registered server."""

    database: SqlDatabase
    journal: SqlJournal
    runbook_id: str
    fence: Fence

    async def start(self, *, is_monitor: bool = False, key: str | None = None, limit: int = 1) -> JobRecord:
        """Adds a job."""
        job = JobRecord(
            id=str(uuid7()),
            runbook_id=self.runbook_id,
            runbook_name="R",
            runbook_path="R",
            version=1,
            status=JobStatus.PENDING,
            is_monitor=is_monitor,
            parameters={"p": 1},
            servers=(),
            created_by_id=NOBODY,
            created_by_name="me",
            created_at=NOW,
            idempotency_key=key,
        )
        return await self.database.write(lambda tx: tx.runs.add_job(job, limit))

    async def job(self, job_id: str) -> JobRecord:
        """The job as stored."""
        return await self.database.read(lambda tx: tx.runs.job(job_id))

    async def claim(self, limit: int = 10) -> list[Claimed]:
        """Claims for the server."""
        return await self.journal.claim(self.fence, limit, NOW)

    async def open_executions(self, claimed: Claimed) -> list[ExecutionRecord]:
        """What is under way or in doubt in a claimed instance."""
        return await self.database.read(lambda tx: tx.runs.open_executions(claimed.instance_id))

    async def end(self, claimed: Claimed, status: JobStatus = JobStatus.SUCCESS) -> None:
        """Ends a claimed instance."""
        end = InstanceEnd(status, NOW, ({"r": 1},))
        assert await self.journal.append(self.fence, [Slice(claimed.instance_id, claimed.lease, [], outcome=end)]) == {}

    async def reregister(self) -> None:
        """Another process takes the server's name."""
        server = await self.database.write(lambda tx: tx.servers.register(Registration("s", "1", 10), NOW))
        self.fence = Fence(server.id, server.epoch)

    async def arm(self) -> ArmedMonitor:
        """Claims the one monitor that is ready."""
        (armed,) = await self.journal.claim_monitors(self.fence, 5, NOW)
        return armed


@pytest.fixture
async def bundle(database: SqlDatabase) -> Bundle:
    """A runbook with a limit of one job, and a server."""
    runbook = await database.write(lambda tx: tx.runbooks.add(tx.folders.root().id, "R", NOW))
    version = VersionRecord(runbook.id, 1, "me", NOW, "", {"orchestrion": "runbook/1", "name": "R"})
    await database.write(lambda tx: tx.runbooks.add_version(version, False, 1, ""))
    server = await database.write(lambda tx: tx.servers.register(Registration("s", "1", 10), NOW))
    return Bundle(database, SqlJournal(database), runbook.id, Fence(server.id, server.epoch))


def execution(claimed: Claimed, sequence: int, **changes: object) -> ExecutionRow:
    """A journal row."""
    record = ExecutionRecord(
        id=str(uuid7()),
        instance_id=claimed.instance_id,
        sequence=sequence,
        activity_id="a",
        key=f"{sequence}.0..1.0",
        attempt=1,
        retry=0,
        status=Status.SUCCESS,
        started_at=NOW,
        ended_at=NOW + timedelta(seconds=1),
        effect=EffectClass.READ,
        pack_version="1",
        server="s",
        process_id=7,
        error="",
        inputs={"text": "ü"},
        records=({"n": 1, "t": None, "b": True},),
    )
    return ExecutionRow(replace(record, **changes), digest=0xDEADBEEF, offset_seconds=3600)  # type: ignore[arg-type]


async def test_rows_and_what_goes_with_them_are_one(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be written to its end leaves nothing behind."""
    await bundle.start()
    (claimed,) = await bundle.claim()

    def fail(*_: object) -> None:
        raise RuntimeError("the server dies here")

    monkeypatch.setattr("orchestrion.storage.journal.end_instances", fail)
    end = InstanceEnd(JobStatus.SUCCESS, NOW)
    with pytest.raises(RuntimeError, match="dies here"):
        await bundle.journal.append(
            bundle.fence, [Slice(claimed.instance_id, claimed.lease, [execution(claimed, 1)], outcome=end)]
        )
    assert await bundle.journal.load(claimed.instance_id) == []


async def test_a_job_within_the_limit_is_ready_at_once(bundle: Bundle) -> None:
    """The job's instance can be claimed, and says all that a server needs."""
    job = await bundle.start()
    (claimed,) = await bundle.claim()
    assert (claimed.job_id, claimed.is_fresh, claimed.parameters, claimed.number) == (job.id, True, {"p": 1}, 1)
    assert (await bundle.job(job.id)).status is JobStatus.RUNNING


async def test_a_job_beyond_the_limit_waits(bundle: Bundle) -> None:
    """Vector 16: with a limit of one the second job waits; the first one's end admits it."""
    await bundle.start()
    second = await bundle.start()
    (claimed,) = await bundle.claim()
    assert await bundle.claim() == []
    await bundle.end(claimed)
    (following,) = await bundle.claim()
    assert following.job_id == second.id


async def test_stopping_a_queued_job_removes_it(bundle: Bundle) -> None:
    """Vector 16: a queued job ends as canceled at once and never runs."""
    await bundle.start()
    second = await bundle.start()
    stopped = await bundle.database.write(lambda tx: tx.runs.request_stop(second.id, NOW))
    assert stopped.status is JobStatus.CANCELED
    (first,) = await bundle.claim()
    await bundle.end(first)
    assert await bundle.claim() == []


async def test_stopping_a_running_job_leaves_a_message(bundle: Bundle) -> None:
    """The owner finds the stop in the inbox; asking twice leaves one message."""
    job = await bundle.start()
    (claimed,) = await bundle.claim()
    for _ in range(2):
        await bundle.database.write(lambda tx: tx.runs.request_stop(job.id, NOW))
    messages = await bundle.journal.messages(bundle.fence, NOW)
    assert [message.kind for message in messages[claimed.instance_id]] == ["stop"]
    await bundle.end(claimed, JobStatus.CANCELED)
    assert await bundle.journal.messages(bundle.fence, NOW) == {}


async def test_an_idempotency_key_makes_one_job(bundle: Bundle) -> None:
    """A second start with the same key gives the first job."""
    first = await bundle.start(key="k")
    assert (await bundle.start(key="k")).id == first.id


async def test_an_ended_job_keeps_what_it_returned(bundle: Bundle) -> None:
    """Status, returned data and times of the instance are the job's."""
    job = await bundle.start()
    (claimed,) = await bundle.claim()
    await bundle.end(claimed, JobStatus.WARNING)
    ended = await bundle.job(job.id)
    assert (ended.status, ended.returned, ended.ended_at) == (JobStatus.WARNING, ({"r": 1},), NOW)
    assert ended.server == "s"


async def test_journal_rows_come_back_as_written(bundle: Bundle) -> None:
    """Executions and signals in sequence, with every field and type."""
    await bundle.start()
    (claimed,) = await bundle.claim()
    rows: list[ExecutionRow | SignalRow] = [
        SignalRow(1, "started", NOW, {"x": [1, None]}, 5),
        execution(claimed, 2),
        execution(claimed, 3, evidence={"s": 1}),
    ]
    assert await bundle.journal.append(bundle.fence, [Slice(claimed.instance_id, claimed.lease, rows)]) == {}
    assert await bundle.journal.load(claimed.instance_id) == rows


async def test_a_slice_sent_twice_is_stored_once(bundle: Bundle) -> None:
    """After an unknown outcome the same slice is sent again: nothing changes."""
    await bundle.start()
    (claimed,) = await bundle.claim()
    slice_ = Slice(
        claimed.instance_id, claimed.lease, [execution(claimed, 1)], outcome=InstanceEnd(JobStatus.SUCCESS, NOW)
    )
    for _ in range(2):
        assert await bundle.journal.append(bundle.fence, [slice_]) == {}
    assert len(await bundle.journal.load(claimed.instance_id)) == 1


async def test_a_bad_slice_does_not_fail_its_neighbours(bundle: Bundle) -> None:
    """Other content at a stored place refuses that slice alone, and all of it."""
    await bundle.database.write(lambda tx: _allow(tx, bundle.runbook_id))
    await bundle.start()
    await bundle.start()
    bad, good = await bundle.claim()
    await bundle.journal.append(bundle.fence, [Slice(bad.instance_id, bad.lease, [execution(bad, 1)])])
    refused = await bundle.journal.append(
        bundle.fence,
        [
            Slice(bad.instance_id, bad.lease, [execution(bad, 2), execution(bad, 1)]),
            Slice(good.instance_id, good.lease, [execution(good, 1)]),
        ],
    )
    assert list(refused) == [bad.instance_id]
    assert len(await bundle.journal.load(bad.instance_id)) == 1
    assert len(await bundle.journal.load(good.instance_id)) == 1


async def test_an_older_epoch_writes_nothing_more(bundle: Bundle) -> None:
    """A server whose name another process took is fenced, and its instance goes on where it stood."""
    await bundle.start()
    (claimed,) = await bundle.claim()
    old = bundle.fence
    await bundle.reregister()
    with pytest.raises(FencedError):
        await bundle.journal.append(old, [Slice(claimed.instance_id, claimed.lease, [execution(claimed, 1)])])
    (again,) = await bundle.claim()
    assert (again.instance_id, again.is_fresh, again.takeovers) == (claimed.instance_id, False, 1)
    assert await bundle.journal.load(claimed.instance_id) == []


async def test_takeovers_without_progress_are_held_as_poison(bundle: Bundle) -> None:
    """An instance that ends its server again and again waits for a person."""
    job = await bundle.start()
    for _ in range(POISON_TAKEOVERS + 1):
        await bundle.claim()
        await bundle.reregister()
    assert await bundle.claim() == []
    assert (await bundle.job(job.id)).status is JobStatus.HELD


async def test_progress_forgives_earlier_takeovers(bundle: Bundle) -> None:
    """An instance whose journal grows between crashes is never held."""
    await bundle.start()
    for number in range(1, POISON_TAKEOVERS + 3):
        (claimed,) = await bundle.claim()
        await bundle.journal.append(
            bundle.fence, [Slice(claimed.instance_id, claimed.lease, [execution(claimed, number)])]
        )
        await bundle.reregister()
    assert len(await bundle.claim()) == 1


async def test_a_silent_server_loses_its_work(bundle: Bundle) -> None:
    """After the lease another server claims; the silent one is fenced."""
    await bundle.start()
    await bundle.claim()
    silent = bundle.fence.server_id
    await fall_silent(bundle.database, silent, 16)
    names = await bundle.database.write(lambda tx: tx.servers.expire([silent], NOW))
    assert names == ["s"]
    with pytest.raises(FencedError):
        await bundle.claim()


async def test_a_doubt_is_answered_once(bundle: Bundle) -> None:
    """The first answer wakes the held instance with a message; a second one is refused."""
    await bundle.start()
    (claimed,) = await bundle.claim()
    doubt = DoubtRecord(
        str(uuid7()), claimed.instance_id, claimed.job_id, "R", "a", "1.0..1.0", EffectClass.ONCE, NOW, "why"
    )
    held = Slice(claimed.instance_id, claimed.lease, [], doubts=[doubt], outcome=Hold("in doubt", NOW))
    await bundle.journal.append(bundle.fence, [held])
    assert await bundle.database.read(lambda tx: tx.runs.doubts()) == [doubt]
    answers = [
        await bundle.database.write(lambda tx: tx.runs.answer_doubt(doubt.execution_id, "fail", "me", (), NOW))
        for _ in range(2)
    ]
    assert answers == [True, False]
    assert [each.instance_id for each in await bundle.claim()] == [claimed.instance_id]
    messages = await bundle.journal.messages(bundle.fence, NOW)
    assert messages[claimed.instance_id][0].payload["answer"] == "fail"


async def test_a_message_that_came_meanwhile_keeps_an_instance_from_being_held(bundle: Bundle) -> None:
    """A stop that arrives while the server decides to hold is not lost."""
    job = await bundle.start()
    (claimed,) = await bundle.claim()
    await bundle.database.write(lambda tx: tx.runs.request_stop(job.id, NOW))
    await bundle.journal.append(
        bundle.fence, [Slice(claimed.instance_id, claimed.lease, [], outcome=Hold("doubt", NOW))]
    )
    assert [each.instance_id for each in await bundle.claim()] == [claimed.instance_id]


def seen(key: str) -> SeenTrigger:
    """A trigger ready to be stored."""
    return SeenTrigger(str(uuid7()), key, f"after {key}", {"Log Entry ID": 1}, NOW)


async def stored(bundle: Bundle, armed: ArmedMonitor, trigger: SeenTrigger) -> bool:
    """Stores a trigger; False when one with its key was stored before."""
    (answer,) = await bundle.database.write(lambda tx: tx.triggers.store(bundle.fence, [(armed, trigger)]))
    return answer.taken is Taken.STORED


async def test_triggers_start_one_instance_each_in_their_order(bundle: Bundle) -> None:
    """Vector 22: three triggers, one running at a time by default, none lost."""
    job = await bundle.start(is_monitor=True)
    armed = await bundle.arm()
    for key in ("1", "2", "3"):
        assert await stored(bundle, armed, seen(key))
    numbers = []
    for _ in range(3):
        (claimed,) = await bundle.claim()
        numbers.append(claimed.number)
        await bundle.end(claimed)
    assert numbers == [1, 2, 3]
    assert (await bundle.job(job.id)).status is JobStatus.WAITING


async def test_a_trigger_seen_twice_is_stored_once_and_moves_the_cursor(bundle: Bundle) -> None:
    """The same key starts one instance; the next arming goes on after the last cursor."""
    await bundle.start(is_monitor=True)
    armed = await bundle.arm()
    assert await stored(bundle, armed, seen("k"))
    assert not await stored(bundle, armed, seen("k"))
    await bundle.reregister()
    assert (await bundle.arm()).cursor == "after k"


async def test_a_stopped_monitor_ends_when_it_is_disarmed_and_idle(bundle: Bundle) -> None:
    """The job ends as canceled after its watcher has let go and its last instance has ended."""
    job = await bundle.start(is_monitor=True)
    armed = await bundle.arm()
    await stored(bundle, armed, seen("k"))
    (claimed,) = await bundle.claim()
    await bundle.database.write(lambda tx: tx.runs.request_stop(job.id, NOW))
    assert await bundle.journal.monitors_to_stop(bundle.fence) == [job.id]
    await bundle.journal.disarm(bundle.fence, armed, "", NOW)
    assert (await bundle.job(job.id)).status is JobStatus.STOPPING
    await bundle.end(claimed, JobStatus.CANCELED)
    assert (await bundle.job(job.id)).status is JobStatus.CANCELED


async def test_a_monitor_that_fails_fails_its_job_with_the_reason(bundle: Bundle) -> None:
    """The job says why it is no longer watching."""
    job = await bundle.start(is_monitor=True)
    await bundle.journal.disarm(bundle.fence, await bundle.arm(), "no such folder", NOW)
    ended = await bundle.job(job.id)
    assert (ended.status, ended.error) == (JobStatus.FAILED, "no such folder")


async def test_a_monitor_goes_on_from_the_cursor_of_its_predecessor(bundle: Bundle) -> None:
    """The job of a newer version waits for the old one to let go, and then knows where it was."""
    old = await bundle.start(is_monitor=True)
    armed = await bundle.arm()
    await stored(bundle, armed, seen("k"))
    new = replace(old, id=str(uuid7()), predecessor_id=old.id)
    await bundle.database.write(lambda tx: tx.runs.add_job(new))
    (claimed,) = await bundle.claim()
    await bundle.end(claimed)
    await bundle.database.write(lambda tx: tx.runs.request_stop(old.id, NOW))
    assert await bundle.journal.claim_monitors(bundle.fence, 5, NOW) == []
    await bundle.journal.disarm(bundle.fence, armed, "", NOW)
    following = await bundle.arm()
    assert (following.job_id, following.cursor) == (new.id, "after k")


async def test_a_held_instance_is_released_unless_it_is_in_doubt(bundle: Bundle) -> None:
    """Continuing makes it ready with a clean record; a doubt needs its answer."""
    job = await bundle.start()
    (claimed,) = await bundle.claim()
    await bundle.journal.append(bundle.fence, [Slice(claimed.instance_id, claimed.lease, [], outcome=Hold("x", NOW))])
    assert await bundle.database.write(lambda tx: tx.runs.release_held(job.id)) == 1
    (again,) = await bundle.claim()
    assert (again.takeovers, again.is_fresh) == (0, False)
    doubt = DoubtRecord(str(uuid7()), again.instance_id, job.id, "R", "a", "1.0..1.0", EffectClass.ONCE, NOW, "why")
    held = Slice(again.instance_id, again.lease, [], doubts=[doubt], outcome=Hold("in doubt", NOW))
    await bundle.journal.append(bundle.fence, [held])
    assert await bundle.database.write(lambda tx: tx.runs.release_held(job.id)) == 0


def intent(sequence: int, execution_id: str, key: str = "1.0..1.0") -> SignalRow:
    """The journal row from before an execution that must not be repeated unknowingly."""
    payload: dict[str, Json] = {
        "id": execution_id,
        "key": key,
        "activity_id": "a",
        "effect": "once",
        "pack_version": "1",
        "server": "s",
        "inputs": {"text": "ü"},
        "evidence": {"size": 5},
    }
    return SignalRow(sequence, "intent", NOW, payload, None)


async def test_an_open_execution_is_found_with_its_inputs_and_evidence(bundle: Bundle) -> None:
    """From its intent on it runs, until it has ended."""
    await bundle.start()
    (claimed,) = await bundle.claim()
    execution_id = str(uuid7())
    slice_ = Slice(claimed.instance_id, claimed.lease, [intent(1, execution_id)])
    await bundle.journal.append(bundle.fence, [slice_])
    found = await bundle.database.read(lambda tx: tx.runs.execution(execution_id))
    assert (found.status, found.inputs, found.evidence) == (Status.RUNNING, {"text": "ü"}, {"size": 5})
    assert await bundle.open_executions(claimed) == [found]
    ended = execution(claimed, 2, id=execution_id, key="1.0..1.0", effect=EffectClass.ONCE)
    await bundle.journal.append(bundle.fence, [replace(slice_, rows=[ended])])
    assert await bundle.database.read(lambda tx: tx.runs.execution(execution_id)) == ended.execution
    assert await bundle.open_executions(claimed) == []


async def test_an_execution_in_doubt_says_so_until_it_is_answered(bundle: Bundle) -> None:
    """It is found like one that runs, with another status; after the answer it goes on."""
    await bundle.start()
    (claimed,) = await bundle.claim()
    doubt = DoubtRecord(
        str(uuid7()), claimed.instance_id, claimed.job_id, "R", "a", "1.0..1.0", EffectClass.ONCE, NOW, "why"
    )
    rows = [intent(1, doubt.execution_id)]
    held = Slice(claimed.instance_id, claimed.lease, rows, doubts=[doubt], outcome=Hold("in doubt", NOW))
    await bundle.journal.append(bundle.fence, [held])
    found = await bundle.database.read(lambda tx: tx.runs.execution(doubt.execution_id))
    assert (found.id, found.status) == (doubt.execution_id, Status.IN_DOUBT)
    assert await bundle.open_executions(claimed) == [found]
    await bundle.database.write(lambda tx: tx.runs.answer_doubt(doubt.execution_id, "repeat", "me", (), NOW))
    assert [each.status for each in await bundle.open_executions(claimed)] == [Status.RUNNING]


async def test_an_execution_that_runs_again_is_open_once(bundle: Bundle) -> None:
    """What was decided to be repeated is no longer open; its repetition is, until it has ended."""
    await bundle.start()
    (claimed,) = await bundle.claim()
    first, again = str(uuid7()), str(uuid7())
    repeat = SignalRow(2, "repeat", NOW, {"key": "1.0..1.0"}, None)
    rows = [intent(1, first), repeat, intent(3, again), intent(4, str(uuid7()), "2.0..1.0")]
    slice_ = Slice(claimed.instance_id, claimed.lease, rows)
    await bundle.journal.append(bundle.fence, [slice_])
    assert [each.sequence for each in await bundle.open_executions(claimed)] == [3, 4]
    ended = execution(claimed, 5, id=again, key="1.0..1.0", effect=EffectClass.ONCE)
    await bundle.journal.append(bundle.fence, [replace(slice_, rows=[ended])])
    assert [each.sequence for each in await bundle.open_executions(claimed)] == [4]


async def test_nothing_is_open_when_the_instance_has_ended(bundle: Bundle) -> None:
    """What was under way when it was ended from outside is not found as running for ever."""
    await bundle.start()
    (claimed,) = await bundle.claim()
    execution_id = str(uuid7())
    rows = [intent(1, execution_id)]
    await bundle.journal.append(bundle.fence, [Slice(claimed.instance_id, claimed.lease, rows)])
    await bundle.end(claimed, JobStatus.CANCELED)
    assert await bundle.open_executions(claimed) == []
    with pytest.raises(NotFoundError):
        await bundle.database.read(lambda tx: tx.runs.execution(execution_id))


async def test_a_restart_gives_the_job_a_new_instance(bundle: Bundle) -> None:
    """The old instance ends, the job goes on with number two."""
    job = await bundle.start()
    (claimed,) = await bundle.claim()
    end = InstanceEnd(JobStatus.CANCELED, NOW, error="again", restarts=True)
    await bundle.journal.append(bundle.fence, [Slice(claimed.instance_id, claimed.lease, [], outcome=end)])
    (again,) = await bundle.claim()
    assert (again.job_id, again.number, again.is_fresh) == (job.id, 2, True)
    assert (await bundle.job(job.id)).status is JobStatus.RUNNING


async def test_unknown_ids_are_not_found(bundle: Bundle) -> None:
    """A job, an instance or an execution that does not exist says so."""
    for look in ("job", "instance", "execution"):
        with pytest.raises(NotFoundError):
            await bundle.database.read(lambda tx, look=look: getattr(tx.runs, look)(NOBODY))  # type: ignore[misc]


async def test_a_held_instance_that_is_stopped_ends_at_once(bundle: Bundle) -> None:
    """Nobody owns it, so nobody has to hear of the stop."""
    job = await bundle.start()
    (claimed,) = await bundle.claim()
    await bundle.journal.append(bundle.fence, [Slice(claimed.instance_id, claimed.lease, [], outcome=Hold("x", NOW))])
    stopped = await bundle.database.write(lambda tx: tx.runs.request_stop(job.id, NOW))
    assert stopped.status is JobStatus.CANCELED
    instance = await bundle.database.read(lambda tx: tx.runs.instance(claimed.instance_id))
    assert instance.state is InstanceState.ENDED


def _allow(tx: object, runbook_id: str) -> None:
    """Lets the runbook run two jobs at once."""
    record = VersionRecord(runbook_id, 2, "me", NOW, "", {})
    tx.runbooks.add_version(record, False, 2, "")  # type: ignore[attr-defined]
