"""Slowing down who guesses passwords: per user name, in memory (spec 9, threats)."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import ClassVar

from orchestrion.model.errors import RefusedError
from orchestrion.ports.clock import Clock

FREE_FAILURES = 5  # typing mistakes that cost nothing
LONGEST_DELAY = 60.0  # seconds; a longer one would let a stranger keep the rightful user out
FORGET_AFTER = 900.0  # seconds without a try
MOST_NAMES = 10_000  # remembered at once; the bound keeps a flood of invented names from eating memory


class TooManyAttemptsError(RefusedError):
    """Too many wrong passwords for this name: try again after `retry_after_seconds`."""

    code: ClassVar[str] = "too-many-attempts"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"Too many wrong passwords for this user. Try again in {retry_after_seconds} s.")
        self.retry_after_seconds = retry_after_seconds


@dataclass(slots=True)
class _Failures:
    count: int
    last_at: float


class Throttle:
    """Counts failures by name. Every try counts as failed until it is told otherwise, so parallel guesses count too."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def enter(self, name: str) -> None:
        """Counts one try; raises TooManyAttemptsError, without counting, while the name must wait."""
        now, key = self._clock.steady(), name.casefold()
        found = self._failures.pop(key, None)
        if found is None or now - found.last_at > FORGET_AFTER:
            found = _Failures(0, now)
        self._failures[key] = found
        waiting = found.last_at + delay_after(found.count) - now
        if waiting > 0:
            raise TooManyAttemptsError(int(waiting) + 1)
        found.count, found.last_at = found.count + 1, now
        if len(self._failures) > MOST_NAMES:
            self._failures.popitem(last=False)

    def succeeded(self, name: str) -> None:
        """Forgets the failures of the name."""
        self._failures.pop(name.casefold(), None)


def delay_after(failures: int) -> float:
    """Seconds until the next try after so many failures in a row: none at first, then doubling up to a bound."""
    excess = failures - FREE_FAILURES
    return 0.0 if excess < 0 else min(2.0 ** min(excess, 10), LONGEST_DELAY)
