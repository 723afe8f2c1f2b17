"""All stores over one connection."""

from __future__ import annotations

from sqlalchemy import Connection

from orchestrion.storage.access import SqlAccess
from orchestrion.storage.audit import SqlAudit
from orchestrion.storage.catalogue import SqlCatalogue
from orchestrion.storage.computer_groups import SqlComputerGroups
from orchestrion.storage.counters import SqlCounters
from orchestrion.storage.duties import SqlDuties
from orchestrion.storage.enrolment import SqlEnrolment
from orchestrion.storage.events import SqlEvents
from orchestrion.storage.figures import SqlFigures
from orchestrion.storage.folders import SqlFolders
from orchestrion.storage.global_settings import SqlSettings
from orchestrion.storage.incarnation import SqlIncarnation
from orchestrion.storage.installation import SqlInstallation
from orchestrion.storage.journal_reader import SqlJournalReader
from orchestrion.storage.leases import SqlLeases
from orchestrion.storage.repair import SqlInvariants
from orchestrion.storage.retention import SqlRetention
from orchestrion.storage.runbooks import SqlRunbooks
from orchestrion.storage.runs import SqlRuns
from orchestrion.storage.schedules import SqlSchedules
from orchestrion.storage.server_admin import SqlServerAdmin
from orchestrion.storage.servers import SqlServers
from orchestrion.storage.start_reasons import SqlStarts
from orchestrion.storage.statistics import SqlStatistics
from orchestrion.storage.trigger_store import SqlTriggers
from orchestrion.storage.variables import SqlVariables
from orchestrion.storage.watch import SqlWatch


class SqlTransaction:
    """The stores as one transaction sees them (ports.Transaction)."""

    def __init__(self, connection: Connection) -> None:
        self.folders = SqlFolders(connection)
        self.runbooks = SqlRunbooks(connection)
        self.catalogue = SqlCatalogue(connection)
        self.variables = SqlVariables(connection)
        self.counters = SqlCounters(connection)
        self.computer_groups = SqlComputerGroups(connection)
        self.schedules = SqlSchedules(connection)
        self.access = SqlAccess(connection)
        self.audit = SqlAudit(connection)
        self.events = SqlEvents(connection)
        self.runs = SqlRuns(connection)
        self.triggers = SqlTriggers(connection)
        self.journal = SqlJournalReader(connection)
        self.servers = SqlServers(connection)
        self.starts = SqlStarts(connection)
        self.server_admin = SqlServerAdmin(connection)
        self.enrolment = SqlEnrolment(connection)
        self.leases = SqlLeases(connection)
        self.figures = SqlFigures(connection)
        self.invariants = SqlInvariants(connection)
        self.duties = SqlDuties(connection)
        self.retention = SqlRetention(connection)
        self.statistics = SqlStatistics(connection)
        self.watch = SqlWatch(connection)
        self.settings = SqlSettings(connection)
        self.installation = SqlInstallation(connection)
        self.incarnation = SqlIncarnation(connection)
