"""Journal rows that nothing else goes with, written by the driver itself: nearly every commit is one of these.

One statement with the fence inside on PostgreSQL, one transaction without a detour on SQLite (hot-path.md 1).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Connection

from orchestrion.ports.journal import ExecutionRow, Fence, Slice
from orchestrion.storage.database import PostgresDatabase, SqlDatabase, SqliteDatabase
from orchestrion.storage.dialect import column_arrays, is_postgres, unnested
from orchestrion.storage.fencing import fenced
from orchestrion.storage.journal_rows import execution_values, signal_values
from orchestrion.storage.tables import execution, signal

Rows = Sequence[tuple[Any, ...]]


def is_plain(slice_: Slice) -> bool:
    """Whether nothing but rows is to be written."""
    return not (
        slice_.outcome is not None
        or slice_.consumed
        or slice_.doubts
        or slice_.resolved_doubts
        or slice_.children
        or slice_.stopped_children
        or slice_.snapshot is not None
    )


def row_values(slices: Sequence[Slice], *, on_postgres: bool) -> tuple[Rows, Rows]:
    """The values of all executions and of all signals, in the order of their tables' columns."""
    executions, signals = [], []
    for each in slices:
        for row in each.rows:
            if isinstance(row, ExecutionRow):
                executions.append(execution_values(row, is_postgres=on_postgres))
            else:
                signals.append(signal_values(each.instance_id, row, is_postgres=on_postgres))
    return executions, signals


async def append_plain(database: SqlDatabase, fence: Fence, slices: Sequence[Slice]) -> None:
    """Writes rows alone, all or none. Raises FencedError, and what the driver raises when a key is taken."""
    if database.is_postgres:
        await cast("PostgresDatabase", database).on_driver(lambda driver: _append_to_postgres(driver, fence, slices))
        return
    sqlite = cast("SqliteDatabase", database)
    await sqlite.on_driver(lambda driver: _append_to_sqlite(driver, fence, slices))


def append_fenced(connection: Connection, fence: Fence, slices: Sequence[Slice]) -> None:
    """As `append_plain`, inside a transaction with what goes with the rows; holds the server's row to its end."""
    if is_postgres(connection.dialect):
        # Not by the driver: SQLAlchemy begins the transaction with the first statement that it runs itself.
        live = connection.exec_driver_sql(_FENCED_INSERT, tuple(_given(fence, slices))).scalar()
        if not live:
            raise fenced(fence)
    else:
        driver = connection.connection.driver_connection
        _insert_into_sqlite(cast("sqlite3.Connection", driver), fence, slices)


async def _append_to_postgres(driver: Any, fence: Fence, slices: Sequence[Slice]) -> None:
    if not await driver.fetchval(_FENCED_INSERT, *_given(fence, slices)):
        raise fenced(fence)


def _given(fence: Fence, slices: Sequence[Slice]) -> list[Any]:
    executions, signals = row_values(slices, on_postgres=True)
    return [fence.server_id, fence.epoch, *column_arrays(execution, executions), *column_arrays(signal, signals)]


def _append_to_sqlite(driver: sqlite3.Connection, fence: Fence, slices: Sequence[Slice]) -> None:
    driver.execute("BEGIN IMMEDIATE")
    try:
        _insert_into_sqlite(driver, fence, slices)
    except BaseException:
        driver.execute("ROLLBACK")
        raise
    driver.execute("COMMIT")


def _insert_into_sqlite(driver: sqlite3.Connection, fence: Fence, slices: Sequence[Slice]) -> None:
    _check_fence(driver, fence)
    executions, signals = row_values(slices, on_postgres=False)
    if executions:
        driver.executemany(_insert(execution.name, len(execution.columns)), executions)
    if signals:
        driver.executemany(_insert(signal.name, len(signal.columns)), signals)


def _check_fence(driver: sqlite3.Connection, fence: Fence) -> None:
    epoch = (fence.server_id, fence.epoch)
    if driver.execute("SELECT 1 FROM server WHERE id = ? AND epoch = ?", epoch).fetchone() is None:
        raise fenced(fence)


def _insert(table: str, columns: int) -> str:
    return f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})"  # noqa: S608 - our own table


#: The fence waits for a watchdog that is about to raise the epoch, and then sees the new one: nothing is inserted.
_FENCED_INSERT = f"""
WITH fence AS (SELECT 1 FROM server WHERE id = $1 AND epoch = $2 FOR KEY SHARE),
  executions AS (INSERT INTO {execution.name} SELECT given.* FROM {unnested(execution, 3)} AS given, fence),
  signals AS (
    INSERT INTO {signal.name} SELECT given.* FROM {unnested(signal, 3 + len(execution.columns))} AS given, fence
  )
SELECT count(*) FROM fence
"""  # noqa: S608 - our own tables
