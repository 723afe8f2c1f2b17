"""What commands do without a running server: on the data folder, the database and the installed packs."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from orchestrion.bootstrap.composition import Core, key_path, migrated, opened, stamps
from orchestrion.bootstrap.data_folder import locked, prepare
from orchestrion.interchange import schema
from orchestrion.interchange.rehearsal_file import RehearsalText
from orchestrion.model.access import SYSTEM
from orchestrion.model.activity_type import ActivityType
from orchestrion.model.errors import ConflictError
from orchestrion.packhost.discovery import EntryPointCatalogue
from orchestrion.packhost.validate import problems_of
from orchestrion.ports.maintenance import Violation
from orchestrion.ports.packs import InstalledType
from orchestrion.runbookserver.clock import SystemClock
from orchestrion.security.keys import create_master_key
from orchestrion.security.vault import key_id
from orchestrion.services.enrolment import MadeToken
from orchestrion.services.incarnations import Incarnations
from orchestrion.settings import Settings, masked_url
from orchestrion.storage.database import open_database
from orchestrion.storage.migrate import newest, revision
from orchestrion.storage.wakeups import LocalWakeups


@dataclass(frozen=True, slots=True)
class PackCheck:
    """What `pack check` found."""

    packs: tuple[str, ...]
    type_count: int
    problems: tuple[str, ...]


async def migrate_database(settings: Settings) -> dict[str, object]:
    """Brings the database to the schema of this release, and says where it stands."""
    with _alone(settings):
        await migrated(settings)
    return await check_database(settings)


async def check_database(settings: Settings) -> dict[str, object]:
    """Address and schema of the database; raises UnavailableError when it cannot be reached."""
    settings.check_driver()
    found, needed = await revision(settings.database_url), newest()
    return {
        "database": masked_url(settings.database_url),
        "schema": found or "none",
        "needed": needed,
        "state": "current" if found == needed else "to be migrated: run `orchestrion db migrate`",
    }


async def check_invariants(settings: Settings) -> list[Violation] | None:
    """What breaks the invariant of stored runs (durability.md 2); only read, also while servers run.

    None where the database has not the schema of this release: it cannot be told then. Raises UnavailableError.
    """
    settings.check_driver()
    if await revision(settings.database_url) != newest():
        return None
    database = open_database(settings.database_url)
    try:
        return await database.read(lambda stores: stores.invariants.violations())
    finally:
        await database.close()


async def note_restore(settings: Settings, reason: str) -> dict[str, object]:
    """Says that the database is a copy of an earlier state: what had not ended is held; raises UnavailableError."""
    with _alone(settings):
        await migrated(settings)
        database = open_database(settings.database_url)
        try:
            begun = await Incarnations(database, SystemClock(), LocalWakeups()).restored(SYSTEM, reason)
            if settings.is_sqlite:
                await stamps(settings, database).renew()
        finally:
            await database.close()
    return {"incarnation": begun.number, "held jobs": begun.held_jobs, "reason": begun.reason}


async def check_key(settings: Settings) -> dict[str, object]:
    """Which master key is at hand; raises UnavailableError when it is not the database's."""
    async with offline_core(settings):
        return {"key": str(key_path(settings)), "state": "fits the database"}


def create_key(settings: Settings) -> dict[str, object]:
    """Makes the master key file; raises ConflictError when there is one."""
    path = key_path(settings)
    prepare(path.parent)
    try:
        return {"key": str(path), "id": key_id(create_master_key(path))}
    except FileExistsError:
        raise ConflictError(f"There is a file {path} already; a master key is never overwritten.") from None


async def reset_password(settings: Settings, name: str) -> str:
    """A new one-time password for a user."""
    async with offline_core(settings) as core:
        return (await core.users.reset_password(SYSTEM, name)).password


async def create_enrolment_token(settings: Settings, uses: int, hours: float, tags: Sequence[str]) -> MadeToken:
    """A token for new runbook servers, before anybody can sign in; raises InvalidError."""
    async with offline_core(settings) as core:
        return await core.services.enrolment.create(SYSTEM, uses, hours, tags)


def check_packs() -> PackCheck:
    """The installed packs, and what is wrong with them."""
    catalogue = EntryPointCatalogue()
    installed = catalogue.installed()
    failed = [f"pack '{name}' cannot be loaded: {reason}" for name, reason in catalogue.problems().items()]
    wrong = [problem for each in installed.values() for problem in problems_of(each)]
    packs = sorted({each.type.pack for each in installed.values()})
    return PackCheck(tuple(packs), len(installed), (*failed, *wrong))


def installed_types() -> tuple[ActivityType, ...]:
    """What the installed packs declare about their activities."""
    return tuple(each.type for each in EntryPointCatalogue().installed().values())


def rehearsal_tools() -> tuple[RehearsalText, Mapping[str, InstalledType]]:
    """What reads runbooks and their rehearsals, and the installed activity types by id with the code that runs them."""
    return RehearsalText(), EntryPointCatalogue().installed()


def runbook_schema() -> str:
    """The JSON Schema of runbook documents, as text."""
    return schema.schema_text()


@asynccontextmanager
async def offline_core(settings: Settings) -> AsyncIterator[Core]:
    """The migrated database with all services, while no server needs to run; holds the data folder on SQLite."""
    with _alone(settings):
        await migrated(settings)
        async with opened(settings) as core:
            yield core


def _alone(settings: Settings) -> contextlib.AbstractContextManager[None]:
    """The lock on the data folder, where the database is one file for one process."""
    return locked(settings) if settings.is_sqlite else contextlib.nullcontext()
