"""How soon a dead server loses its work, in virtual time: whether it led the others or not (durability.md 5)."""

from __future__ import annotations

import asyncio

import pytest

from orchestrion.ports.journal import Fence
from orchestrion.ports.servers import LEADER, Registration, ServerState
from orchestrion.runbookserver.watchdog import Watchdog
from orchestrion.storage.wakeups import LocalWakeups
from tests.simulation.database import Line, SimulatedDatabase, memory
from tests.simulation.dice import Dice
from tests.simulation.loop import VirtualClock, VirtualLoop
from tests.simulation.weather import BEAT_SECONDS, LEASE_SECONDS, Faults, Weather


class Process:
    """See database.Process: one without trouble."""

    name = "alive"
    is_alive = True
    troubled_at = 0.0

    def cut(self, reason: str) -> None:
        """The weather is good."""


class Site:
    """One server that looks after another one, which never beats."""

    def __init__(self, loop: VirtualLoop) -> None:
        random = Dice(1).of("detection")
        self.clock = VirtualClock(loop)
        self.database = SimulatedDatabase(Line(Process(), Weather(Faults(), 0, random, ()), random))

    async def register(self, name: str) -> Fence:
        """The server begins a life."""
        new = Registration(name, "1", 1, LEASE_SECONDS)
        server = await self.database.write(lambda tx: tx.servers.register(new, self.clock.now()))
        return Fence(server.id, server.epoch)

    async def seconds_until_taken_over(self, *, is_leader: bool) -> float:
        """From the death of a server to the end of its epoch."""
        alive, dead = await self.register("alive"), await self.register("dead")
        if is_leader:
            await self.database.write(lambda tx: tx.leases.acquire(LEADER, dead.server_id, LEASE_SECONDS))
        watchdog = Watchdog(self.database, self.clock, LocalWakeups(), LEASE_SECONDS, BEAT_SECONDS)
        tasks = [asyncio.create_task(watchdog.run(alive, ServerState())), asyncio.create_task(self._beat(alive))]
        began = self.clock.steady()
        while memory().rows("SELECT epoch FROM server WHERE name = 'dead'") == [(dead.epoch,)]:  # noqa: ASYNC110 - the database signals nothing
            await asyncio.sleep(0.1)
        for each in tasks:
            each.cancel()
        await asyncio.wait(tasks)
        return self.clock.steady() - began

    async def _beat(self, fence: Fence) -> None:
        while True:
            await self.database.write(lambda tx: tx.servers.beat(fence.server_id, fence.epoch))
            await asyncio.sleep(BEAT_SECONDS)


@pytest.mark.parametrize("is_leader", [False, True])
def test_a_dead_server_loses_its_work_after_a_lease_and_two_beats(is_leader: bool) -> None:
    """The others look as well as the leader, so that its own death is found as soon as any."""
    loop = VirtualLoop()
    memory().renew()
    took = loop.run_until_complete(Site(loop).seconds_until_taken_over(is_leader=is_leader))
    loop.close()
    assert LEASE_SECONDS <= took <= LEASE_SECONDS + 2 * BEAT_SECONDS + 0.5
