"""The runbook server as a service: registers, lives, and registers anew when it was fenced or cut off."""

from __future__ import annotations

import anyio
import structlog

from orchestrion import __version__
from orchestrion.model.errors import UnavailableError
from orchestrion.model.resources import RunbookServer
from orchestrion.ports.journal import Fence, FencedError
from orchestrion.ports.servers import Registration, ServerState
from orchestrion.ports.transaction import Transaction
from orchestrion.runbookserver.lease import CutOffError, LocalLease
from orchestrion.runbookserver.life import Life, Outside, ServerOptions
from orchestrion.runbookserver.orders import HandedOnError
from orchestrion.services.enrolment import register

_RETRY_SECONDS = 1.0
_log = structlog.get_logger(__name__)


class RunbookServerService:
    """One runbook server; `run` until cancelled, `started` is set whenever it has registered.

    `state` tells at any time how it stands to its database.
    """

    def __init__(self, options: ServerOptions, outside: Outside) -> None:
        self._options = options
        self._outside = outside
        self.started = anyio.Event()
        self.state = ServerState()
        self._life: Life | None = None
        self._epoch: int | None = None

    async def drain(self) -> None:
        """Before the end: lets activities finish that nobody could repeat, for the time the options allow."""
        if self._life is not None:
            with anyio.move_on_after(self._options.stop_grace_seconds):
                await self._life.drain()

    async def run(self) -> None:
        """Serves until cancelled. A server that is fenced or cut off ends what it runs and registers anew."""
        while True:
            registered, lease = await self._register()
            try:
                await self._live(registered, lease)
            except* FencedError:
                _log.warning("This server was taken for dead; it starts anew.", server=self._options.name)
            except* CutOffError:
                _log.warning("The lease of this server is over; it starts anew.", server=self._options.name)
            except* HandedOnError:
                _log.info("This server has given its work away.", server=self._options.name)

    async def _live(self, registered: RunbookServer, lease: LocalLease) -> None:
        """One life, under one epoch."""
        self._life = Life(self._options, self._outside, Fence(registered.id, registered.epoch), lease)
        self.state.is_cut_off = False
        self.state.registered_at = self._outside.clock.now()
        self.started.set()
        try:
            await self._life.run(self.state)
        finally:
            self.state.is_cut_off = True
            self.state.is_leader = False
            if lease.seconds_left > 0:
                with anyio.CancelScope(shield=True), anyio.move_on_after(self._options.stop_grace_seconds):
                    await self._leave(registered)

    async def _register(self) -> tuple[RunbookServer, LocalLease]:
        """Registers and announces the packs; while the database is away, waits and says so once."""
        is_said = self.state.away_since is not None
        clock = self._outside.clock
        while True:
            lease, sent_at = LocalLease(clock, self._options.lease_seconds), clock.steady()
            try:
                registered = await self._outside.database.write(self._registered)
            except UnavailableError as error:
                if not is_said:
                    _log.error("The runbook server waits for the orchestration database.", error=str(error))
                is_said = True
                await anyio.sleep(_RETRY_SECONDS)
            else:
                lease.granted(sent_at)
                self._epoch = registered.epoch
                return registered, lease

    def _registered(self, tx: Transaction) -> RunbookServer:
        options = self._options
        new = Registration(
            options.name,
            __version__,
            options.capacity,
            options.lease_seconds,
            self._epoch,
            options.machine,
            options.process_id,
            options.tags,
            options.monitor_capacity,
        )
        registered = register(tx, new, options.papers, self._outside.clock.now())
        installed = self._outside.packs.installed().values()
        versions = {each.type.pack: each.pack_version for each in installed}
        tx.catalogue.announce(registered.id, versions, [each.type for each in installed])
        return registered

    async def _leave(self, registered: RunbookServer) -> None:
        """Hands its work to the others, or to its own next life."""
        now = self._outside.clock.now()
        try:
            await self._outside.database.write(lambda tx: tx.servers.leave(registered.id, registered.epoch, now))
        except UnavailableError:
            return  # the others notice by themselves
