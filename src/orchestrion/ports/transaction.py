"""One transaction over all stores, and the database that runs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from orchestrion.ports.access import AccessStore, AuditStore, EventStore
from orchestrion.ports.authoring import CatalogueStore, FolderStore, RunbookStore, VariableStore
from orchestrion.ports.global_settings import SettingStore
from orchestrion.ports.incarnation import IncarnationStore
from orchestrion.ports.journal import JournalReader
from orchestrion.ports.maintenance import DutyStore, InvariantStore, RetentionStore, StatisticsStore, WatchStore
from orchestrion.ports.observability import FigureStore
from orchestrion.ports.resources import ComputerGroupStore, CounterStore, ScheduleStore
from orchestrion.ports.runs import RunStore
from orchestrion.ports.security import InstallationStore
from orchestrion.ports.server_admin import EnrolmentStore, ServerAdminStore
from orchestrion.ports.servers import LeaseStore, ServerStore
from orchestrion.ports.start_reasons import StartStore
from orchestrion.ports.triggers import TriggerStore

T = TypeVar("T")


class Transaction(Protocol):
    """The stores as one transaction sees them. Use it only inside the function that got it."""

    @property
    def folders(self) -> FolderStore:
        """The tree of folders."""

    @property
    def runbooks(self) -> RunbookStore:
        """Runbooks, versions and drafts."""

    @property
    def catalogue(self) -> CatalogueStore:
        """Announced activity types."""

    @property
    def variables(self) -> VariableStore:
        """Variables."""

    @property
    def counters(self) -> CounterStore:
        """Counters."""

    @property
    def computer_groups(self) -> ComputerGroupStore:
        """Computer groups."""

    @property
    def schedules(self) -> ScheduleStore:
        """Schedules."""

    @property
    def access(self) -> AccessStore:
        """Users, sessions and tokens."""

    @property
    def audit(self) -> AuditStore:
        """The audit."""

    @property
    def events(self) -> EventStore:
        """Platform events."""

    @property
    def runs(self) -> RunStore:
        """Jobs, instances and executions."""

    @property
    def triggers(self) -> TriggerStore:
        """What monitors saw, and the monitors."""

    @property
    def journal(self) -> JournalReader:
        """What instances have journaled."""

    @property
    def servers(self) -> ServerStore:
        """Runbook servers."""

    @property
    def starts(self) -> StartStore:
        """Why something does not start."""

    @property
    def server_admin(self) -> ServerAdminStore:
        """What people decide about runbook servers."""

    @property
    def enrolment(self) -> EnrolmentStore:
        """Who may become a runbook server."""

    @property
    def leases(self) -> LeaseStore:
        """Leadership."""

    @property
    def figures(self) -> FigureStore:
        """Figures about the whole installation."""

    @property
    def invariants(self) -> InvariantStore:
        """What must always be true of stored runs."""

    @property
    def duties(self) -> DutyStore:
        """Maintenance duties."""

    @property
    def retention(self) -> RetentionStore:
        """What is kept of the past."""

    @property
    def statistics(self) -> StatisticsStore:
        """Counts of runs."""

    @property
    def watch(self) -> WatchStore:
        """Runs that somebody should hear of."""

    @property
    def settings(self) -> SettingStore:
        """What holds for the whole installation."""

    @property
    def installation(self) -> InstallationStore:
        """Which installation this is."""

    @property
    def incarnation(self) -> IncarnationStore:
        """What follows when the database may have lost commits."""


class Database(Protocol):
    """Runs plain functions in transactions: all or nothing, committed durably when `write` returns."""

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Runs `work` in a transaction and commits; whatever it raises rolls back and is raised here.

        `work` may run again from its beginning when the database asks for it, so it must not act outside. Raises
        UnavailableError when the database cannot be reached.
        """

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """Runs `work` on a consistent view; it must not write."""
