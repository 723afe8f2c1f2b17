"""Faults of the product that simulations have found and nobody has mended yet: seeds go round them (test_found.py)."""

from __future__ import annotations

from enum import StrEnum


class Unmended(StrEnum):
    """What is known not to work."""

    HELD_BY_OUTAGE = "an outage at the wrong moment holds an instance"
    LOST_CLAIM = "an instance is owned by a server that does not know it, because the answer to its claim was lost"
    HOLD_AGAINST_INBOX = "an instance that its author wants held is claimed again and again while it has a message"
    CUT_OFF_ACTS = "a server whose lease is over goes on to act"
    LOST_ANSWER = "the answer to a doubt is lost, because it leaves the inbox before its effect is written"
    CLOCKS = "a server with a wrong clock is taken for dead"


ALL = frozenset(Unmended)
