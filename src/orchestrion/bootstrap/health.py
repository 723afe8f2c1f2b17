"""Looking at an installation's health from a process that serves nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from orchestrion.bootstrap.data_folder import sqlite_file
from orchestrion.model.access import SYSTEM
from orchestrion.model.errors import UnavailableError
from orchestrion.model.health import Report
from orchestrion.ports.security import Vault
from orchestrion.runbookserver.clock import SystemClock
from orchestrion.security.keys import find_master_key
from orchestrion.security.vault import MasterKeyVault
from orchestrion.services.health import Health, Surroundings
from orchestrion.services.health_checks import of_disk, of_key, of_schema, unreachable
from orchestrion.settings import Settings
from orchestrion.storage.database import open_database
from orchestrion.storage.migrate import newest, revision


async def look_at_health(settings: Settings) -> Report:
    """What can be seen of the installation without a server of it. Raises ConfigurationError without a driver."""
    settings.check_driver()
    disk = of_disk(*space(settings.data_dir))
    try:
        found = await revision(settings.database_url)
    except UnavailableError as error:
        return Report((unreachable(str(error), SystemClock().now()), disk))
    if found is None:
        where = sqlite_file(settings.database_url) if settings.is_sqlite else "the address that is configured"
        return Report((unreachable(f"There is no installation at {where}.", SystemClock().now()), disk))
    if found != newest():
        return Report((of_schema(found, newest()), disk))
    return await _report(settings)


async def _report(settings: Settings) -> Report:
    database = open_database(settings.database_url)
    try:
        vault, problem = _vault(settings)
        surroundings = Surroundings(newest(), lambda: space(settings.data_dir), vault)
        report = await Health(database, SystemClock(), surroundings).report(SYSTEM)
    finally:
        await database.close()
    return report if vault is not None else Report((*report.checks, of_key(problem)))


def space(folder: Path) -> tuple[int, int]:
    """The free and all bytes where a folder lies, or will lie."""
    usage = shutil.disk_usage(next(each for each in (folder, *folder.parents) if each.exists()))
    return usage.free, usage.total


def _vault(settings: Settings) -> tuple[Vault | None, str]:
    """What opens secrets, or why nothing does."""
    try:
        key = find_master_key(os.environ, settings.key_file, settings.data_dir)
    except UnavailableError as error:
        return None, str(error)
    return (None, "There is none on this machine.") if key is None else (MasterKeyVault(key), "")
