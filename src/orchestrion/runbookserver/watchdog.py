"""The watchdog: the leader among the runbook servers takes those for dead that are not heard of (durability.md 4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import anyio
import structlog

from orchestrion.model.errors import UnavailableError
from orchestrion.ports.clock import Clock
from orchestrion.ports.journal import WORK, Fence, Wakeups
from orchestrion.ports.observability import NO_TELEMETRY, Telemetry
from orchestrion.ports.servers import LEADER, Pulse, ServerState
from orchestrion.ports.transaction import Database, Transaction

_BEATS_MISSED = 3  # looks that may fail to come before what was seen earlier counts no more
_log = structlog.get_logger(__name__)


class Patience:
    """How long the watchdog itself has seen nothing new of a server, by its own steady clock.

    Whoever has just begun to look gives everybody a full lease, and so does whoever could not look for a while: an
    outage of the database, or of the watchdog, is not the death of the servers (durability.md 5).
    """

    def __init__(self, longest_gap: float) -> None:
        self._longest_gap = longest_gap
        self._looked_at = 0.0
        self._seen: dict[str, tuple[Pulse, float]] = {}

    def forget(self) -> None:
        """Begins anew."""
        self._seen = {}

    def unheard(self, pulses: Iterable[Pulse], steady: float) -> list[str]:
        """Takes a look, and gives the ids of the servers of which nothing has been heard for their lease."""
        if steady - self._looked_at > self._longest_gap:
            self.forget()
        self._looked_at = steady
        before, self._seen = self._seen, {}
        for pulse in pulses:
            known = before.get(pulse.server_id)
            is_new = known is None or known[0].last_seen_at != pulse.last_seen_at
            self._seen[pulse.server_id] = (pulse, steady) if known is None or is_new else known
        return [key for key, (pulse, since) in self._seen.items() if steady - since >= pulse.lease_seconds]


@dataclass(frozen=True, slots=True)
class _Look:
    """What one turn of the watchdog found; without a token another server leads."""

    token: str | None
    expired: Sequence[str]
    pulses: Sequence[Pulse]


class Watchdog:
    """Looks on every server; only the one that leads expires others. `run` until cancelled.

    Those that do not lead look as well, so that the death of the leader is found no later than that of another server.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        wakeups: Wakeups,
        lease_seconds: float,
        beat_seconds: float,
        telemetry: Telemetry = NO_TELEMETRY,
    ) -> None:
        self._telemetry = telemetry
        self._database = database
        self._clock = clock
        self._wakeups = wakeups
        self._lease_seconds = lease_seconds
        self._beat_seconds = beat_seconds
        self._patience = Patience(_BEATS_MISSED * beat_seconds)
        self._token: str | None = None

    async def run(self, fence: Fence, state: ServerState) -> None:
        """Looks after every server, as long as this one leads."""
        unheard: list[str] = []
        while True:
            before = unheard
            try:
                unheard = await self._look(fence, state, unheard)
            except UnavailableError:
                self._patience.forget()
                unheard = []
            if not unheard or unheard == before:
                await anyio.sleep(self._beat_seconds)

    async def _look(self, fence: Fence, state: ServerState, unheard: list[str]) -> list[str]:
        """Takes or keeps the lead, and with it the work of those unheard at the last look; gives those of this one."""
        before = self._token
        look = await self._database.write(lambda tx: self._looked(tx, fence.server_id, before, unheard))
        self._token = look.token
        state.is_leader = look.token is not None
        if look.expired:
            self._telemetry.taken_over(look.expired)
        for name in look.expired:
            _log.warning("A runbook server was not heard of; its work is taken over.", server=name)
            self._wakeups.announce(WORK)
        return self._patience.unheard(look.pulses, self._clock.steady())

    def _looked(self, tx: Transaction, server_id: str, before: str | None, unheard: list[str]) -> _Look:
        """The lead is renewed in the same transaction, so that nobody expires anybody after it was lost."""
        token = tx.leases.acquire(LEADER, server_id, self._lease_seconds, before)
        expired = tx.servers.expire(unheard, self._clock.now()) if unheard and token is not None else ()
        return _Look(token, expired, tx.servers.pulses())
