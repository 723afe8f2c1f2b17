"""PostgreSQL says that it goes, and its connection is not closed yet: what is asked of it then waits for its return."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from anyio import create_task_group
from anyio.lowlevel import checkpoint

from orchestrion.model.errors import UnavailableError
from orchestrion.ports.journal import INBOX, WORK, Fence
from orchestrion.storage import engines
from orchestrion.storage.database import PostgresDatabase
from orchestrion.storage.hearts import PostgresHeart
from orchestrion.storage.migrate import migrate
from orchestrion.storage.wakeups import PostgresWakeups
from tests.services.postgres import Cluster, Database
from tests.services.relay import Relay, relayed

pytestmark = pytest.mark.anyio
_SECONDS = 20.0
_TURNS = 20  # of the loop, until the last words have come in
_END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = '{}'"


class Ending:
    """A database behind a relay, whose server can end all its connections."""

    def __init__(self, cluster: Cluster, database: Database, relay: Relay) -> None:
        self._cluster = cluster
        self._database = database
        self._relay = relay
        self.url = replace(database, port=relay.port).url

    async def end(self) -> None:
        """PostgreSQL ends its sessions and says so; nobody learns that they are closed."""
        self._relay.is_holding = True
        self._relay.said_last.clear()
        self._cluster.query(self._database, _END_ALL.format(self._database.name))
        await self._relay.said_last.wait()
        for _ in range(_TURNS):
            await checkpoint()
        self._relay.is_holding = False


@pytest.fixture
async def ending(postgres_cluster: Cluster, postgres_database: Database) -> AsyncIterator[Ending]:
    """A migrated database."""
    await migrate(postgres_database.url)
    async with relayed(postgres_database.port) as relay:
        yield Ending(postgres_cluster, postgres_database, relay)


async def test_what_comes_next_takes_a_new_connection(ending: Ending, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was just used is taken to be there: it fails as an outage does, and is not given out again."""
    monkeypatch.setattr(engines, "RESTED_SECONDS", _SECONDS)
    database = PostgresDatabase(ending.url)
    assert await database.read(lambda tx: tx.servers.all()) == []
    await ending.end()
    with pytest.raises(UnavailableError, match="cannot be reached"):
        await database.read(lambda tx: tx.servers.all())
    assert await database.read(lambda tx: tx.servers.all()) == []
    await database.close()


async def test_the_journal_waits(ending: Ending) -> None:
    """And is written again on a new connection."""
    database = PostgresDatabase(ending.url)
    assert await database.on_driver(lambda driver: driver.fetchval("SELECT 1")) == 1
    await ending.end()
    with pytest.raises(UnavailableError):
        await database.on_driver(lambda driver: driver.fetchval("SELECT 2"))
    assert await database.on_driver(lambda driver: driver.fetchval("SELECT 3")) == 3
    await database.close()


async def test_announcements_go_on(ending: Ending) -> None:
    """On a new connection, with a look at what may have been missed."""
    wakeups = PostgresWakeups(ending.url)
    async with create_task_group() as group:
        with wakeups.listen(WORK) as listener:
            group.start_soon(wakeups.run)
            assert await listener.next(_SECONDS) is not None
            await ending.end()
            wakeups.announce(INBOX)
            assert await listener.next(_SECONDS) is not None
        group.cancel_scope.cancel()


async def test_the_heart_beats_on(ending: Ending) -> None:
    """An outage is none of the server's own."""
    heart, fence = PostgresHeart(ending.url), Fence("00000000-0000-7000-8000-000000000000", 1)
    assert not await heart.beat(fence)
    await ending.end()
    with pytest.raises(UnavailableError):
        await heart.beat(fence)
    assert not await heart.beat(fence)
    heart.drop()
