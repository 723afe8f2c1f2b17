"""What goes wrong in one simulation, and when: drawn from the seed before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

LEASE_SECONDS, BEAT_SECONDS = 3.0, 1.0


@dataclass(frozen=True, slots=True)
class Faults:
    """How often what goes wrong; zero means never. Seconds and probabilities.

    `cut_at_commit` and `cut_after_effect` are probabilities of a power cut there; `life` is the mean time after which a
    server dies by itself, in order with the probability `in_order`. `outage` is the mean time between two of the
    database for all, `partition` of the way to it for one server. After a commit its answer may be lost
    (`lost_answer`), or it waits for long with everything else on the server's line (`stall`). `deaf` is the probability
    that an announcement does not arrive. `skew` is how wrong clocks are at most.
    """

    cut_at_commit: float = 0
    cut_after_effect: float = 0
    life: float = 0
    in_order: float = 0
    outage: float = 0
    partition: float = 0
    stall: float = 0
    lost_answer: float = 0
    deaf: float = 0
    skew: float = 0


def drawn(random: Random) -> Faults:
    """Some faults and not others: a run in which everything happens hides what one thing alone would show."""
    return Faults(
        cut_at_commit=random.choice((0, 0, 0.003, 0.02)),
        cut_after_effect=random.choice((0, 0, 0.1, 0.3)),
        life=random.choice((0, 0, 5, 12)),
        in_order=random.choice((0, 0.3)),
        outage=random.choice((0, 0, 6)),
        partition=random.choice((0, 0, 5)),
        stall=random.choice((0, 0, 0.02)),
        lost_answer=random.choice((0, 0, 0.02)),
        deaf=random.choice((0, 0.1, 1)),
        skew=random.choice((0, 0, 0.5, 2)),
    )


Spans = Sequence[tuple[float, float]]


class Weather:
    """When the database is away, for everybody or for one server, until `calm`."""

    def __init__(self, faults: Faults, calm: float, random: Random, servers: Sequence[str]) -> None:
        self.faults = faults
        self.calm = calm
        self._outages = spans(random, faults.outage, calm)
        self._partitions = {name: spans(random, faults.partition, calm) for name in servers}

    def is_away(self, now: float, server: str) -> bool:
        """Whether the database cannot be reached from the server; people sit at none."""
        return any(first <= now < last for first, last in (*self._outages, *self._partitions.get(server, ())))

    def happens(self, random: Random, probability: float, now: float) -> bool:
        """Rolls the dice for something of this probability, while the weather is bad."""
        return bool(probability) and now < self.calm and random.random() < probability


def spans(random: Random, every: float, calm: float) -> Spans:
    """Times of trouble, `every` so many seconds on average, short and long ones, none after `calm`."""
    found: list[tuple[float, float]] = []
    at = random.expovariate(1 / every) if every else calm
    while at < calm:
        length = duration(random)
        found.append((at, min(at + length, calm)))
        at += length + random.expovariate(1 / every)
    return found


def duration(random: Random) -> float:
    """How long trouble lasts: much shorter than a lease, about as long, or much longer."""
    return random.choice((0.05, 0.5, LEASE_SECONDS, 3 * LEASE_SECONDS)) * random.uniform(0.5, 1.5)
