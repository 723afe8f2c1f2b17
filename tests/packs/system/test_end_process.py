"""End Process, and what its probe says after a crash."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestrion.packs.system.end_process import (
    ONLY_ONE,
    EndProcessInputs,
    Matched,
    end_process,
    look_again,
    look_before,
    what_would_end,
)
from orchestrion.packs.system.process_identity import boot_id
from orchestrion.sdk import ActivityFailed, Done, Evidence, Json, NotDone, Record, Verdict
from orchestrion.sdk.invoke import Ended
from orchestrion.sdk.testing import RehearsalContext, run
from tests.services.processes import ReadProcess

pytestmark = pytest.mark.anyio
NAME = f"orchestrion-sleeper-{os.getpid()}"  # tests that run side by side do not see each other's processes
Start = Callable[[], ReadProcess]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts instances of a program with a name that no other process has."""
    program = tmp_path / NAME
    shutil.copy(shutil.which("sleep") or "", program)
    started: list[ReadProcess] = []

    def one() -> ReadProcess:
        started.append(ReadProcess([str(program), "600"], cwd=tmp_path))
        return started[-1]

    yield one
    for process in started:
        process.kill()


async def end(process: object = NAME, **inputs: Json) -> Ended:
    return await run(end_process, RehearsalContext(), process=str(process), **inputs)


async def test_all_instances_end(start: Start) -> None:
    """Each is asked to end, and each is a record."""
    processes = [start(), start()]
    ended = await end()
    assert [process.wait() for process in processes] == [-signal.SIGTERM, -signal.SIGTERM]
    assert [dict(record) for record in ended.records] == [
        {"Number of instances": 2, "Process ID": pid} for pid in sorted(process.pid for process in processes)
    ]


async def test_nothing_to_end_is_a_success() -> None:
    """As documented."""
    ended = await end()
    assert (ended.status, dict(ended.records[0])) == ("success", {"Number of instances": 0, "Process ID": None})


async def test_several_may_be_a_failure(start: Start) -> None:
    """With that choice nothing is ended."""
    processes = [start(), start()]
    ended = await end(when_several_match="Fail if there is more than one instance")
    assert (ended.status, ended.records[0]["Number of instances"]) == ("failed", 2)
    assert all(process.is_running() for process in processes)


async def test_an_id_means_one_process(start: Start) -> None:
    """Others of the same name go on."""
    first, second = start(), start()
    await end(first.pid)
    assert first.wait() == -signal.SIGTERM
    assert second.is_running()


async def test_who_does_not_listen_is_forced(tmp_path: Path) -> None:
    """When the time is over the process is killed."""
    stubborn = (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); signal.pause()"
    )
    process = ReadProcess([sys.executable, "-c", stubborn], cwd=tmp_path)
    process.wait_for_line("ready", 20)
    assert (await end(process.pid, terminate_in=0.1)).status == "success"
    assert process.wait() == -signal.SIGKILL


async def test_the_server_does_not_end_itself() -> None:
    """A name that means the server too ends nothing."""
    assert "runbook server itself" in (await end(os.getpid())).error


@pytest.mark.parametrize("inputs", [{"computer": "elsewhere", "process": "x"}, {"process": ""}])
async def test_what_cannot_be_ended_fails(inputs: dict[str, Json]) -> None:
    """Another computer, or no name."""
    assert (await run(end_process, RehearsalContext(), **inputs)).status == "failed"


async def evidence(process: object = NAME) -> Evidence:
    return await look_before(EndProcessInputs(process=str(process)), RehearsalContext())


async def verdict(before: Evidence) -> Verdict:
    return await look_again(EndProcessInputs(process=NAME), before, RehearsalContext())


async def test_a_crash_before_the_end_is_not_done(start: Start) -> None:
    """While one of the processes runs, the activity may run again."""
    first, second = start(), start()
    before = await evidence()
    assert await verdict(before) == NotDone()
    first.kill()
    assert await verdict(before) == NotDone()
    second.kill()
    assert isinstance(await verdict(before), Done)


async def test_a_crash_after_the_end_is_done(start: Start) -> None:
    """The records are those that the activity would have published; a new process of that name is another one."""
    process = start()
    before = await evidence()
    await end()
    process.wait()
    start()
    found = await verdict(before)
    assert isinstance(found, Done)
    assert found.published[0].record() == {"Number of instances": 1, "Process ID": process.pid}


async def test_an_id_used_again_is_another_process(start: Start) -> None:
    """A process with the same number and another start was not meant."""
    before = Matched.model_validate(await evidence(start().pid))
    [instance] = before.instances
    other = before.model_copy(update={"instances": [instance.model_copy(update={"started": "1"})]})
    assert isinstance(await verdict(other.model_dump()), Done)


async def test_a_restart_of_the_computer_ends_processes(start: Start) -> None:
    """After another boot nothing from before runs, whatever has its number."""
    before = Matched.model_validate(await evidence(start().pid))
    assert before.boot == boot_id()
    assert isinstance(await verdict(before.model_copy(update={"boot": "earlier"}).model_dump()), Done)


async def test_nothing_to_end_before_is_done() -> None:
    """When no process matched, there is nothing to repeat."""
    assert isinstance(await verdict(await evidence()), Done)


async def simulate(process: object = NAME, **inputs: str) -> Record:
    given = EndProcessInputs.model_validate({"process": str(process), **inputs})
    return (await what_would_end(given, RehearsalContext())).record()


async def test_a_simulation_ends_nothing(start: Start) -> None:
    """The process goes on, and the record is the one that the real run publishes."""
    process = start()
    simulated = await simulate()
    assert process.is_running()
    assert [simulated] == [dict(record) for record in (await end()).records]
    assert await simulate(process.pid) == {"Number of instances": 0, "Process ID": None}


async def test_a_simulation_tells_all_that_would_end(start: Start) -> None:
    """The one record counts them, and the log names each."""
    pids = sorted(process.pid for process in (start(), start()))
    published = await what_would_end(EndProcessInputs(process=NAME), ctx := RehearsalContext())
    assert published.record() == {"Number of instances": 2, "Process ID": pids[0]}
    assert ctx.logged == [f"Would end these processes: {pids[0]}, {pids[1]}."]


async def test_a_simulation_foresees_failures(start: Start) -> None:
    """The server itself, and several where one is wanted."""
    with pytest.raises(ActivityFailed, match="runbook server itself"):
        await simulate(os.getpid())
    processes = [start(), start()]
    with pytest.raises(ActivityFailed, match="means 2 processes"):
        await simulate(when_several_match=ONLY_ONE)
    assert all(process.is_running() for process in processes)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may end everything")
async def test_a_simulation_foresees_missing_rights() -> None:
    """The first process of the computer belongs to root."""
    with pytest.raises(ActivityFailed, match="may not end process 1"):
        await simulate(1)
