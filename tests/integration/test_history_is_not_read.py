"""What goes on all the time asks for what is open, and never reads the instances and jobs that have ended."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from orchestrion.storage.database import SqliteDatabase
from orchestrion.storage.migrate import migrate
from tests.conformance.sites import NOW, Site

pytestmark = pytest.mark.anyio

_WHOLE = re.compile(r"SCAN (instance|job)( USING (COVERING )?INDEX sqlite_.*)?")


class Seen:
    """The statements of a database with their parameters; and what SQLite says that it does for each."""

    def __init__(self, database: SqliteDatabase, path: Path) -> None:
        self.statements: list[tuple[str, Any]] = []
        self._path = path
        for engine in (database._writer_engine, database._reader_engine):
            event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, _connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        self.statements.append((statement, parameters))

    def whole_tables(self) -> set[str]:
        """The statements that read all rows of `instance` or `job`."""
        found = set()
        with sqlite3.connect(self._path) as connection:
            for statement, parameters in self.statements:
                if not statement.startswith(("SELECT", "UPDATE", "DELETE")):
                    continue
                one = parameters[0] if isinstance(parameters, list) else parameters
                plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", one)]
                if any(
                    re.fullmatch(r"SCAN (instance|job)( USING (COVERING )?INDEX sqlite_.*)?", step) for step in plan
                ):
                    found.add(statement)
        return found


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[tuple[Site, Seen]]:
    """A site with one server and one runbook, whose statements are seen from now on."""
    path = tmp_path / "orchestrion.db"
    await migrate(f"sqlite:///{path}")
    database = SqliteDatabase(path)
    made = Site(database)
    await made.server("s", capacity=50)
    await made.runbook("R", limit=2)
    yield made, Seen(database, path)
    await database.close()


async def test_a_run_reads_only_what_is_open(site: tuple[Site, Seen]) -> None:
    """From the request to the end, with a second job that waits for its turn."""
    here, seen = site
    for _ in range(3):
        await here.start("R")
    for claimed in await here.claim("s"):
        await here.end("s", claimed)
    assert len(await here.claim("s")) == 1
    assert seen.whole_tables() == set()


async def test_looking_after_servers_reads_only_what_is_open(site: tuple[Site, Seen]) -> None:
    """What the watchdog, the list of servers, the figures and the repair ask for again and again."""
    here, seen = site
    await here.start("R")
    await here.claim("s")
    fence = here.fences["s"]
    await here.database.read(lambda tx: tx.servers.running_counts())
    await here.database.read(lambda tx: tx.watch.not_begun(NOW + timedelta(minutes=1), 10))
    await here.database.read(lambda tx: tx.figures.figures())
    await here.database.read(lambda tx: tx.server_admin.owned(fence.server_id))
    await here.database.read(lambda tx: tx.invariants.violations())
    await here.database.read(lambda tx: tx.incarnation.current())
    await here.journal.messages(fence, NOW)
    await here.journal.owned(fence, [])
    await here.database.write(lambda tx: tx.servers.leave(fence.server_id, fence.epoch, NOW))
    assert seen.whole_tables() == set()


async def test_a_job_that_may_start_at_once_takes_few_statements(site: tuple[Site, Seen]) -> None:
    """One lock, one look, its row and its instance: on another machine each costs a round trip."""
    here, seen = site
    started = await here.start("R")
    assert len(seen.statements) == 1 + 4  # BEGIN is one
    assert started == await here.database.read(lambda tx: tx.runs.job(started.id))
