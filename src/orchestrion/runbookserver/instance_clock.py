"""The time of one instance, which only grows (durability.md 3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from orchestrion.ports.clock import Clock


class InstanceClock:
    """A Clock for one instance: the server's, but never earlier than what the instance has seen already.

    Where the server's clock is set back, or an instance comes from a server whose clock was ahead, its time goes on
    from there at the steady rate: delays and time limits in memory take as long as their author said. A wait that has
    left memory ends by the database's clock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = timedelta()
        self._last = clock.now()
        self._last_steady = clock.steady()

    def go_on_after(self, moment: datetime) -> None:
        """The instance has been where it was `moment`."""
        self.now()
        if moment > self._last:
            self._ahead += moment - self._last
            self._last = moment

    def now(self) -> datetime:
        """See ports.Clock."""
        now, steady = self._clock.now() + self._ahead, self._clock.steady()
        if now < self._last:
            gone_on = self._last + timedelta(seconds=max(steady - self._last_steady, 0.0))
            self._ahead += gone_on - now
            now = gone_on
        self._last, self._last_steady = now, steady
        return now

    def steady(self) -> float:
        """See ports.Clock."""
        return self._clock.steady()
