"""Faults of the product that simulations have found and nobody has mended yet: seeds go round them (test_found.py)."""

from __future__ import annotations

from enum import StrEnum


class Unmended(StrEnum):
    """What is known not to work."""

    CUT_OFF_ACTS = "a server whose lease is over goes on to act"
    CLOCKS = "a server with a wrong clock is taken for dead"


ALL = frozenset(Unmended)
