"""Chance that a seed repeats: one stream of numbers per purpose, and identifiers from a stream of their own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from uuid import UUID

_VERSION, _VARIANT = 7 << 76, 2 << 62


class Dice:
    """Streams of random numbers: asking one purpose for more leaves all others as they were."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def of(self, *purpose: object) -> Random:
        """A new stream for a purpose, always the same for the same seed."""
        return Random(f"{self.seed}/{'/'.join(map(str, purpose))}")


@contextmanager
def seeded_ids(random: Random, milliseconds: Callable[[], int]) -> Iterator[None]:
    """Gives all of the product uuid7 identifiers that the seed decides; they sort as they were made."""
    made = 0

    def next_id() -> UUID:
        nonlocal made
        made += 1
        return UUID(int=milliseconds() << 80 | _VERSION | _VARIANT | made << 32 | random.getrandbits(32))

    users = [each for name, each in sys.modules.items() if name.startswith("orchestrion.") and hasattr(each, "uuid7")]
    kept = [(each, each.uuid7) for each in users]
    for each in users:
        each.uuid7 = next_id  # type: ignore[attr-defined]  # found by its name just above
    try:
        yield
    finally:
        for each, real in kept:
            each.uuid7 = real  # type: ignore[attr-defined]  # as above
