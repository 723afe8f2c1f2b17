"""The points of the matrix, which of them are run, and what came of them."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.kill.cuts import Cut, Moment
from tests.kill.judging import Judgement
from tests.kill.place import Ran

IS_FULL = os.environ.get("ORCHESTRION_KILL_MATRIX") == "full"
ALONE = ("a",)  # the server that died registers again
STANDBY = ("a", "b")  # one of the two runs; the other one waits until the lease is over
MOST_CUTS = 3  # of one run: after more without progress a run is held on purpose
Servers = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One run: where it is cut, and who takes over."""

    cuts: tuple[Cut, ...]
    servers: Servers

    def __str__(self) -> str:
        way = "registers again" if self.servers == ALONE else "lease is over"
        return f"[{', '.join(map(str, self.cuts))}; {way}]"


def single_cuts(ran: Ran) -> list[tuple[Cut, ...]]:
    """Each moment of an uncut run, by number and then by kind: one out of any odd step still takes every kind."""
    most = max(ran.traffic.passed.values())
    return [
        (Cut(moment, number),)
        for number in range(1, most + 1)
        for moment in Moment
        if number <= ran.traffic.passed[moment]
    ]


def several_cuts(ran: Ran, count: int, seed: int) -> list[tuple[Cut, ...]]:
    """`count` runs that are cut twice or three times, chosen by a seed."""
    choice = random.Random(seed)
    singles = [cut for (cut,) in single_cuts(ran)]
    return [tuple(choice.sample(singles, choice.randint(2, MOST_CUTS))) for _ in range(count)]


def points(ran: Ran, ways: Sequence[Servers]) -> list[Point]:
    """The whole matrix, or so many of its points as a gate has time for."""
    if IS_FULL:
        cuts = single_cuts(ran) + several_cuts(ran, 60, 1)
        return [Point(each, way) for way in ways for each in cuts]
    chosen = single_cuts(ran)[::5] + several_cuts(ran, 3, 1)
    return [Point(each, ways[number // len(Moment) % len(ways)]) for number, each in enumerate(chosen)]


@dataclass(slots=True)
class Tally:
    """The sum over all points."""

    points: int = 0
    kills: int = 0
    repeats: int = 0
    unknowing: int = 0
    lost: int = 0
    answers: int = 0
    faults: list[str] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)

    def add(self, point: Point, ran: Ran, judgement: Judgement) -> None:
        """Adds one point."""
        self.points += 1
        self.kills += len(ran.traffic.kills)
        self.repeats += judgement.repeats
        self.unknowing += judgement.unknowing
        self.lost += judgement.lost
        self.answers += ran.answers
        self.faults += [f"{point}: {each}" for each in judgement.faults]
        if not ran.traffic.kills:
            self.unreached.append(str(point))

    def did_not_end(self, point: Point, reason: str) -> None:
        """Adds one point whose run hangs: everything behind is lost."""
        self.points += 1
        self.lost += 1
        self.faults.append(f"{point}: did not end: {reason}")

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.repeats} repeats (allowed by class), "
            f"{self.unknowing} unknowing repeats, {self.lost} lost"
        )

    def details(self) -> Iterator[str]:
        """How much was run, and what no run came to."""
        yield f"{self.points} runs, {self.answers} answers by a person"
        if self.unreached:
            yield f"not reached: {' '.join(self.unreached)}"
