"""Bringing a database to the schema of this release."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from orchestrion.model.errors import UnavailableError
from orchestrion.storage.database import unreachable
from orchestrion.storage.dialect import is_postgres
from orchestrion.storage.engines import postgres_engine, sqlite_engine
from orchestrion.storage.tables import schema_support

# SQLSTATEs by which PostgreSQL turns a connection away: wrong user or password, no such database, not now.
_REFUSALS = frozenset({"28000", "28P01", "3D000", "53300", "57P03"})
_LOCK = 4711_2026  # PostgreSQL advisory lock: two servers that start together must not both migrate
_log = structlog.get_logger(__name__)


async def migrate(url: str) -> None:
    """Creates or upgrades the schema; nothing happens when it is current, or newer and fit for this release.

    Raises UnavailableError, also for a schema that is too new.
    """
    with _refusals_told():
        if make_url(url).get_backend_name() == "sqlite":
            _migrate_file(url)
            return
        postgres = postgres_engine(url)
        try:
            async with postgres.begin() as connection:
                await connection.run_sync(upgrade)
        finally:
            await postgres.dispose()


def _migrate_file(url: str) -> None:
    engine = sqlite_engine(url, read_only=False)
    try:
        with engine.begin() as connection:
            upgrade(connection)
    finally:
        engine.dispose()


async def revision(url: str) -> str | None:
    """The revision the database stands at, None before the first migration. Raises UnavailableError."""
    with _refusals_told():
        if make_url(url).get_backend_name() == "sqlite":
            return _revision_of_file(url)
        postgres = postgres_engine(url)
        try:
            async with postgres.connect() as connection:
                return await connection.run_sync(current)
        finally:
            await postgres.dispose()


@contextmanager
def _refusals_told() -> Iterator[None]:
    """Turns what an operator can mend into UnavailableError: a database that refuses us, or is newer than we are."""
    try:
        yield
    except OSError as error:
        raise unreachable(error) from error
    except DBAPIError as error:
        is_refusal = getattr(error.orig, "sqlstate", None) in _REFUSALS or isinstance(error.orig, sqlite3.Error)
        if not is_refusal:
            raise
        raise unreachable(Exception(str(error.orig).rpartition(">: ")[2])) from error
    except CommandError as error:
        raise UnavailableError(
            f"The database's schema is not known to this release, most likely because a newer one made it: {error}. "
            "Start the newer release."
        ) from error


def _revision_of_file(url: str) -> str | None:
    if not Path(make_url(url).database or "").is_file():
        return None  # looking must not make the file
    engine = sqlite_engine(url, read_only=True)
    try:
        with engine.connect() as connection:
            return current(connection)
    finally:
        engine.dispose()


def current(connection: Connection) -> str | None:
    """The revision that this connection's database stands at."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection) -> None:
    """Runs the missing migrations on this connection."""
    if is_postgres(connection.dialect):
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    if is_newer_and_fit(connection):
        _log.warning("The database's schema is newer than this release, which can work with it.", needed=newest())
    else:
        command.upgrade(configuration(connection), "head")


def is_newer_and_fit(connection: Connection) -> bool:
    """Whether a newer release made the schema and says that this release can work on it (decision 0015).

    Without that no server of the older release could be started again during a rolling upgrade, or after it to go back.
    """
    found = current(connection)
    if found is None or found in {
        each.revision for each in ScriptDirectory.from_config(configuration()).walk_revisions()
    }:
        return False
    if not inspect(connection).has_table(schema_support.name):
        return False
    oldest = connection.scalar(select(schema_support.c.oldest).where(schema_support.c.revision == found))
    return oldest is not None and oldest <= newest()


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration for our history."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The revision this release needs."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    if head is None:
        raise UnavailableError("The package holds no migrations: install it again.")
    return head
