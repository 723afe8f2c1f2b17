"""The activities of a simulation: one per effect class, and those that the engine answers itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Protocol
from zlib import crc32

from orchestrion.model.runbook import EffectClass
from orchestrion.packs.runbookcontrol.manifest import manifest as control
from orchestrion.ports.packs import InstalledType
from orchestrion.sdk import (
    ActivityFailed,
    ActivityInputs,
    ActivityWarning,
    Evidence,
    PackManifest,
    PublishedModel,
    RunContext,
    Verdict,
    activity,
    item,
)
from orchestrion.sdk import field as input_field
from orchestrion.sdk.declare import Definition

_COUNTS = (1,) * 12 + (0, 2, 2, 3)


class Given(ActivityInputs):
    """What earlier activities published."""

    value: str = input_field("Value", default="")


class Told(PublishedModel):
    """What an effect publishes; links and loops compare it."""

    n: int = item("n")
    text: str = item("text")


class Stage(Protocol):
    """The world that activities act in."""

    async def act(self, effect: EffectClass, ctx: RunContext) -> list[Told]:
        """Acts, and gives what is published; raises how the execution ends otherwise."""

    async def evidence(self, ctx: RunContext) -> Evidence:
        """What is true before the effect."""

    async def probe(self, before: Evidence, ctx: RunContext) -> Verdict:
        """Whether the effect took place."""


@dataclass
class Packs:
    """See ports.PackCatalogue. The types are made once, because that takes long; they act on the stage of the day."""

    stage: Stage | None = None

    def installed(self) -> Mapping[str, InstalledType]:
        """The types of the simulation."""
        return installed()

    def problems(self) -> Mapping[str, str]:
        """None."""
        return {}

    def now(self) -> Stage:
        """The stage of the running simulation."""
        assert self.stage is not None, "no simulation is running"
        return self.stage


PACKS = Packs()


@cache
def installed() -> dict[str, InstalledType]:
    """The activity types by id."""
    acting = [_acting(each) for each in EffectClass]
    manifests = (PackManifest("world", "World", "1", tuple(acting)), control)
    return {
        kind.id: InstalledType(kind, each, manifest.version)
        for manifest in manifests
        for kind, each in manifest.definitions()
    }


def _acting(effect: EffectClass) -> Definition[Given]:
    @activity(f"Act {effect}", category="World", effect=effect)
    async def act(inputs: Given, ctx: RunContext) -> list[Told]:
        return await PACKS.now().act(effect, ctx)

    async def prepare(inputs: Given, ctx: RunContext) -> Evidence:
        return await PACKS.now().evidence(ctx)

    async def verify(inputs: Given, before: Evidence, ctx: RunContext) -> Verdict:
        return await PACKS.now().probe(before, ctx)

    if effect is EffectClass.VERIFIABLE:
        act.prepare(prepare)
        act.verify(verify)
    return act


def told(execution_id: str) -> list[Told]:
    """What an execution publishes: it follows from the execution, so that every repetition says the same."""
    mark = crc32(execution_id.encode())
    first = (mark >> 8) % 4
    numbers = (first, 1, 2)[: _COUNTS[mark % 16]]
    return [Told(n=number, text=f"T{number}-{mark % 10_000}") for number in numbers]


def answer(execution_id: str) -> list[Told]:
    """How an execution ends: mostly well."""
    records = told(execution_id)
    match crc32(execution_id.encode()) // 16 % 10:
        case 0 | 1:
            raise ActivityFailed("told to fail", records)
        case 2:
            raise ActivityWarning("told to warn", records)
        case _:
            return records
