"""The matrix is run once, on both databases side by side, and its findings are said at the end."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import anyio
import pytest

from tests.kill.lanes import Laboratory
from tests.kill.matrix import ALONE, STANDBY
from tests.kill.place import forker
from tests.kill.scenarios import SCENARIOS
from tests.services import session
from tests.services.postgres import Cluster, fresh_database

SAID = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """For fixtures that are made once for all modules."""
    return "asyncio"


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder with a path short enough for Unix sockets."""
    with tempfile.TemporaryDirectory(prefix="kill-", dir=session.shared_folder()) as made:
        yield Path(made)


@pytest.fixture(scope="session")
async def laboratories(
    anyio_backend: str, folder: Path, postgres_cluster: Cluster, pytestconfig: pytest.Config
) -> dict[str, Laboratory]:
    """What the matrix found on each database; servers take over in the ways that the database allows."""

    @contextmanager
    def postgres() -> Iterator[str]:
        with fresh_database(postgres_cluster) as database:
            yield database.url

    begun = time.monotonic()
    async with forker(folder) as orders, anyio.create_task_group() as group:
        sqlite, postgresql = Laboratory(folder, orders, nullcontext), Laboratory(folder, orders, postgres)
        group.start_soon(sqlite.run, SCENARIOS, (ALONE,))
        group.start_soon(postgresql.run, SCENARIOS, (ALONE, STANDBY))
    found = {"SQLite": sqlite, "PostgreSQL": postgresql}
    pytestconfig.stash[SAID] = [
        *(f"kill matrix: {each.tally} ({name}: {', '.join(each.tally.details())})" for name, each in found.items()),
        f"kill matrix: {time.monotonic() - begun:.0f} seconds",
    ]
    return found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """One line for each database."""
    for line in config.stash.get(SAID, []):
        terminalreporter.write_line(line)
