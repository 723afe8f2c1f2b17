"""One transaction over all stores, and the database that runs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from orchestrion.ports.access import AccessStore, AuditStore, EventStore
from orchestrion.ports.authoring import CatalogueStore, FolderStore, RunbookStore, VariableStore
from orchestrion.ports.runs import RunStore
from orchestrion.ports.servers import LeaseStore, ServerStore

T = TypeVar("T")


class Transaction(Protocol):
    """The stores as one transaction sees them. Use it only inside the function that got it."""

    folders: FolderStore
    runbooks: RunbookStore
    catalogue: CatalogueStore
    variables: VariableStore
    access: AccessStore
    audit: AuditStore
    events: EventStore
    runs: RunStore
    servers: ServerStore
    leases: LeaseStore


class Database(Protocol):
    """Runs plain functions in transactions: all or nothing, committed durably when `write` returns."""

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Runs `work` in a transaction and commits; whatever it raises rolls back and is raised here.

        `work` may run again from its beginning when the database asks for it, so it must not act outside. Raises
        UnavailableError when the database cannot be reached.
        """

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """Runs `work` on a consistent view; it must not write."""
