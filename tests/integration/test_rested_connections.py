"""Connections to PostgreSQL that have rested are looked at before they are used; others are not."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import event

from orchestrion.storage import engines
from orchestrion.storage.database import PostgresDatabase
from orchestrion.storage.migrate import migrate
from tests.services.postgres import Database

pytestmark = pytest.mark.anyio


@pytest.fixture
async def database(postgres_database: Database) -> AsyncIterator[PostgresDatabase]:
    """A database with one connection in its pool."""
    await migrate(postgres_database.url)
    opened = PostgresDatabase(postgres_database.url)
    await opened.read(lambda tx: tx.servers.all())
    yield opened
    await opened.close()


async def test_one_that_was_ended_while_it_rested_is_opened_anew(
    database: PostgresDatabase, postgres_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes next does not notice."""
    monkeypatch.setattr(engines, "RESTED_SECONDS", 0.0)
    other = await asyncpg.connect(postgres_database.url)
    ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()"
    assert await other.fetchval(f"{ended} AND pid <> pg_backend_pid()") == 1
    await other.close()
    assert await database.read(lambda tx: tx.servers.all()) == []


async def test_one_that_was_just_used_is_used_again(database: PostgresDatabase) -> None:
    """A look takes three round trips, as much as a small transaction."""
    opened: list[object] = []
    event.listen(database.engine.sync_engine, "checkout", lambda *given: opened.append(given))
    asked: list[object] = []
    database.engine.dialect.do_ping = asked.append  # type: ignore[method-assign,assignment]  # only to count
    for _ in range(3):
        await database.read(lambda tx: tx.servers.all())
    assert (len(opened), asked) == (3, [])
