"""What people want of a running server: how much it takes, and whether it gives its work away (spec 5.3, 8.1).

The claim itself obeys at once; this looks what it means for what the server has already.
"""

from __future__ import annotations

from typing import Protocol

import structlog

from orchestrion.model.errors import UnavailableError
from orchestrion.model.resources import Wanted
from orchestrion.ports.journal import SERVERS, Fence, Wakeups
from orchestrion.ports.server_admin import Orders
from orchestrion.ports.transaction import Database

_LOOK_SECONDS = 2.0
_log = structlog.get_logger(__name__)


class HandedOnError(Exception):
    """This life of the server is over: others are to go on with its work."""


class Worker(Protocol):
    """The part of a server's life that obeys."""

    def set_limit(self, limit: int | None) -> None:
        """How many instances it runs at once; None: as many as it was set up for."""

    def has_work(self) -> bool:
        """Whether it runs anything."""

    def hand_on_monitors(self) -> None:
        """Lets go of every monitor."""

    async def give_away(self) -> None:
        """Returns when others can go on with what it runs, or have waited long enough for it."""


async def follow_orders(database: Database, wakeups: Wakeups, fence: Fence, worker: Worker) -> None:
    """Obeys until cancelled; raises HandedOnError when the server is to give away what it runs."""
    with wakeups.listen(SERVERS) as listener:
        while True:
            try:
                orders = await database.read(lambda tx: tx.server_admin.orders(fence.server_id))
            except UnavailableError:
                orders = None
            if orders is not None:
                await _obey(orders, worker)
            await listener.next(_LOOK_SECONDS)


async def _obey(orders: Orders, worker: Worker) -> None:
    worker.set_limit(orders.limit)
    if orders.wanted is Wanted.ACTIVE:
        return
    worker.hand_on_monitors()
    if orders.hands_on and worker.has_work():
        _log.info("This server gives its work away, as it was asked to.")
        await worker.give_away()
        raise HandedOnError
