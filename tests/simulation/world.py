"""The outside world of a simulation: it outlives every server, and sees what must not happen when it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from orchestrion.model.ids import derived_id
from orchestrion.model.runbook import EffectClass, InDoubtAnswer
from orchestrion.sdk import Done, Evidence, NotDone, RunContext, Unknown, Verdict
from tests.simulation.database import Process, memory
from tests.simulation.pack import Told, answer, told
from tests.simulation.weather import LEASE_SECONDS, Weather

_WAITS = (0.0, 0.0, 0.05, 0.3, 1.0, 3.0)
_UNREPEATABLE = (EffectClass.ONCE, EffectClass.VERIFIABLE)


class Witness(Protocol):
    """Who hears what happens."""

    def note(self, text: str) -> None:
        """Something that may help to understand the rest."""

    def blame(self, text: str) -> None:
        """Something that must not happen."""


@dataclass(slots=True)
class Acts:
    """What one execution did outside, over all servers: how often it acted, and how often its probe knew nothing."""

    count: int = 0
    unknown: int = 0


@dataclass
class World:
    """Where activities act (pack.Stage).

    `authors` say beforehand what follows a doubt, by runbook and activity.
    """

    random: Random
    weather: Weather
    servers: Mapping[str, Process]
    witness: Witness
    authors: Mapping[tuple[str, str], InDoubtAnswer] = field(default_factory=dict)
    acts: dict[tuple[str, str], Acts] = field(default_factory=dict)

    async def act(self, effect: EffectClass, ctx: RunContext) -> list[Told]:
        """Acts after a while and tells after another one; the power may be cut in between."""
        process = self.servers[ctx.server]
        self._check_end(ctx, effect, "starts")
        await self._wait()
        if not process.is_alive:
            await asyncio.Future()  # what was just about to happen when the power went does not
        self._happen(effect, ctx)
        if self._happens(self.weather.faults.cut_after_effect):
            process.cut(f"after {ctx.activity_id} acted")
            await asyncio.Future()
        await self._wait()
        return answer(ctx.execution_id)

    async def evidence(self, ctx: RunContext) -> Evidence:
        """How it stands before the execution acts."""
        await self._wait()
        return {"count": self.of(ctx).count}

    async def probe(self, before: Evidence, ctx: RunContext) -> Verdict:
        """Looks whether the execution has acted; sometimes that cannot be told."""
        await self._wait()
        if self.random.random() < 0.2:
            self.of(ctx).unknown += 1
            return Unknown("There is fog.")
        acted = self.of(ctx).count > int(str(before["count"]))
        return Done(tuple(told(ctx.execution_id))) if acted else NotDone()

    def of(self, ctx: RunContext) -> Acts:
        """What the execution has done so far."""
        return self.acts.setdefault((ctx.execution_id, ctx.activity_id), Acts())

    def was_told(self, instance_id: str, runbook: str, activity: str, key: str) -> bool:
        """Whether a person, or the author beforehand, said that the execution succeeded, whatever the world knows."""
        if self.authors.get((runbook, activity)) is InDoubtAnswer.SUCCEED:
            return True
        query = "SELECT 1 FROM doubt WHERE instance_id = ? AND key = ? AND answer = 'succeeded'"
        return bool(memory().rows(query, instance_id, key))

    def _happens(self, probability: float) -> bool:
        return self.weather.happens(self.random, probability, asyncio.get_running_loop().time())

    async def _wait(self) -> None:
        """Mostly short; now and then for so long that a server that was taken for dead meanwhile comes too late."""
        longest = 4 * LEASE_SECONDS if self.random.random() < 0.06 else self.random.choice(_WAITS)
        if longest:
            await asyncio.sleep(longest * self.random.random())

    def _happen(self, effect: EffectClass, ctx: RunContext) -> None:
        acts = self.of(ctx)
        acts.count += 1
        self.witness.note(f"{ctx.server}: {place(ctx)} ({effect}) acts, {acts.count}")
        if effect is not EffectClass.ONCE:  # of which a person may have said how it ended while it still went on
            self._check_end(ctx, effect, "acts")
        if acts.count > 1 and effect in _UNREPEATABLE:
            self._check_answer(ctx, effect, acts)

    def _check_end(self, ctx: RunContext, effect: EffectClass, does: str) -> None:
        """What finished never runs again.

        What is `pure` runs ahead of the journal: a server that was taken for dead may have been on another way.
        """
        if effect is EffectClass.PURE and not self._is_owner(ctx):
            return
        if _count(ctx, "SELECT key FROM execution WHERE instance_id = ? AND activity_id = ?"):
            self._blame(ctx, f"{place(ctx)} ({effect}) {does} on {ctx.server} after its end was journaled")

    def _check_answer(self, ctx: RunContext, effect: EffectClass, acts: Acts) -> None:
        """What must not be repeated unknowingly is repeated only where somebody has said so."""
        allowed = _count(ctx, "SELECT key FROM doubt WHERE instance_id = ? AND activity_id = ? AND answer = 'repeat'")
        if self.authors.get((ctx.runbook_name, ctx.activity_id)) is InDoubtAnswer.REPEAT:
            allowed += acts.count if effect is EffectClass.ONCE else acts.unknown
        if acts.count > 1 + allowed:
            self._blame(ctx, f"{place(ctx)} ({effect}) acts {acts.count} times and may repeat {allowed} times")

    def _blame(self, ctx: RunContext, text: str) -> None:
        self.witness.blame(text)

    def _is_owner(self, ctx: RunContext) -> bool:
        query = (
            "SELECT name FROM server JOIN instance ON server.id = server_id WHERE instance.id = ? AND state = 'owned'"
        )
        return memory().rows(query, ctx.instance_id) == [(ctx.server,)]


def place(ctx: RunContext) -> str:
    """Which execution it is, in short."""
    return f"{ctx.runbook_name}/{ctx.instance_id[-4:]}/{ctx.activity_id}/{ctx.execution_id[:4]}"


def _count(ctx: RunContext, keys: str) -> int:
    """How many of the keys that the query gives are this execution's."""
    found = memory().rows(keys, ctx.instance_id, ctx.activity_id)
    return sum(derived_id(ctx.instance_id, key) == ctx.execution_id for (key,) in found)
