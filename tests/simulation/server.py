"""Runbook servers that live, die in the middle of anything and come back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from orchestrion.runbookserver.life import Outside, ServerOptions
from orchestrion.runbookserver.service import RunbookServerService
from orchestrion.storage.hearts import LoopHearts
from tests.simulation.air import Air
from tests.simulation.database import Line, SimulatedDatabase, SimulatedJournal
from tests.simulation.dice import Dice
from tests.simulation.loop import VirtualClock, VirtualLoop
from tests.simulation.pack import PACKS
from tests.simulation.weather import BEAT_SECONDS, LEASE_SECONDS, Weather
from tests.simulation.world import Witness

_NEVER = 1e9


@dataclass(frozen=True)
class Place:
    """What all processes of a simulation share."""

    loop: VirtualLoop
    dice: Dice
    weather: Weather
    air: Air
    witness: Witness


class Server:
    """One machine: `run` starts its process again whenever it has died, until it is told to `close`.

    `is_alive` says whether the process has power, `lives` counts its starts, `cuts` its deaths that were not in order.
    """

    def __init__(self, name: str, place: Place) -> None:
        self.name = name
        self.is_alive = False
        self.lives = 0
        self.cuts = 0
        self.troubled_at = 0.0
        self._place = place
        self._random = place.dice.of("server", name)
        self._clock = VirtualClock(place.loop, self._random.uniform(-1, 1) * place.weather.faults.skew)
        self._task: asyncio.Task[None] | None = None
        self._is_closing = False

    @property
    def must_be_heard(self) -> bool:
        """Whether it lives and has had no trouble for so long that nobody may take it for dead."""
        return self.is_alive and self._place.loop.time() - self.troubled_at > LEASE_SECONDS + 2 * BEAT_SECONDS

    async def run(self) -> None:
        """Lives again and again."""
        await asyncio.sleep(self._random.random() * 2)
        while not self._is_closing:
            await self._live()
            await asyncio.sleep(self._random.choice((0.1, 1, LEASE_SECONDS, 3 * LEASE_SECONDS)) * self._random.random())

    def cut(self, reason: str) -> None:
        """The power goes: whatever the process has in flight reaches nobody any more."""
        if self.is_alive and self._task is not None:
            self._place.witness.note(f"{self.name}: power cut {reason}")
            self.is_alive = False
            self.cuts += 1
            self._task.cancel()

    def close(self) -> None:
        """Ends it for good."""
        self._is_closing = True
        self.cut("at the end")

    async def _live(self) -> None:
        """One process, from its start to its death."""
        self.lives += 1
        self.troubled_at = self._place.loop.time()
        self.is_alive = True
        self._place.witness.note(f"{self.name}: starts")
        wakeups = self._place.air.wakeups()
        line = Line(self, self._place.weather, self._place.dice.of("line", self.name, self.lives))
        database = SimulatedDatabase(line)
        journal, hearts = SimulatedJournal(database), LoopHearts(database)
        outside = Outside(database, journal, wakeups, PACKS, self._clock, lambda text: text, hearts)
        options = ServerOptions(self.name, 50, BEAT_SECONDS, LEASE_SECONDS, 3)
        service = RunbookServerService(options, outside)
        self._task = asyncio.create_task(service.run())
        fate = asyncio.create_task(self._meet_fate(service))
        try:
            await asyncio.wait([self._task])
        finally:
            self.is_alive = False
            self._place.air.leave(wakeups)
            await _ended(fate, self._task)
        if not self._task.cancelled():
            self._place.witness.blame(f"{self.name}: the process fell over: {self._task.exception()!r}")

    async def _meet_fate(self, service: RunbookServerService) -> None:
        """Some processes die of themselves, some are stopped in order."""
        life = self._place.weather.faults.life
        at = self._place.loop.time() + (self._random.expovariate(1 / life) if life else _NEVER)
        in_order = self._random.random() < self._place.weather.faults.in_order
        if at >= self._place.weather.calm:
            return
        await asyncio.sleep(at - self._place.loop.time())
        if in_order and self._task is not None:
            self._place.witness.note(f"{self.name}: stops in order")
            await service.drain()
            self._task.cancel()
        else:
            self.cut("at some time")


async def _ended(*tasks: asyncio.Task[None]) -> None:
    """Cancels tasks and waits until they are over."""
    for each in tasks:
        each.cancel()
    await asyncio.wait(tasks)
