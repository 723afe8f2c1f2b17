"""Every test of this tier runs on each database, migrated as in production."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrion.storage.database import SqlDatabase, open_database
from orchestrion.storage.migrate import migrate


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'orchestrion.db'}"
    found: str = request.getfixturevalue("postgres_database").url
    return found


@pytest.fixture
async def database(database_url: str, anyio_backend: str) -> AsyncIterator[SqlDatabase]:
    """A database with the schema of this release."""
    await migrate(database_url)
    opened = open_database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def now() -> datetime:
    """A moment with microseconds, which both databases must keep."""
    return datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)
