"""Runbook servers and leadership: records and the store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from orchestrion.model.resources import RunbookServer, ServerStatus
from orchestrion.ports.journal import Fence

#: The leader among the runbook servers expires those that are dead (durability.md 4).
LEADER = "leader"


@dataclass(frozen=True, slots=True)
class Registration:
    """What a server says about itself. `epoch_before` is that of its last life in the same process, if any.

    Whoever has not been heard of for `lease_seconds` is taken for dead.
    """

    name: str
    version: str
    capacity: int
    lease_seconds: float = 15.0
    epoch_before: int | None = None
    machine: str = ""
    process_id: int = 0
    tags: tuple[str, ...] = ()
    monitor_capacity: int = 10_000


@dataclass(frozen=True, slots=True)
class Papers:
    """By what a server shows that it may register: the digests of its credential and of an enrolment token.

    One that `is_at_home` needs no token: it is part of the process that holds the installation.
    """

    credential: str
    token: str = ""
    is_at_home: bool = False


#: Of a server that has nobody to show anything to: its own installation, in its own process.
AT_HOME = Papers("at home", is_at_home=True)


@dataclass(frozen=True, slots=True)
class Pulse:
    """When a server that is not offline was heard of last, by the database's clock."""

    server_id: str
    last_seen_at: datetime
    lease_seconds: float


class ServerStore(Protocol):
    """Registered runbook servers. `epoch` rises whenever a server is registered anew or expired: it fences writes.

    Leases are granted and judged by the database's clock; `now` is only for what people read.
    """

    def register(self, registration: Registration, now: datetime) -> RunbookServer:
        """Registers the server under its name with a new epoch.

        What an earlier process of that name owned is ready again, so that its instances are taken up where they stood.
        A server that comes back in the same process has not crashed.
        """

    def beat(self, server_id: str, epoch: int) -> bool:
        """Renews the lease; False when the epoch is no longer the server's."""

    def leave(self, server_id: str, epoch: int, now: datetime) -> None:
        """The server goes offline by itself: what it owns is ready at once. An older epoch changes nothing."""

    def set_status(self, server_id: str, status: ServerStatus) -> None:
        """Online, draining or offline."""

    def all(self) -> list[RunbookServer]:
        """Every server by rank."""

    def running_counts(self) -> dict[str, int]:
        """Mapping from server id to the number of instances it owns."""

    def pulses(self) -> list[Pulse]:
        """Every server that is not offline."""

    def expire(self, server_ids: Collection[str], now: datetime) -> list[str]:
        """Takes those of the servers for dead whose lease is over by the database's clock, and gives their names.

        Their epochs rise, and their work is ready when the transaction is committed.
        """


class LeaseStore(Protocol):
    """Leadership: one row per role with a holder, an end by the database's clock and a token per grant."""

    def acquire(self, name: str, holder: str, seconds: float, token: str | None = None) -> str | None:
        """Takes the lease for `seconds`, or renews the grant with this token. Gives the grant's token.

        None while another grant has not ended.
        """

    def release(self, name: str, token: str) -> None:
        """Gives a grant up."""

    def holder(self, name: str) -> str | None:
        """Who holds the lease now."""


class Heart(Protocol):
    """Says to the database that a server lives, apart from everything else that its process asks of it."""

    async def beat(self, fence: Fence) -> bool:
        """As ServerStore.beat, in a transaction of its own. Raises UnavailableError; may be cancelled at any time."""


class Hearts(Protocol):
    """Where heartbeats are made."""

    async def drive(self, work: Callable[[Heart], Awaitable[None]]) -> None:
        """Runs `work` to its end, where nothing else that the process does can hold it up."""


@dataclass(slots=True)
class ServerState:
    """How a server of this process stands to its database; wall-clock moments, for people and probes.

    `away_since` is None while the database answers. A server that is cut off runs nothing until it registers anew.
    """

    registered_at: datetime | None = None
    last_beat_at: datetime | None = None
    away_since: datetime | None = None
    is_cut_off: bool = False
    is_leader: bool = False
