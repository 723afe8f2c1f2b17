"""The migrations and the tables say the same."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.tables import metadata


async def test_a_migrated_database_has_the_tables_of_the_code(database: SqlDatabase) -> None:
    """Nothing is left to migrate after the last migration."""

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    assert await database.on_writer(differences) == []
