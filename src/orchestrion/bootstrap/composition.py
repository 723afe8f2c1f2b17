"""Building adapters and services from the settings."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from orchestrion.bootstrap.credentials import papers
from orchestrion.bootstrap.data_folder import keep_private, prepare, sqlite_file
from orchestrion.bootstrap.observing import Observing
from orchestrion.interchange.native import NativeText
from orchestrion.model.errors import UnavailableError
from orchestrion.packhost.discovery import EntryPointCatalogue
from orchestrion.ports.clock import Clock
from orchestrion.ports.security import Vault
from orchestrion.runbookserver.clock import SystemClock, utc_offset
from orchestrion.runbookserver.life import Outside, ServerOptions
from orchestrion.runbookserver.service import RunbookServerService
from orchestrion.security.keys import FILE_NAME as KEY_FILE
from orchestrion.security.keys import create_master_key, find_master_key
from orchestrion.security.passwords import Argon2Hasher
from orchestrion.security.tokens import SystemSecrets
from orchestrion.security.vault import MasterKeyVault
from orchestrion.services.access import Access
from orchestrion.services.authoring import Authoring
from orchestrion.services.computer_groups import ComputerGroups
from orchestrion.services.counters import Counters
from orchestrion.services.enrolment import Enrolment
from orchestrion.services.figures import RunFigures
from orchestrion.services.folders import Folders
from orchestrion.services.imports import Imports
from orchestrion.services.incarnations import Incarnations
from orchestrion.services.installation import establish
from orchestrion.services.jobs import Jobs
from orchestrion.services.log_levels import LogLevels
from orchestrion.services.maintenance.operators import Maintenance
from orchestrion.services.operations import Operations
from orchestrion.services.passwords import Passwords
from orchestrion.services.reruns import Reruns
from orchestrion.services.resources import Variables
from orchestrion.services.runs import Runs
from orchestrion.services.schedules import Schedules
from orchestrion.services.servers import Servers
from orchestrion.services.stamps import Stamps
from orchestrion.services.steering import Steering
from orchestrion.services.tester import Tester
from orchestrion.services.triggers import Triggers
from orchestrion.services.users import Users
from orchestrion.services.waiting import WaitingFor
from orchestrion.settings import Settings
from orchestrion.storage.database import SqlDatabase, open_database
from orchestrion.storage.hearts import LoopHearts, ThreadHearts
from orchestrion.storage.journal import SqlJournal
from orchestrion.storage.migrate import migrate
from orchestrion.storage.pooler import refuse_transaction_pooling
from orchestrion.storage.stamp_file import SqliteStampFile
from orchestrion.storage.wakeups import LocalWakeups, PostgresWakeups
from orchestrion.web.deps import Services, WebSettings
from orchestrion.web.live import Live
from orchestrion.web.static import find_front_end


@dataclass
class Core:
    """The adapters that everything else is built on; `users` and `services` share them."""

    settings: Settings
    database: SqlDatabase
    wakeups: LocalWakeups
    clock: Clock
    vault: Vault

    @cached_property
    def observing(self) -> Observing:
        """What this process shows of itself."""
        return Observing(self.settings, self.database, self.clock, self.vault)

    @cached_property
    def passwords(self) -> Passwords:
        """Hashing of passwords, a few at a time in the whole process."""
        return Passwords(Argon2Hasher())

    @cached_property
    def users(self) -> Users:
        """The people who can sign in."""
        return Users(self.database, self.clock, self.passwords, SystemSecrets())

    @cached_property
    def incarnations(self) -> Incarnations:
        """What follows when the database may have lost commits."""
        return Incarnations(self.database, self.clock, self.wakeups)

    @cached_property
    def services(self) -> Services:
        """The use cases that the web service offers."""
        database, clock, wakeups = self.database, self.clock, self.wakeups
        return Services(
            access=Access(database, clock, self.passwords, SystemSecrets()),
            folders=Folders(database, clock),
            authoring=Authoring(database, clock, wakeups, self.vault),
            imports=Imports(database, clock, wakeups, NativeText(), self.vault),
            variables=Variables(database, clock, self.vault),
            counters=Counters(database, clock),
            computer_groups=ComputerGroups(database, clock),
            schedules=Schedules(database, clock, utc_offset),
            operations=Operations(database),
            servers=Servers(database, clock, wakeups),
            enrolment=Enrolment(database, clock, SystemSecrets()),
            jobs=Jobs(database, wakeups, clock),
            runs=Runs(database, wakeups, clock),
            triggers=Triggers(database, wakeups, clock),
            waiting=WaitingFor(database),
            steering=Steering(database, wakeups, clock),
            reruns=Reruns(database, wakeups, clock),
            tester=Tester(database, wakeups, clock),
            incarnations=self.incarnations,
            health=self.observing.health,
            log_levels=LogLevels(database, clock, wakeups),
            scrape=self.observing.scrape,
            requests=self.observing.requests,
            maintenance=Maintenance(database, clock, utc_offset),
            figures=RunFigures(database, clock),
            live=Live(wakeups, clock),
            clock=clock,
        )

    def runbook_server(self, *, is_at_home: bool = True) -> RunbookServerService:
        """A runbook server of this process; one that is at home needs no enrolment token."""
        settings = self.settings
        options = ServerOptions(
            settings.name,
            settings.capacity,
            beat_seconds=settings.beat_seconds,
            lease_seconds=settings.lease_seconds,
            monitor_capacity=settings.monitor_capacity,
            machine=socket.gethostname(),
            process_id=os.getpid(),
            tags=settings.tags,
            papers=papers(settings, is_at_home=is_at_home),
        )
        outside = Outside(
            database=self.database,
            journal=SqlJournal(self.database),
            wakeups=self.wakeups,
            packs=EntryPointCatalogue(),
            clock=self.clock,
            open_secret=self._open_secret,
            telemetry=self.observing.telemetry,
            hearts=LoopHearts(self.database) if settings.is_sqlite else ThreadHearts(settings.database_url),
        )
        return RunbookServerService(options, outside)

    def _open_secret(self, text: str) -> str:
        """What a secret input says: it may be sealed, or come in the clear from published data."""
        return self.vault.open(text) if self.vault.is_sealed(text) else text


def web_settings(settings: Settings) -> WebSettings:
    """How the web service presents itself."""
    return WebSettings(
        hosts=settings.hosts,
        is_secure=settings.is_secure,
        trusted_proxies=settings.trusted_proxies,
        static_folder=find_front_end(),
    )


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Core]:
    """The core over the migrated database, with the master key that fits it; raises UnavailableError otherwise."""
    database = open_database(settings.database_url)
    try:
        clock = SystemClock()
        vault = MasterKeyVault(await _master_key(settings, database))
        await establish(database, clock, vault)
        if settings.is_sqlite:
            await stamps(settings, database).check()
        url = settings.database_url
        wakeups = LocalWakeups() if settings.is_sqlite else PostgresWakeups(url)
        yield Core(settings, database, wakeups, clock, vault)
        if settings.is_sqlite:
            await stamps(settings, database).renew()  # so that a copy from before is known, however short the run was
    finally:
        await database.close()


def stamps(settings: Settings, database: SqlDatabase) -> Stamps:
    """What tells the SQLite file from a copy of it."""
    return Stamps(database, SqliteStampFile(sqlite_file(settings.database_url)))


async def migrated(settings: Settings) -> None:
    """Brings the database to this release; raises ConfigurationError without a driver, UnavailableError."""
    settings.check_driver()
    if settings.is_sqlite:
        keep_private(sqlite_file(settings.database_url))
    else:
        await refuse_transaction_pooling(settings.database_url)
    await migrate(settings.database_url)


def key_path(settings: Settings) -> Path:
    """Where the master key lies, unless a variable holds it."""
    return settings.key_file or settings.data_dir / KEY_FILE


async def _master_key(settings: Settings, database: SqlDatabase) -> bytes:
    """The master key; made now for a database that is new, never for one that has sealed something before."""
    is_new = await database.read(lambda stores: stores.installation.get()) is None
    path = key_path(settings)
    if is_new and settings.key_file is not None and not path.exists():
        prepare(path.parent)
        return create_master_key(path)
    key = find_master_key(os.environ, settings.key_file, settings.data_dir)
    if key is not None:
        return key
    if not is_new:
        raise UnavailableError(
            f"There is no master key at {path}, but the secrets in this database were sealed with one. Bring the "
            "key of this installation there, or name it with --key-file or ORCHESTRION_MASTER_KEY."
        )
    prepare(settings.data_dir)
    return create_master_key(path)
