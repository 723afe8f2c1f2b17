"""Bringing a database to the schema of this release."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from orchestrion.model.errors import UnavailableError
from orchestrion.storage.database import postgres_engine, sqlite_engine, unreachable
from orchestrion.storage.dialect import is_postgres

_LOCK = 4711_2026  # PostgreSQL advisory lock: two servers that start together must not both migrate


async def migrate(url: str) -> None:
    """Creates or upgrades the schema; nothing happens when it is current. Raises UnavailableError."""
    if make_url(url).get_backend_name() == "sqlite":
        engine = sqlite_engine(url, read_only=False)
        try:
            with engine.begin() as connection:
                upgrade(connection)
        finally:
            engine.dispose()
        return
    postgres = postgres_engine(url)
    try:
        async with postgres.begin() as connection:
            await connection.run_sync(upgrade)
    except OSError as error:
        raise unreachable(error) from error
    finally:
        await postgres.dispose()


async def revision(url: str) -> str | None:
    """The revision the database stands at, None before the first migration. Raises UnavailableError."""
    if make_url(url).get_backend_name() == "sqlite":
        return _revision_of_file(url)
    postgres = postgres_engine(url)
    try:
        async with postgres.connect() as connection:
            return await connection.run_sync(current)
    except OSError as error:
        raise unreachable(error) from error
    finally:
        await postgres.dispose()


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
    command.upgrade(configuration(connection), "head")


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
