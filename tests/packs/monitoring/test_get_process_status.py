"""Get Process Status."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrion.packs.monitoring.get_process_status import get_process_status
from orchestrion.sdk.testing import RehearsalContext, run
from tests.services.processes import ReadProcess

pytestmark = pytest.mark.anyio
NAME = f"orchestrion-dozer-{os.getpid()}"  # tests that run side by side do not see each other's processes


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program with a name that no other process has."""
    path = tmp_path / NAME
    shutil.copy(shutil.which("sleep") or "", path)
    return path


@pytest.fixture
def running(program: Path) -> Iterator[list[ReadProcess]]:
    """Two running instances of it."""
    processes = [ReadProcess([str(program), "600"], cwd=program.parent) for _ in range(2)]
    yield processes
    for process in processes:
        process.stop()


async def test_each_instance_is_a_record(running: list[ReadProcess]) -> None:
    """One record per process, with their number."""
    ended = await run(get_process_status, RehearsalContext(), process=NAME.upper())
    assert [dict(record) for record in ended.records] == [
        {"Computer": "localhost", "Process name": NAME.upper(), "Process ID": pid,
         "Number of instances for the process": 2}
        for pid in sorted(process.pid for process in running)
    ]  # fmt: skip


async def test_a_process_may_be_named_by_path_or_id(program: Path, running: list[ReadProcess]) -> None:
    """The program's full path and a process id mean processes too."""
    for name, number in ((str(program), 2), (str(running[0].pid), 1)):
        ended = await run(get_process_status, RehearsalContext(), process=name)
        assert ended.records[0]["Number of instances for the process"] == number


async def test_a_script_goes_by_its_name(tmp_path: Path) -> None:
    """A script with a first line that names its interpreter is found, however long its name."""
    script = tmp_path / f"orchestrion-sample-service-{os.getpid()}"
    script.write_text("#!/bin/sh\nsleep 600 >/dev/null 2>&1 &\ntrap 'kill $!' TERM\necho ready\nwait\n")
    script.chmod(0o755)
    process = ReadProcess([str(script)], cwd=tmp_path)
    process.wait_for_line("ready", 20)
    for name in (script.name, str(script)):
        ended = await run(get_process_status, RehearsalContext(), process=name)
        assert ended.records[0]["Process ID"] == process.pid
    process.stop()


async def test_not_running_fails(program: Path) -> None:
    """As documented, with the number of instances published all the same."""
    ended = await run(get_process_status, RehearsalContext(), process=program.name)
    assert ended.status == "failed"
    assert ended.records[0]["Number of instances for the process"] == 0


async def test_not_running_may_be_a_result(program: Path) -> None:
    """With the option off the runbook goes on."""
    ended = await run(get_process_status, RehearsalContext(), process=program.name, not_running_is_a_failure=False)
    assert (ended.status, ended.records[0]["Number of instances for the process"]) == ("success", 0)


async def test_a_process_that_ended_does_not_run(program: Path, running: list[ReadProcess]) -> None:
    """One whose end nobody has looked at yet does not count."""
    running[0].kill()
    ended = await run(get_process_status, RehearsalContext(), process=program.name)
    assert ended.records[0]["Number of instances for the process"] == 1


@pytest.mark.parametrize("inputs", [{"computer": "elsewhere", "process": "x"}, {"process": " "}])
async def test_what_cannot_be_looked_for_fails(inputs: dict[str, str]) -> None:
    """Another computer, or no name."""
    assert (await run(get_process_status, RehearsalContext(), **inputs)).status == "failed"
