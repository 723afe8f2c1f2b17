"""What a server knows of its own lease, by its own clock (durability.md 5)."""

from __future__ import annotations

from orchestrion.ports.clock import Clock
from orchestrion.ports.journal import FencedError

#: This share of a lease before the database may give our work to others, we have stopped: it covers clocks that go at
#: different rates, and the time that stopping takes.
SAFETY_SHARE = 0.2


class CutOffError(Exception):
    """The lease is over as far as this server can know: others may go on with its work."""


class LocalLease:
    """Counts from before a request was sent: the database counts from later, so it never ends a lease before we do.

    The heart renews it from a thread of its own; each attribute is written by one side alone.
    """

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._until = clock.steady()
        self._turned_at = clock.steady()
        self._is_fenced = False

    @property
    def seconds_left(self) -> float:
        """Until the server must have stopped; not above zero when it is over."""
        return self._until - self._clock.steady()

    @property
    def is_loop_alive(self) -> bool:
        """Whether the event loop has had a turn within the last lease; one that is stuck must not keep its work."""
        return self._clock.steady() - self._turned_at < self._seconds

    def granted(self, sent_at: float) -> None:
        """The database has acknowledged a request that was sent at this moment of the steady clock."""
        self._until = max(self._until, sent_at + self._seconds * (1 - SAFETY_SHARE))

    def fenced(self) -> None:
        """The database has said that the lease is no longer ours."""
        self._is_fenced = True

    def turned(self) -> None:
        """The event loop has a turn."""
        self._turned_at = self._clock.steady()

    def check(self) -> None:
        """Raises FencedError or CutOffError when nothing more may be done under this lease."""
        if self._is_fenced:
            raise FencedError("another server has taken this one for dead")
        if self.seconds_left <= 0:
            raise CutOffError
