"""The target outside of everything that fails: it notes when which process called, and can keep callers waiting."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from itertools import groupby

from tests.kill.asking import Message
from tests.kill.target import Call, Target, Traffic, pid_of, reply

ANSWER_SECONDS = 0.25  # what the target needs for an answer: long enough for every kill to meet calls under way
QUIET_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One call: when it came in, by this process's steady clock, and from which process."""

    at: float
    pid: int
    call: Call


class OutsideTarget(Target):
    """The counting target on a Unix socket, which no cut of a network and no full disk reaches.

    The effect takes place when the call comes in, so that a person who looks sees it; the answer comes later.
    """

    def __init__(self, traffic: Traffic) -> None:
        super().__init__()
        self.begin(traffic)
        self.seen: list[Seen] = []
        self.waiting: dict[str, Call] = {}
        """Calls that wait for their answer, by execution."""
        self._held: frozenset[str] | None = frozenset()
        self._released = asyncio.Event()

    async def hold(self, *activities: str) -> None:
        """Gives no answer to these activities, or to any when none is named, until `release`."""
        self._held = frozenset(activities) or None
        self._released.clear()

    async def release(self) -> None:
        """Answers all that wait, and whatever comes."""
        self._held = frozenset()
        self._released.set()

    def is_quiet(self) -> bool:
        """Whether nobody has called for a while, so that what the processes want to call for has come in."""
        return bool(self.seen) and time.monotonic() - self.seen[-1].at > QUIET_SECONDS

    def callers(self, instance: str) -> list[int]:
        """The processes that acted for an instance, in their order, each once for as long as no other came between."""
        acting = (each.pid for each in list(self.seen) if each.call.instance == instance)
        return [pid for pid, _ in groupby(acting)]

    async def _serve(self, message: Message, writer: asyncio.StreamWriter) -> None:
        _, answer = self._call(message)
        call = self.traffic.calls[-1]
        self.seen.append(Seen(time.monotonic(), pid_of(message), call))
        self.waiting[call.execution] = call
        try:
            await asyncio.sleep(ANSWER_SECONDS)
            if self._held is None or call.activity in self._held:
                await self._released.wait()
            await reply(writer, answer)
        finally:
            self.waiting.pop(call.execution, None)
