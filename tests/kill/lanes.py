"""Runs the points of the matrix, several side by side, each lane on an installation of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import anyio

from tests.kill.judging import judge
from tests.kill.matrix import ALONE, Point, Servers, Tally, points
from tests.kill.place import Place, Ran
from tests.kill.scenarios import Scenario
from tests.kill.story import Story, story_of
from tests.kill.target import Traffic

LANES = 2  # a run waits more than it computes: for fsync, for processes that begin, for leases
LOG_TAIL = 2000
_numbers = count(1)
_one_migration = anyio.Lock()  # at a time in one process


@dataclass(frozen=True, slots=True)
class Uncut:
    """The run without any kill that all others are held against."""

    scenario: Scenario
    ran: Ran
    story: Story


Work = tuple[Uncut, Point]


class Laboratory:
    """Makes installations below `folder`, on databases whose addresses `database` gives; None is a file.

    `tally` and `uncut` are what `run` found.
    """

    def __init__(
        self,
        folder: Path,
        orders: asyncio.StreamWriter,
        database: Callable[[], AbstractContextManager[str | None]],
    ) -> None:
        self._folder = folder
        self._orders = orders
        self._database = database
        self.tally = Tally()
        self.uncut: list[Uncut] = []

    async def run(self, scenarios: Sequence[Scenario], ways: Sequence[Servers]) -> None:
        """Runs each scenario uncut, and then cut at all the points of the matrix."""
        async with self._place() as place:
            self.uncut = [Uncut(each, *await one_run(place, each, Point((), ALONE))) for each in scenarios]
            left = ((each, point) for each in self.uncut for point in points(each.ran, ways))
            async with anyio.create_task_group() as group:
                for _ in range(LANES - 1):
                    group.start_soon(self._lane, left)
                if await self._work_off(place, left):
                    group.start_soon(self._lane, left)

    async def _lane(self, left: Iterator[Work]) -> None:
        """Works off points; after a run that did not end, on a fresh installation."""
        is_open = True
        while is_open:
            async with self._place() as place:
                is_open = await self._work_off(place, left)

    async def _work_off(self, place: Place, left: Iterator[Work]) -> bool:
        """Runs one point after the other; True when one of them did not end, and there may be others."""
        for uncut, point in left:
            try:
                ran, story = await one_run(place, uncut.scenario, point)
            except (TimeoutError, AssertionError) as error:
                self.tally.did_not_end(point, f"{error!r}\n{place.log[-LOG_TAIL:]}")
                return True
            self.tally.add(point, ran, judge(uncut.story, story, ran))
        return False

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[Place]:
        folder = self._folder / str(next(_numbers))
        folder.mkdir()
        with self._database() as database:
            place = Place(folder, self._orders, database)
            async with _one_migration:
                await place.create()
            async with place.serving():
                yield place


async def one_run(place: Place, scenario: Scenario, point: Point) -> tuple[Ran, Story]:
    """Runs to the end, and reads what is stored then."""
    ran = await place.run(scenario, Traffic(point.cuts, scenario.refusals), point.servers)
    async with place.office() as core:
        return ran, await story_of(core, ran.job.id)
