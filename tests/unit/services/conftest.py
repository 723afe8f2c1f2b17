"""Services over a real SQLite database, with a catalogue in it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from argon2.profiles import CHEAPEST

from orchestrion.interchange.native import NativeText
from orchestrion.ports.journal import LIVE
from orchestrion.security.passwords import Argon2Hasher
from orchestrion.security.tokens import SystemSecrets
from orchestrion.security.vault import MasterKeyVault
from orchestrion.services.access import Access
from orchestrion.services.authoring import Authoring
from orchestrion.services.imports import Imports
from orchestrion.services.passwords import Passwords
from orchestrion.services.users import Users
from orchestrion.storage.database import SqliteDatabase
from orchestrion.storage.migrate import migrate
from orchestrion.storage.wakeups import LocalListener, LocalWakeups
from tests.unit.services.world import SERVER, TYPES, Clock

VAULT = MasterKeyVault(b"k" * 32)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with the schema of this release, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "orchestrion.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture
async def database(migrated: Path, tmp_path: Path, anyio_backend: str) -> AsyncIterator[SqliteDatabase]:
    """A database in which a server has announced the test's activity types."""
    opened = SqliteDatabase(Path(shutil.copy(migrated, tmp_path)))
    await opened.write(lambda stores: stores.catalogue.announce(SERVER, {"test-pack": "1.0"}, TYPES))
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def wakeups() -> LocalWakeups:
    """Announcements within the process."""
    return LocalWakeups()


@pytest.fixture
def live(wakeups: LocalWakeups) -> Iterator[LocalListener]:
    """What is announced to people who watch."""
    with wakeups.listen(LIVE) as listener:
        yield listener


@pytest.fixture
def authoring(database: SqliteDatabase, clock: Clock, wakeups: LocalWakeups) -> Authoring:
    """Authoring over the database."""
    return Authoring(database, clock, wakeups, VAULT)


@pytest.fixture
def imports(database: SqliteDatabase, clock: Clock, wakeups: LocalWakeups) -> Imports:
    """Import and export over the database, in the product's own text form."""
    return Imports(database, clock, wakeups, NativeText(), VAULT)


@pytest.fixture
def users(database: SqliteDatabase, clock: Clock) -> Users:
    """Users over the database."""
    return Users(database, clock, Passwords(Argon2Hasher(CHEAPEST)), SystemSecrets())


@pytest.fixture
def access(database: SqliteDatabase, clock: Clock) -> Access:
    """Sign-in over the database."""
    return Access(database, clock, Passwords(Argon2Hasher(CHEAPEST)), SystemSecrets())
