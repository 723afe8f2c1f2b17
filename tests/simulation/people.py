"""The people of a simulation: they start jobs, answer doubts, continue what is held and now and then stop something."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from orchestrion.model.access import SYSTEM
from orchestrion.model.errors import ConflictError, UnavailableError
from orchestrion.model.values import Record
from orchestrion.services.jobs import ANSWERS, Jobs, StartRequest
from tests.simulation.database import Line, SimulatedDatabase, memory
from tests.simulation.loop import VirtualClock
from tests.simulation.server import Place

T = TypeVar("T")

_ASKED = "SELECT 1 FROM doubt WHERE answer IS NULL LIMIT 1"
_ACTIVE = "SELECT id, status FROM job WHERE status IN ('pending', 'running', 'stopping', 'held') ORDER BY id"


class People:
    """Everybody who sits at a screen. `started` counts the jobs they know they have started.

    They stop a job that runs when they look, with the probability `stops`.
    """

    name = "people"
    is_alive = True
    troubled_at = 0.0

    def __init__(self, place: Place, runbooks: Sequence[str], stops: float) -> None:
        self.started = 0
        self._place = place
        self._runbooks = runbooks
        self._random = place.dice.of("people")
        self._stops = stops
        database = SimulatedDatabase(Line(self, place.weather, place.dice.of("line", "people")))
        self._jobs = Jobs(database, place.air.wakeups(), VirtualClock(place.loop))

    def cut(self, reason: str) -> None:
        """Their web server goes down: they do not see what became of their request."""
        raise UnavailableError(reason)

    async def start(self, count: int) -> None:
        """Starts jobs one after the other, each until it is confirmed; its key makes sure that it is one job."""
        for number in range(count):
            await asyncio.sleep(self._random.random() * 2)
            await self._start(StartRequest(self._random.choice(self._runbooks), idempotency_key=f"job {number}"))
            self.started += 1

    async def _start(self, request: StartRequest) -> None:
        while await self._tried(lambda: self._jobs.start(SYSTEM, request)) is None:  # noqa: ASYNC110 - people try again
            await asyncio.sleep(1)

    async def look_after(self) -> None:
        """Looks again and again what needs a person, until cancelled."""
        while True:
            await asyncio.sleep(0.5 + self._random.random() * 4)
            if memory().rows(_ASKED):
                for doubt in await self._tried(lambda: self._jobs.doubts(SYSTEM)) or []:
                    await self._answer(doubt.execution_id)
            for job_id, status in memory().rows(_ACTIVE):
                await self._decide(job_id, status)

    async def _decide(self, job_id: str, status: str) -> None:
        """Continues what is held, and now and then stops what is not."""
        if status == "held":
            await self._tried(lambda: self._jobs.resume(SYSTEM, job_id))
        elif self._random.random() < self._stops:
            self._place.witness.note(f"people: stop the job {job_id[-4:]}")
            await self._tried(lambda: self._jobs.stop(SYSTEM, job_id))

    async def _answer(self, execution_id: str) -> None:
        answer = self._random.choice(ANSWERS)
        records: list[Record] = [{"n": 1, "text": "T1-seen"}] if answer == "succeeded" else []
        self._place.witness.note(f"people: answer {answer}")
        await self._tried(lambda: self._jobs.answer(SYSTEM, execution_id, answer, records, ""))

    async def _tried(self, use: Callable[[], Awaitable[T]]) -> T | None:
        """What the product answers; None when it is away, or says that there is nothing to do any more."""
        try:
            return await use()
        except (UnavailableError, ConflictError) as error:
            self._place.witness.note(f"people: {error}")
            return None
