"""Activities that are plain functions run in threads beside the server's loop."""

import threading
from typing import cast

import anyio
import pytest

from orchestrion.model.condition import Status
from orchestrion.sdk import ActivityInputs, Mode, RunContext, activity
from orchestrion.sdk.invoke import Ended, invoke

pytestmark = pytest.mark.anyio
_TOGETHER = 100
_everybody = threading.Barrier(_TOGETHER)


class Nothing(ActivityInputs):
    """No inputs."""


@activity("Meet", category="Test", effect="read", mode=Mode.THREAD)
def meet(inputs: Nothing, ctx: RunContext) -> None:
    """Waits until as many are here."""
    _everybody.wait(timeout=30)


async def test_many_that_wait_hold_up_nobody() -> None:
    """A hundred that block at the same time all run; only the server's capacity says how many may."""
    ended: list[Ended] = []

    async def run() -> None:
        ended.append(await invoke(meet, Nothing(), cast("RunContext", None)))  # type: ignore[arg-type]  # its own inputs

    async with anyio.create_task_group() as group:
        for _ in range(_TOGETHER):
            group.start_soon(run)
    assert {each.status for each in ended} == {Status.SUCCESS}
