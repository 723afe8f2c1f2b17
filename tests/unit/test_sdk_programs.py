"""What programs that activities start get to see."""

import socket
import sys

import psutil
import pytest

from orchestrion.sdk import ProgramRequest, is_this_computer, open_program, run_program, start_detached
from tests.services.waiting import eventually

pytestmark = pytest.mark.anyio
SHOW = "import os; print(sorted(name for name in os.environ if name.startswith('ORCHESTRION')))"


async def test_the_servers_settings_stay_with_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program sees none of the server's variables, but those it is given by that prefix."""
    monkeypatch.setenv("ORCHESTRION_MASTER_KEY", "secret")
    ended = await run_program(ProgramRequest([sys.executable, "-c", SHOW], env={"ORCHESTRION_OUTPUT": "x"}))
    assert ended.stdout.decode().strip() == "['ORCHESTRION_OUTPUT']"


async def test_a_detached_program_leaves_no_zombie() -> None:
    """A detached program that has ended is gone from the process table once another one starts."""
    first = start_detached(ProgramRequest(["true"]))
    eventually(lambda: psutil.Process(first).status() == psutil.STATUS_ZOMBIE, "the end of the program")
    start_detached(ProgramRequest(["true"]))
    assert not psutil.pid_exists(first)


async def test_output_is_read_while_the_program_runs() -> None:
    """Lines come as they are written, and leaving the context ends the program with its children."""
    script = "import os, time; print(os.getpid(), flush=True); print('last', end='', flush=True); time.sleep(600)"
    async with open_program(ProgramRequest([sys.executable, "-c", script])) as program:
        lines = program.lines()
        pid = int(await anext(lines))
        assert psutil.pid_exists(pid)
    eventually(lambda: not psutil.pid_exists(pid), "the end of the program")


async def test_the_end_of_a_read_program_tells_why() -> None:
    """After its last line, exit code and standard error are there."""
    script = "import sys; print('only'); sys.exit('broken')"
    async with open_program(ProgramRequest([sys.executable, "-c", script])) as program:
        assert [line async for line in program.lines()] == [b"only"]
        ended = await program.end()
    assert (ended.exit_code, ended.stderr.strip()) == (1, b"broken")


async def test_a_program_that_is_not_there_is_an_error() -> None:
    """What cannot be started raises OSError, read or run."""
    async with open_program(ProgramRequest(["/nowhere/program"])) as program:
        assert [line async for line in program.lines()] == []
        with pytest.raises(OSError, match="No such file"):
            await program.end()


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "", "127.0.0.1", socket.gethostname()])
def test_this_computer(name: str) -> None:
    """The server's own computer goes by several names."""
    assert is_this_computer(name)
    assert not is_this_computer(f"other-{name}")
