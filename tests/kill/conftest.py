"""The matrix is run once, on both databases side by side, and its findings are said at the end."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import anyio
import pytest

from tests.kill.lanes import Laboratory
from tests.kill.matrix import ALONE, STANDBY, Servers, Tally
from tests.kill.place import forker
from tests.kill.scenarios import CHAIN
from tests.services import session
from tests.services.postgres import Cluster, fresh_database

SAID = pytest.StashKey[list[str]]()
Databases = Callable[[], AbstractContextManager[str | None]]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """For fixtures that are made once for a whole module."""
    return "asyncio"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder with a path short enough for Unix sockets."""
    with tempfile.TemporaryDirectory(prefix="kill-", dir=session.shared_folder()) as made:
        yield Path(made)


@pytest.fixture(scope="module")
async def tallies(
    anyio_backend: str, folder: Path, postgres_cluster: Cluster, pytestconfig: pytest.Config
) -> dict[str, Tally]:
    """What the matrix found on each database; a server takes over by the ways that the database allows."""

    @contextmanager
    def postgres() -> Iterator[str]:
        with fresh_database(postgres_cluster) as database:
            yield database.url

    begun = time.monotonic()
    found = {"SQLite": Tally(), "PostgreSQL": Tally()}
    async with forker(folder) as orders, anyio.create_task_group() as group:

        def start(name: str, databases: Databases, ways: Sequence[Servers]) -> None:
            group.start_soon(Laboratory(folder, orders, databases).run, CHAIN, ways, found[name])

        start("SQLite", nullcontext, (ALONE,))
        start("PostgreSQL", postgres, (ALONE, STANDBY))
    pytestconfig.stash[SAID] = [
        *(f"kill matrix: {tally} ({name}: {', '.join(tally.details())})" for name, tally in found.items()),
        f"kill matrix: {time.monotonic() - begun:.0f} seconds",
    ]
    return found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """One line for each database."""
    for line in config.stash.get(SAID, []):
        terminalreporter.write_line(line)
