"""The target: counts every call of every execution outside of the processes that die, and says where they die."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path

from orchestrion.model.values import Json
from tests.kill.asking import Message
from tests.kill.cuts import Cut, Moment
from tests.kill.lives import Life


@dataclass(frozen=True, slots=True)
class Call:
    """One call that came in: `what` is act, prepare or verify."""

    what: str
    instance: str
    execution: str
    activity: str
    name: str


@dataclass(slots=True)
class Traffic:
    """All that one run did to the outside, over all lives of its servers."""

    cuts: Sequence[Cut] = ()
    refusals: frozenset[str] = frozenset()
    """Activities whose first execution for each name is refused, however often that execution calls."""
    calls: list[Call] = field(default_factory=list)
    effects: Counter[str] = field(default_factory=Counter)
    not_done: Counter[str] = field(default_factory=Counter)
    """How often the probe was told that the effect of an execution did not take place: so often it may act again."""
    published: dict[str, dict[str, Json]] = field(default_factory=dict)
    passed: Counter[Moment] = field(default_factory=Counter)
    kills: list[Cut] = field(default_factory=list)
    jobs: dict[str, str] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    has_held: bool = False
    _order: dict[tuple[str, str, str], dict[str, None]] = field(default_factory=dict)

    def comes_to(self, moment: Moment) -> Cut | None:
        """Counts the moment; gives the cut that is to be made here."""
        self.passed[moment] += 1
        cut = Cut(moment, self.passed[moment])
        return cut if cut in self.cuts else None

    def commits(self, message: Message) -> None:
        """Notes what a commit that has taken place says about instances and their jobs."""
        self.jobs.update(_texts(message.get("claimed")))
        for instance_id, outcome in _texts(message.get("outcomes")).items():
            if outcome == "held":
                self.has_held = True
            else:
                self.ended.add(self.jobs[instance_id])

    def takes(self, call: Call) -> dict[str, Json]:
        """Carries the call out; gives the answer."""
        if call.what == "prepare":
            return {"effects": self.effects[call.execution]}
        if call.what == "verify":
            self.not_done[call.execution] += not self.effects[call.execution]
            return {"effects": self.effects[call.execution], "published": self.published.get(call.execution)}
        if call.activity in self.refusals and self._round(call) == 1:
            return {"refused": "told to refuse"}
        self.effects[call.execution] += 1
        self.published.setdefault(call.execution, {"name": call.name, "round": self._round(call)})
        return {"published": self.published[call.execution]}

    def call(self, message: Message) -> Call:
        """The call in a message, which is counted with this."""
        made = Call(**{each.name: str(message[each.name]) for each in fields(Call)})
        self._order.setdefault((made.instance, made.activity, made.name), {}).setdefault(made.execution)
        self.calls.append(made)
        return made

    def _round(self, call: Call) -> int:
        """Which execution of its activity for this name it is, from 1, in the order in which they first called."""
        return list(self._order[call.instance, call.activity, call.name]).index(call.execution) + 1


def _texts(value: Json) -> dict[str, str]:
    return {key: str(each) for key, each in value.items()} if isinstance(value, dict) else {}


class Target:
    """Serves the processes of one installation; `traffic` is of the run that is under way."""

    def __init__(self) -> None:
        self.traffic = Traffic()
        self.lives: dict[int, Life] = {}
        self.greetings = 0
        self.changed = asyncio.Event()

    def begin(self, traffic: Traffic) -> Traffic:
        """Counts for another run from now on."""
        self.traffic = traffic
        return traffic

    @asynccontextmanager
    async def serving(self, socket: Path) -> AsyncIterator[None]:
        """Listens on a Unix socket while the block runs."""
        async with await asyncio.start_unix_server(self._connected, socket):
            yield

    async def kill_all(self) -> None:
        """Ends every process that has said hello."""
        for life in list(self.lives.values()):
            life.kill()
            await life.ended.wait()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if line := await reader.readline():
                await self._serve(json.loads(line), writer)
        except ConnectionError:
            pass  # the asker died while it asked
        finally:
            writer.close()

    async def _serve(self, message: Message, writer: asyncio.StreamWriter) -> None:
        if message["kind"] == "hello":
            await self._outlive(pid_of(message), writer)
            return
        cut, answer = self._commit(message) if message["kind"] == "commit" else self._call(message)
        if cut is not None:
            await self._kill(pid_of(message), cut)  # and the question stays without an answer
            return
        await reply(writer, answer)
        if self.traffic.has_held or self.traffic.ended:
            self.changed.set()

    async def _outlive(self, pid: int, writer: asyncio.StreamWriter) -> None:
        """A process begins; it waits for our answer, so it is certain to live now."""
        life = self.lives[pid] = Life(pid)
        self.greetings += 1
        self.changed.set()
        await reply(writer, {})
        await life.ended.wait()
        del self.lives[pid]
        self.changed.set()

    def _commit(self, message: Message) -> tuple[Cut | None, dict[str, Json]]:
        moment = Moment(str(message["moment"]))
        if moment is Moment.AFTER_COMMIT:
            self.traffic.commits(message)
        return self.traffic.comes_to(moment), {}

    def _call(self, message: Message) -> tuple[Cut | None, dict[str, Json]]:
        call = self.traffic.call(message)
        if cut := self.traffic.comes_to(Moment.BEFORE_EFFECT):
            return cut, {}
        answer = self.traffic.takes(call)
        return self.traffic.comes_to(Moment.AFTER_EFFECT), answer

    async def _kill(self, pid: int, cut: Cut) -> None:
        life = self.lives.get(pid)
        if life is not None and life.kill():
            self.traffic.kills.append(cut)
            await life.ended.wait()


def pid_of(message: Message) -> int:
    """The process that asks."""
    return int(str(message["pid"]))


async def reply(writer: asyncio.StreamWriter, answer: dict[str, Json]) -> None:
    """Answers its question."""
    writer.write(json.dumps(answer).encode() + b"\n")
    await writer.drain()
