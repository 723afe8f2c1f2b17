"""What people decide about runbook servers, and who may become one: records and stores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from orchestrion.model.assignment import Defaults
from orchestrion.model.resources import RunbookServer, Wanted

#: Global settings: the servers that may run what says nothing else, and how they share it.
DEFAULT_SERVERS, DEFAULT_ASSIGNMENT = "servers.default", "servers.assignment"


@dataclass(frozen=True, slots=True)
class Owned:
    """How much a server holds."""

    instances: int
    monitors: int


@dataclass(frozen=True, slots=True)
class EnrolmentToken:
    """Lets `uses` servers with unknown names in until it expires; the token itself is not kept."""

    id: str
    tags: tuple[str, ...]
    uses: int
    used: int
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        """Whether it would let a server in now."""
        return self.revoked_at is None and now < self.expires_at and self.used < self.uses


@dataclass(frozen=True, slots=True)
class Orders:
    """What people want of a server at the moment."""

    wanted: Wanted
    hands_on: bool
    limit: int | None


class ServerAdminStore(Protocol):
    """Changes to registered servers; they hold from the next claim on, because a claim reads them itself."""

    def lock(self, server_id: str) -> RunbookServer:
        """One server, which nobody else changes until the commit. Raises NotFoundError."""

    def want(self, server_id: str, wanted: Wanted, *, hands_on: bool, now: datetime) -> None:
        """What it is to do; with `hands_on` it also gives away what it runs."""

    def limit(self, server_id: str | None, limit: int | None) -> None:
        """How many instances it, or every server, may run; None: its own capacity."""

    def put_in_order(self, server_ids: Sequence[str]) -> None:
        """Ranks all servers: the first is the primary."""

    def orders(self, server_id: str) -> Orders | None:
        """What people want of it; None when it is not known."""

    def owned(self, server_id: str) -> Owned:
        """What it holds, also while it is offline."""

    def watching(self) -> dict[str, int]:
        """Mapping from server id to the number of monitors it watches for."""

    def remove(self, server_id: str) -> None:
        """Forgets it, and what it has announced."""

    def defaults(self) -> Defaults:
        """The global settings."""


class EnrolmentStore(Protocol):
    """Enrolment tokens and the credentials of servers, all as hashes."""

    def add(self, token: EnrolmentToken, digest: str) -> None:
        """Stores a new token."""

    def all(self) -> list[EnrolmentToken]:
        """Every token, newest first."""

    def use(self, digest: str, now: datetime) -> EnrolmentToken | None:
        """Takes one use of the token; None when there is none that is valid."""

    def revoke(self, token_id: str, now: datetime) -> EnrolmentToken:
        """Lets nobody in with it any longer; raises NotFoundError."""

    def credential(self, name: str) -> str | None:
        """The digest of the credential of the server called so: empty when it must be enrolled anew.

        None when it is not known, or from before there were credentials. Locks the server.
        """

    def is_known(self, name: str) -> bool:
        """Whether a server is called so."""

    def give(self, server_id: str, digest: str, tags: Sequence[str] | None = None) -> None:
        """Sets the credential of a server, and the tags that its token grants where they are given."""
