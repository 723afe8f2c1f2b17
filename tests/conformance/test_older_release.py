"""Servers of the release before go on working on the schema of this one (decision 0015)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import pytest
from alembic import command
from sqlalchemy import Connection, inspect
from sqlalchemy.engine import make_url

from orchestrion.ports.journal import Fence
from orchestrion.ports.servers import Registration
from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.engines import postgres_engine, sqlite_engine
from orchestrion.storage.journal import SqlJournal
from orchestrion.storage.migrate import configuration, upgrade
from orchestrion.storage.tables import instance, job
from tests.conformance.stored import Stored, add_runbook

pytestmark = pytest.mark.anyio
BEFORE = "0004"
T = TypeVar("T")


def columns(connection: Connection) -> dict[str, set[str]]:
    """Every column of every table."""
    look = inspect(connection)
    return {name: {str(each["name"]) for each in look.get_columns(name)} for name in look.get_table_names()}


async def test_whatever_was_added_may_be_left_out(database_url: str) -> None:
    """An insert that knows only the columns of before is valid."""
    assert await _on_empty(database_url, _must_be_given) == {}


async def _on_empty(url: str, work: Callable[[Connection], T]) -> T:
    """Works on a database without a schema, which the product itself would refuse."""
    if make_url(url).get_backend_name() == "sqlite":
        engine = sqlite_engine(url, read_only=False)
        with engine.begin() as connection:
            return work(connection)
    postgres = postgres_engine(url)
    try:
        async with postgres.begin() as opened:
            return await opened.run_sync(work)
    finally:
        await postgres.dispose()


def _must_be_given(connection: Connection) -> dict[str, set[str]]:
    """New columns of old tables that have neither NULL nor a default, and old ones that are gone."""
    command.upgrade(configuration(connection), BEFORE)
    before = columns(connection)
    upgrade(connection)
    look, found = inspect(connection), {}
    for table, known in before.items():
        now = look.get_columns(table)
        needed = {str(each["name"]) for each in now if not each["nullable"] and each["default"] is None} - known
        needed |= known - {str(each["name"]) for each in now}
        if needed:
            found[table] = needed
    return found


async def test_what_the_release_before_starts_this_one_runs(database: SqlDatabase, now: datetime) -> None:
    """Its jobs and instances have no placement: the names of servers count, as they did."""
    stored = Stored(database, await add_runbook(database, "Old", now, limit=5), now)
    anywhere = await stored.instance(await stored.job(status="pending"))
    listed = await stored.instance(await stored.job(status="pending"), eligible="|two|")
    await stored.put(job, [stored.job_row(status="pending", admitted=False, instance_count=0)])
    fences = {}
    for name in ("one", "two"):
        new = Registration(name, "1", 1, 60.0)
        server = await database.write(lambda tx, new=new: tx.servers.register(new, now))  # type: ignore[misc]  # bound at once
        fences[name] = Fence(server.id, server.epoch)
    journal = SqlJournal(database)
    assert [each.instance_id for each in await journal.claim(fences["one"], 5, now)] == [anywhere]
    assert [each.instance_id for each in await journal.claim(fences["two"], 5, now)] == [listed]
    assert await stored.count(instance) == 2
