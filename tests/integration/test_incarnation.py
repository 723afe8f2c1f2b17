"""Restores and failovers of a real PostgreSQL: where commits may be lost, what had not ended is held."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from uuid_utils import uuid7

from orchestrion.model.errors import UnavailableError
from orchestrion.ports.incarnation import Incarnation
from orchestrion.ports.security import InstallationRecord
from orchestrion.storage.database import PostgresDatabase
from orchestrion.storage.migrate import migrate
from tests.services.postgres import Cluster, Database

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def place(own_postgres_cluster: Cluster) -> Database:
    """A database in a cluster that the test may do anything to."""
    return own_postgres_cluster.create_database()


@pytest.fixture
async def founded(place: Database) -> AsyncIterator[PostgresDatabase]:
    """The database with an installation in it, and a process that is connected to it."""
    await migrate(place.url)
    opened = PostgresDatabase(place.url)
    await opened.write(lambda tx: tx.installation.add(InstallationRecord(str(uuid7()), "sealed", NOW)))
    yield opened
    await opened.close()


async def number(database: PostgresDatabase) -> int:
    """Which incarnation the database holds, as a new connection finds it."""
    await database.engine.dispose()
    found: Incarnation = await database.read(lambda tx: tx.incarnation.current())
    return found.number


def fail_over(cluster: Cluster) -> None:
    """The cluster goes on as a standby does that is promoted: on a new timeline."""
    cluster.stop()
    signal = cluster.data / "standby.signal"
    signal.touch()
    signal.chmod(0o644)
    cluster.start()
    cluster.query(Database(cluster.port, "postgres"), "SELECT pg_promote()")


async def test_a_restart_of_the_database_loses_nothing(
    founded: PostgresDatabase, own_postgres_cluster: Cluster
) -> None:
    """Its timeline is the same, also after a crash."""
    assert await number(founded) == 1
    own_postgres_cluster.stop("immediate")
    own_postgres_cluster.start()
    assert await number(founded) == 1


async def test_a_failover_without_a_synchronous_standby_begins_a_new_incarnation(
    founded: PostgresDatabase, own_postgres_cluster: Cluster
) -> None:
    """Once, whoever connects first."""
    assert await number(founded) == 1
    fail_over(own_postgres_cluster)
    assert [await number(founded), await number(founded)] == [2, 2]
    found = await founded.read(lambda tx: tx.incarnation.current())
    assert "without a synchronous standby" in found.reason


async def test_a_failover_to_a_synchronous_standby_begins_none(
    founded: PostgresDatabase, own_postgres_cluster: Cluster, place: Database
) -> None:
    """Every commit waited for the standby, so nothing is lost; what comes after may be."""
    assert await number(founded) == 1
    own_postgres_cluster.query(place, "UPDATE installation SET is_synchronous = true")
    fail_over(own_postgres_cluster)
    another = PostgresDatabase(place.url)
    assert await number(another) == 1
    fail_over(own_postgres_cluster)
    assert await number(another) == 2
    await another.close()


async def test_a_process_that_saw_the_standby_go_is_believed(
    founded: PostgresDatabase, own_postgres_cluster: Cluster, place: Database
) -> None:
    """The database may have lost that as well."""
    assert await number(founded) == 1
    own_postgres_cluster.query(place, "UPDATE installation SET is_synchronous = true")
    fail_over(own_postgres_cluster)
    assert await number(founded) == 2


async def test_a_restored_dump_begins_a_new_incarnation(
    founded: PostgresDatabase, own_postgres_cluster: Cluster, place: Database
) -> None:
    """Its tables are others than those that the installation was written to."""
    assert await number(founded) == 1
    await founded.close()
    copy = own_postgres_cluster.create_database(template=place.name)
    own_postgres_cluster.query(copy, "ALTER TABLE installation RENAME TO old")
    own_postgres_cluster.query(copy, "CREATE TABLE installation AS TABLE old")
    restored = PostgresDatabase(copy.url)
    assert await number(restored) == 2
    await restored.close()


async def test_nobody_works_on_a_standby(founded: PostgresDatabase, own_postgres_cluster: Cluster) -> None:
    """It is as if the database were away."""
    own_postgres_cluster.stop()
    signal = own_postgres_cluster.data / "standby.signal"
    signal.touch()
    own_postgres_cluster.start()
    with pytest.raises(UnavailableError, match="standby"):
        await number(founded)


async def test_an_ordinary_role_sees_enough(
    founded: PostgresDatabase, own_postgres_cluster: Cluster, place: Database
) -> None:
    """No right is needed but that to the tables."""
    await number(founded)
    own_postgres_cluster.query(place, "CREATE ROLE plain LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO plain")
    plain = PostgresDatabase(place.url.replace("postgres@", "plain@"))
    assert await number(plain) == 1
    await plain.close()
