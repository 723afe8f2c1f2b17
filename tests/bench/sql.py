"""The database as the benches see it: plain SQL beside the product, so that every revision is measured alike."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import anyio
import asyncpg
from uuid_utils import uuid7

RAW_TABLE = "bench_raw"
_BATCH = 200  # rows per commit, as the measured limit in bulk


class Sql(Protocol):
    """One database."""

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query gives."""

    async def run(self, *statements: str) -> None:
        """Runs statements in one transaction."""

    async def copies(self, table: str, template: str, changes: Mapping[str, Sequence[str | None]]) -> None:
        """Inserts copies of the one row of `template` into `table`, as many as there are values for each column."""

    async def raw_rate(self, count: int, batch: int = _BATCH) -> float:
        """Rows a second that the database takes: the only row of the table `bench_raw`, so many in each commit."""

    async def announce(self, text: str) -> None:
        """Tells servers, where that is possible from outside."""

    async def close(self) -> None:
        """Ends it."""


class SqliteSql:
    """A file; the product's process may have it open."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, timeout=60, isolation_level=None)
        self._connection.execute("PRAGMA synchronous=FULL")

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        """See Sql."""
        return self._connection.execute(query).fetchall()

    async def run(self, *statements: str) -> None:
        """See Sql."""
        self._connection.execute("BEGIN IMMEDIATE")
        for statement in statements:
            self._connection.execute(statement)
        self._connection.execute("COMMIT")

    async def copies(self, table: str, template: str, changes: Mapping[str, Sequence[str | None]]) -> None:
        """See Sql."""
        names = [row[1] for row in self._connection.execute(f"PRAGMA table_info({template})")]
        given = ", ".join("?" if name in changes else f"t.{name}" for name in names)
        order = [name for name in names if name in changes]
        statement = f"INSERT INTO {table} ({', '.join(names)}) SELECT {given} FROM {template} t"
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(statement, zip(*(changes[name] for name in order), strict=True))
        self._connection.execute("COMMIT")

    async def raw_rate(self, count: int, batch: int = _BATCH) -> float:
        """See Sql."""
        row = list(self._connection.execute(f"SELECT * FROM {RAW_TABLE}").fetchone())
        (definition,) = self._connection.execute("SELECT sql FROM sqlite_master WHERE name = 'execution'").fetchone()
        self._connection.execute(
            definition.replace("execution", f"{RAW_TABLE}_into", 1).replace("pk_execution", "pk_x")
        )
        marks = ", ".join("?" for _ in row)
        statement = f"INSERT INTO {RAW_TABLE}_into VALUES ({marks})"
        columns = [each[1] for each in self._connection.execute(f"PRAGMA table_info({RAW_TABLE})")]
        batches = _batches(row, columns, count, batch)
        begin = time.perf_counter()
        for rows in batches:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(statement, rows)
            self._connection.execute("COMMIT")
        rate = count / (time.perf_counter() - begin)
        self._connection.execute(f"DROP TABLE {RAW_TABLE}_into")
        return rate

    async def announce(self, text: str) -> None:
        """Nobody hears; servers look every second or two."""

    async def close(self) -> None:
        """See Sql."""
        with closing(self._connection):
            pass


class PostgresSql:
    """A database of a cluster, on one connection: who asks while another one is served waits."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._turn = anyio.Lock()

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        """See Sql."""
        async with self._turn:
            return [tuple(row) for row in await self._connection.fetch(query)]

    async def run(self, *statements: str) -> None:
        """See Sql."""
        async with self._turn, self._connection.transaction():
            for statement in statements:
                await self._connection.execute(statement)

    async def copies(self, table: str, template: str, changes: Mapping[str, Sequence[str | None]]) -> None:
        """See Sql."""
        types = await self._types(template)
        order = list(changes)
        given = ", ".join(f"g.{name}" if name in changes else f"t.{name}" for name in types)
        arrays = ", ".join(f"${place}::text[]::{types[name]}[]" for place, name in enumerate(order, start=1))
        source = f"{template} t, unnest({arrays}) AS g({', '.join(order)})"
        statement = f"INSERT INTO {table} ({', '.join(types)}) SELECT {given} FROM {source}"
        async with self._turn:
            await self._connection.execute(statement, *(list(changes[name]) for name in order))

    async def raw_rate(self, count: int, batch: int = _BATCH) -> float:
        """See Sql."""
        await self._connection.execute(f"CREATE TABLE {RAW_TABLE}_into (LIKE execution INCLUDING ALL)")
        types = await self._types(RAW_TABLE)
        arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(types.values(), start=1))
        statement = f"INSERT INTO {RAW_TABLE}_into SELECT * FROM unnest({arrays})"
        row = tuple(await self._connection.fetchrow(f"SELECT * FROM {RAW_TABLE}"))
        columns = [list(zip(*rows, strict=True)) for rows in _batches(row, list(types), count, batch)]
        begin = time.perf_counter()
        for rows in columns:
            await self._connection.execute(statement, *rows)
        rate = count / (time.perf_counter() - begin)
        await self._connection.execute(f"DROP TABLE {RAW_TABLE}_into")
        return rate

    async def announce(self, text: str) -> None:
        """See Sql."""
        async with self._turn:
            await self._connection.execute("SELECT pg_notify('orchestrion', $1)", text)

    async def close(self) -> None:
        """See Sql."""
        await self._connection.close()

    async def _types(self, table: str) -> dict[str, str]:
        query = (
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attnum > 0 AND attrelid = $1::regclass"
        )
        async with self._turn:
            return dict(await self._connection.fetch(query + " AND NOT attisdropped ORDER BY attnum", table))


async def connect(url: str) -> Sql:
    """The database behind a URL of the product."""
    if url.startswith("sqlite:///"):
        return SqliteSql(Path(url.removeprefix("sqlite:///")))
    return PostgresSql(await asyncpg.connect(url))


def seconds_of(kind: str, moment: str) -> str:
    """The expression for a stored moment as seconds since some beginning."""
    return f"86400.0 * julianday({moment})" if kind == "sqlite" else f"extract(epoch FROM {moment})"


def _batches(row: Sequence[Any], columns: Sequence[str], count: int, batch: int) -> list[list[tuple[Any, ...]]]:
    """Copies of an execution's row with keys of their own, ten for each instance, made before the clock runs."""
    places = [columns.index(name) for name in ("instance_id", "sequence", "id")]
    made, instance_id = [], ""
    for number in range(count):
        each = list(row)
        instance_id = instance_id if number % 10 else str(uuid7())
        for place, value in zip(places, (instance_id, number % 10, str(uuid7())), strict=True):
            each[place] = value
        made.append(tuple(each))
    return [made[start : start + batch] for start in range(0, count, batch)]
