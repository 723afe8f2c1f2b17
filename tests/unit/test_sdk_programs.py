"""What programs that activities start get to see."""

import sys

import psutil
import pytest

from orchestrion.sdk import ProgramRequest, run_program, start_detached
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
