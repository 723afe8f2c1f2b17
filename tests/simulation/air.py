"""Announcements between processes, which arrive late or never."""

from __future__ import annotations

import asyncio
from random import Random

from orchestrion.storage.wakeups import LocalWakeups
from tests.simulation.weather import Weather


class Air:
    """What carries announcements from one process to the others."""

    def __init__(self, weather: Weather, random: Random) -> None:
        self._weather = weather
        self._random = random
        self._heard: list[LocalWakeups] = []

    def wakeups(self) -> SimulatedWakeups:
        """The end of one process."""
        made = SimulatedWakeups(self)
        self._heard.append(made)
        return made

    def leave(self, wakeups: LocalWakeups) -> None:
        """The process is no more."""
        self._heard.remove(wakeups)

    def carry(self, sender: LocalWakeups, channel: str, payload: str) -> None:
        """Brings an announcement to all others."""
        loop = asyncio.get_running_loop()
        for each in self._heard:
            is_lost = self._weather.happens(self._random, self._weather.faults.deaf, loop.time())
            if each is not sender and not is_lost:
                loop.call_later(self._random.random() / 10, LocalWakeups.announce, each, channel, payload)


class SimulatedWakeups(LocalWakeups):
    """See ports.Wakeups."""

    def __init__(self, air: Air) -> None:
        super().__init__()
        self._air = air

    def announce(self, channel: str, payload: str = "") -> None:
        """See ports.Wakeups."""
        super().announce(channel, payload)
        self._air.carry(self, channel, payload)
