"""A release works on the schema of a newer one, when that says so."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, insert, select, text

from orchestrion.model.errors import UnavailableError
from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.migrate import migrate, newest, revision
from orchestrion.storage.tables import schema_support

NEWER = "9001"


async def upgraded_by_a_newer_release(database: SqlDatabase, oldest: str) -> None:
    """Leaves the schema as a release would that this one does not know; `oldest` is what its migration declares."""

    def leave(connection: Connection) -> None:
        connection.execute(text("UPDATE alembic_version SET version_num = :number"), {"number": NEWER})
        connection.execute(insert(schema_support).values(revision=NEWER, oldest=oldest))

    await database.on_writer(leave)


async def test_the_newest_migration_says_who_can_work_on_it(database: SqlDatabase) -> None:
    """At least the release before, or a rolling upgrade would not be possible."""
    asked = select(schema_support.c.oldest).where(schema_support.c.revision == newest())
    oldest = await database.on_writer(lambda connection: connection.scalar(asked))
    assert oldest is not None
    assert oldest < newest()


async def test_a_newer_schema_that_is_fit_is_left_alone(database: SqlDatabase, database_url: str) -> None:
    """A server of the older release starts on it, and does not change it."""
    await upgraded_by_a_newer_release(database, oldest=newest())
    await migrate(database_url)
    assert await revision(database_url) == NEWER


async def test_a_schema_that_is_too_new_is_refused(database: SqlDatabase, database_url: str) -> None:
    """The way out is the newer release."""
    await upgraded_by_a_newer_release(database, oldest="9000")
    with pytest.raises(UnavailableError, match="Start the newer release"):
        await migrate(database_url)
