"""Somebody who starts jobs all the time, and people who answer what is in doubt; at the end every job is judged."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

from orchestrion.bootstrap.composition import Core
from orchestrion.model.access import SYSTEM
from orchestrion.model.errors import NotFoundError, UnavailableError
from orchestrion.model.ids import derived_id
from orchestrion.model.job import JobStatus, has_ended
from orchestrion.ports.runs import JobRecord
from orchestrion.services.jobs import StartRequest
from tests.failover.outside import OutsideTarget
from tests.kill.judging import judge
from tests.kill.place import Ran, add_runbook, answer
from tests.kill.scenarios import Scenario
from tests.kill.story import Story, story_of
from tests.kill.target import Traffic

EVERY_SECONDS = 0.1
_AT_ONCE = {"max_simultaneous_jobs": 50}


@dataclass(slots=True)
class Verdict:
    """The sum over all jobs: repeats that the class allows, ones nobody knew of, what was lost, and every fault."""

    jobs: int = 0
    repeats: int = 0
    unknowing: int = 0
    lost: int = 0
    answers: int = 0
    faults: list[str] = field(default_factory=list)


class Load:
    """Keeps `in_flight` jobs of a scenario under way; lives on the loop of the target.

    `is_answering` says whether people answer doubts; while it is False, these wait.
    """

    def __init__(self, core: Core, target: OutsideTarget, scenario: Scenario) -> None:
        self._core = core
        self._target = target
        self._scenario = scenario
        self._numbers = count(1)
        self._runbook_id = ""
        self.in_flight = 0
        self.is_answering = True
        self.jobs: dict[str, JobRecord] = {}
        self.forgotten: dict[str, JobRecord] = {}
        """Jobs that were accepted, and that the database does not know any more."""
        self.doubts: set[str] = set()
        """The executions that are in doubt, by the names that the target knows."""

    @property
    def open(self) -> list[str]:
        """The jobs that have not ended."""
        return [key for key, each in self.jobs.items() if not has_ended(each.status)]

    @property
    def ended(self) -> int:
        """How many jobs have ended."""
        return len(self.jobs) - len(self.open)

    @property
    def unexplained(self) -> list[str]:
        """Why jobs are held, other than for a doubt."""
        held = [each.reason or "" for each in self.jobs.values() if each.status is JobStatus.HELD]
        return [each for each in held if "in doubt" not in each]

    async def prepare(self) -> None:
        """Stores the scenario's runbooks, so that many of their jobs may run at once."""
        for name, document in reversed(self._scenario.documents.items()):
            settings = {**document.get("settings", {}), **_AT_ONCE}
            whole = {**document, "settings": settings}
            self._runbook_id = await self._core.database.write(lambda tx: add_runbook(tx, name, whole))  # noqa: B023 - awaited at once

    def adopt(self, job_id: str) -> None:
        """Judges a job as well that somebody else started and saw the end of."""
        self.jobs[job_id] = next(iter(self.jobs.values()))

    async def run(self) -> None:
        """Starts, answers and looks until cancelled, also while the database is away."""
        number = next(self._numbers)
        self._ran = Ran(await self._start(number), self._target.traffic)
        while True:
            with suppress(UnavailableError, TimeoutError):  # as a browser would: look again later
                await self._turn()
            await asyncio.sleep(EVERY_SECONDS)

    async def _turn(self) -> None:
        if len(self.open) < self.in_flight:  # one at a time, so that at any moment jobs stand at different activities
            await self._start(next(self._numbers))
        doubts = await self._core.services.jobs.doubts(SYSTEM)
        self.doubts = {derived_id(each.instance_id, each.key) for each in doubts}
        for doubt in doubts if self.is_answering else ():
            await answer(self._core, doubt, self._ran)
        for key in self.open:
            try:
                self.jobs[key] = await self._core.services.runs.job(SYSTEM, key)
            except NotFoundError:
                self.forgotten[key] = self.jobs.pop(key)

    async def _start(self, number: int) -> JobRecord:
        """Starts a job; whoever does not hear whether it was stored asks again under the same key."""
        request = StartRequest(self._runbook_id, idempotency_key=f"load-{number}")
        while True:
            try:
                job = await self._core.services.jobs.start(SYSTEM, request)
            except UnavailableError:
                await asyncio.sleep(EVERY_SECONDS)
            else:
                return self.jobs.setdefault(job.id, job)

    async def judged(self) -> Verdict:
        """Holds every job against the first one, which nothing cut."""
        first, *others = [await story_of(self._core, each) for each in self.jobs]
        found = Verdict(jobs=len(self.jobs), answers=self._ran.answers)
        for story in (first, *others):
            judged = judge(first, story, Ran(story.job, self._own(story), repeats_wanted=self._ran.repeats_wanted))
            found.repeats += judged.repeats
            found.unknowing += judged.unknowing
            found.lost += judged.lost
            found.faults += [f"{story.job.id}: {each}" for each in judged.faults]
        known = {each.record.id for story in (first, *others) for each in story.instances}
        found.faults += [f"a stranger called: {each}" for each in self._target.seen if each.call.instance not in known]
        found.faults += self._two_at_once()
        return found

    def _own(self, story: Story) -> Traffic:
        """What the instances of one job did to the target."""
        traffic = self._target.traffic
        mine = {each.record.id for each in story.instances}
        calls = [each for each in traffic.calls if each.instance in mine]
        effects = Counter({each.execution: traffic.effects[each.execution] for each in calls})
        return Traffic(calls=calls, effects=+effects, not_done=traffic.not_done)

    def _two_at_once(self) -> list[str]:
        """Instances for which two processes acted by turns.

        One that lost an instance and got it back later, once the other one had let it go, is none of them.
        """
        callers = {each.call.instance: self._target.callers(each.call.instance) for each in self._target.seen}
        turns = {key: [pid for pid, times in Counter(pids).items() if times > 1] for key, pids in callers.items()}
        return [f"two act for {key}: {callers[key]}" for key, again in turns.items() if len(again) > 1]
