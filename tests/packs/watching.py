"""Watching a monitor from a test: wait for triggers, never sleep."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio

from orchestrion.sdk import Record, Trigger
from orchestrion.sdk.testing import RehearsalContext, watch

WAIT_SECONDS = 20  # far beyond what any trigger takes; a test that needs it has failed


class ListeningContext(RehearsalContext):
    """A context that tells when the monitor listens, which a monitor logs."""

    def __init__(self, cursor: str | None) -> None:
        super().__init__(cursor=cursor)
        self.listening = anyio.Event()

    def log(self, message: str) -> None:
        """Keeps the line, and wakes whoever waits for the monitor."""
        super().log(message)
        self.listening.set()


async def begins_anew(definition: object, cursor: str, happen: Callable[[], None], **inputs: object) -> Record:
    """The first record of a monitor that is armed with a cursor it cannot use, for what happens when it listens."""
    ctx, records = ListeningContext(cursor), list[Record]()
    async with armed(definition, ctx, **inputs) as watcher, anyio.create_task_group() as group:

        async def watch_once() -> None:
            records.append(await watcher.record())

        group.start_soon(watch_once)
        await ctx.listening.wait()
        happen()
    return records[0]


class Watcher:
    """An armed monitor. Its triggers come in order; the context's cursor follows them, as on a server."""

    def __init__(self, triggers: AsyncIterator[Trigger], ctx: RehearsalContext) -> None:
        self._triggers = triggers
        self._ctx = ctx

    async def trigger(self) -> Trigger:
        """The next trigger; TimeoutError when none comes."""
        with anyio.fail_after(WAIT_SECONDS):
            found = await anext(self._triggers)
        self._ctx.cursor = found.cursor
        return found

    async def record(self) -> Record:
        """What the next trigger publishes."""
        return (await self.trigger()).published.record()


@asynccontextmanager
async def armed(definition: object, ctx: RehearsalContext, **inputs: object) -> AsyncIterator[Watcher]:
    """Arms a monitor as a server does: without a cursor it begins now, before anything else happens."""
    begin = getattr(definition, "begin_func", None)
    if ctx.cursor is None and begin is not None:
        model = getattr(definition, "inputs")  # noqa: B009 - any definition has it
        ctx.cursor = await begin(model.model_validate(inputs), ctx)
    triggers = watch(definition, ctx, **inputs)  # type: ignore[arg-type]  # tests write what a runbook would hold
    try:
        yield Watcher(triggers, ctx)
    finally:
        await triggers.aclose()  # type: ignore[attr-defined]  # a monitor is an async generator
