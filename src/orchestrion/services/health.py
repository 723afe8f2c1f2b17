"""The health of the installation: what was looked at, how it stands, and the way out where it does not stand well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import anyio

from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.errors import OrchestrionError, UnavailableError
from orchestrion.model.health import Report
from orchestrion.ports.clock import Clock
from orchestrion.ports.observability import DatabaseFacts, Figures
from orchestrion.ports.security import InstallationRecord, Vault
from orchestrion.ports.servers import ServerState
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.health_checks import Seen, of_database, of_disk, of_key, of_runs, of_servers, unreachable

_PATIENCE_SECONDS = 5.0  # for the database's answer; a probe must not wait for ever
T = TypeVar("T")
Space = Callable[[], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the health of one process also hangs on.

    `space` gives the free and all bytes where the data folder lies; without a `vault` the master key is not looked at.
    """

    needed_schema: str
    space: Space
    vault: Vault | None = None


class Health:
    """Looks at the installation from this process. A check that cannot look says so and hides no other."""

    def __init__(self, database: Database, clock: Clock, surroundings: Surroundings) -> None:
        self._database = database
        self._clock = clock
        self._surroundings = surroundings
        self._away_since: datetime | None = None

    async def report(self, actor: Actor) -> Report:
        """Every check; raises RefusedError when the actor may not look."""
        demand(actor, Right.VIEW)
        around = self._surroundings
        disk = of_disk(*around.space())
        try:
            seen, installation = await self._look()
        except OrchestrionError as error:
            self._away_since = self._away_since or self._clock.now()
            return Report((unreachable(str(error), self._away_since), disk))
        self._away_since = None
        key = () if around.vault is None else (of_key(_key_problem(around.vault, installation)),)
        found = of_database(seen, around.needed_schema)
        return Report((*found, *key, *of_servers(seen.figures), *of_runs(seen.figures), disk))

    async def unready(self, state: ServerState | None = None) -> str:
        """Why this process should be given no work now, or '': the database is away, or its runbook server cut off."""
        if state is not None and (state.registered_at is None or state.is_cut_off):
            return "The runbook server is not registered with the orchestration database."
        try:
            await self._within(lambda tx: tx.installation.get())
        except OrchestrionError as error:
            return str(error)
        return ""

    async def _look(self) -> tuple[Seen, InstallationRecord | None]:
        before, started = self._clock.now(), self._clock.steady()
        facts, figures, installation = await self._within(_looked)
        took = self._clock.steady() - started
        return Seen(facts, figures, took, (facts.now - before).total_seconds() - took / 2), installation

    async def _within(self, work: Callable[[Transaction], T]) -> T:
        try:
            with anyio.fail_after(_PATIENCE_SECONDS):
                return await self._database.read(work)
        except TimeoutError as error:
            message = f"The orchestration database has not answered within {_PATIENCE_SECONDS:g} seconds."
            raise UnavailableError(message) from error


def _looked(tx: Transaction) -> tuple[DatabaseFacts, Figures, InstallationRecord | None]:
    return tx.figures.facts(), tx.figures.figures(), tx.installation.get()


def _key_problem(vault: Vault, installation: InstallationRecord | None) -> str:
    """Why the key at hand is not the database's, or ''."""
    if installation is None:
        return ""
    try:
        opened = vault.open(installation.key_check)
    except UnavailableError as error:
        return str(error)
    return "" if opened == installation.incarnation else "The master key belongs to another installation."
