"""A pack with a monitor that counts: what it has not been able to report, it reports when it is armed again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from orchestrion.sdk import ActivityInputs, PackManifest, PublishedModel, RunContext, Trigger, activity, field, item
from orchestrion.sdk import monitor as declare_monitor

AGAIN = 5  # numbers behind its cursor that it reports once more whenever it is armed


class Last(ActivityInputs):
    """How far it counts."""

    last: int = field("Last")


class Number(ActivityInputs):
    """One number."""

    number: int = field("Number")


class Counted(PublishedModel):
    """One number."""

    number: int = item("Number")


@declare_monitor("Count", category="Counting", guarantee="replayable", published=Counted)
async def count(inputs: Last, ctx: RunContext) -> AsyncIterator[Trigger]:
    """Reports each number once, in order, and a few of them again after a restart."""
    for number in range(max(1, int(ctx.cursor or 0) - AGAIN), inputs.last + 1):
        yield Trigger(Counted(number=number), cursor=str(number), key=str(number))
    await asyncio.Event().wait()


@activity("Take", category="Counting", effect="read")
async def take(inputs: Number, ctx: RunContext) -> Counted:
    """Gives the number back."""
    return Counted(number=inputs.number)


MANIFEST = PackManifest("counting", "Counting", "1", (count, take))
