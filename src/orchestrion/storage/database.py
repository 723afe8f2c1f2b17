"""Runs plain functions in transactions, on SQLite (one writer thread) and PostgreSQL (asyncpg) alike."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from orchestrion.model.errors import UnavailableError
from orchestrion.ports.transaction import Transaction
from orchestrion.storage.dialect import LOST_CONNECTION
from orchestrion.storage.engines import postgres_engine, sqlite_engine
from orchestrion.storage.era import Era
from orchestrion.storage.transaction import SqlTransaction

T = TypeVar("T")

_READERS = 4  # SQLite reader threads: reads are short, and more would only contend for the two cores of a small server
_RETRIES = 5  # of a transaction that PostgreSQL ended because of a deadlock or a serialisation failure
_RETRY_STATES = frozenset({"40001", "40P01"})
#: Classes of SQLSTATEs by which PostgreSQL is away for a while: a broken connection, no room, a shutdown, a bad disk.
_AWAY_CLASSES = frozenset({"08", "53", "57", "58"})
_AWAY_STATES = frozenset({"25006", "25P03"})  # it is a standby now; it gave up a transaction that stood still


class SqliteDatabase:
    """One file, one writing thread, `synchronous=FULL`; short read-only readers beside it (durability.md 8).

    The caller must hold the lock on the data folder: two processes on one file would fence each other out.
    """

    is_postgres: ClassVar = False

    def __init__(self, path: Path) -> None:
        self._url = f"sqlite:///{path}"
        self._writer_engine = sqlite_engine(self._url, read_only=False)
        self._reader_engine = sqlite_engine(self._url, read_only=True)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="sqlite-reader")
        self._connection: Connection | None = None

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """See ports.Database."""
        return await self.on_writer(lambda connection: work(SqlTransaction(connection)))

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """See ports.Database."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def on_writer(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` with the writing connection in a transaction of its own."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._write, work)

    async def on_journal(self, work: Callable[[Connection], T]) -> T:
        """As `on_writer`: there is one writing connection for everything."""
        return await self.on_writer(work)

    async def on_driver(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs `work` with the driver's own writing connection; it begins and ends its transaction itself."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._drive, work)

    async def close(self) -> None:
        """Ends both sides; what was asked before is finished first."""
        await asyncio.get_running_loop().run_in_executor(self._writer, self._drop_connection)
        self._writer.shutdown()
        self._readers.shutdown()
        self._writer_engine.dispose()
        self._reader_engine.dispose()

    def _write(self, work: Callable[[Connection], T]) -> T:
        with self._reopening() as connection, connection.begin():
            return work(connection)

    def _drive(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with self._reopening() as connection:
            return work(cast("sqlite3.Connection", connection.connection.driver_connection))

    @contextmanager
    def _reopening(self) -> Iterator[Connection]:
        """The writing connection; after an error it is opened anew."""
        try:
            if self._connection is None:
                self._connection = self._writer_engine.connect()
            yield self._connection
        except (OperationalError, sqlite3.OperationalError) as error:
            self._drop_connection()  # after an error in commit its state is unknown: open anew (durability.md 8)
            raise UnavailableError(f"The database file cannot be written: {error.args[0]}") from error

    def _read(self, work: Callable[[Transaction], T]) -> T:
        with self._reader_engine.connect() as connection, connection.begin():
            return work(SqlTransaction(connection))

    def _drop_connection(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()


class PostgresDatabase:
    """PostgreSQL through asyncpg. The URL has the form postgresql://user@host:port/name."""

    is_postgres: ClassVar = True

    def __init__(self, url: str) -> None:
        self.engine = postgres_engine(url)
        self._journal: AsyncConnection | None = None
        self._journal_lock = asyncio.Lock()
        self._era = Era()

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """See ports.Database."""
        return await self.on_writer(lambda connection: work(SqlTransaction(connection)))

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """See ports.Database."""
        return await self._once(lambda connection: work(SqlTransaction(connection)))

    async def on_writer(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` with a connection in a transaction of its own, again when PostgreSQL asks for it."""
        for _ in range(_RETRIES):
            try:
                return await self._once(work)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _RETRY_STATES:
                    raise
        return await self._once(work)

    async def on_journal(self, work: Callable[[Connection], T]) -> T:
        """As `on_writer`, on the connection that is kept for the journal."""
        for _ in range(_RETRIES):
            try:
                return await self._on_journal(work)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _RETRY_STATES:
                    raise
        return await self._on_journal(work)

    async def on_driver(self, work: Callable[[Any], Awaitable[T]]) -> T:
        """Runs `work` with the driver's own connection (asyncpg) to the journal, each statement a transaction."""
        async with self._journal_connection() as connection:
            raw = await connection.get_raw_connection()
            return await work(raw.driver_connection)

    async def close(self) -> None:
        """Closes all connections."""
        if self._journal is not None:
            await self._journal.close()
        await self.engine.dispose()

    async def _on_journal(self, work: Callable[[Connection], T]) -> T:
        async with self._journal_connection() as connection, connection.begin():
            return await connection.run_sync(work)

    @asynccontextmanager
    async def _journal_connection(self) -> AsyncIterator[AsyncConnection]:
        """The connection of the journal, for one at a time; after an error it is opened anew."""
        async with self._journal_lock:
            with _telling_when_away():
                try:
                    if self._journal is None:
                        self._journal = await self.engine.connect()
                    await self._era.enter(self._journal)
                    yield self._journal
                except BaseException:
                    await self._drop_journal()
                    raise

    async def _drop_journal(self) -> None:
        """After an error its state is unknown, and after a cancelled statement it may still be busy."""
        connection, self._journal = self._journal, None
        if connection is not None:
            with suppress(*LOST_CONNECTION, DBAPIError):
                await connection.invalidate()
                await connection.close()

    async def _once(self, work: Callable[[Connection], T]) -> T:
        with _telling_when_away():
            async with self.engine.connect() as connection:
                await self._era.enter(connection)
                async with connection.begin():
                    return await connection.run_sync(work)


@contextmanager
def _telling_when_away() -> Iterator[None]:
    """Turns what says that the database is away into UnavailableError."""
    try:
        yield
    except Exception as error:
        if _says_away(error):
            raise unreachable(error) from error
        raise


def _says_away(error: Exception) -> bool:
    """Whether the error, SQLAlchemy's or the driver's own, is one of a database that will be back."""
    if isinstance(error, LOST_CONNECTION) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return True
    state = str(getattr(error.orig if isinstance(error, DBAPIError) else error, "sqlstate", None) or "")
    if state in _RETRY_STATES:
        return False
    return isinstance(error, OperationalError) or state in _AWAY_STATES or state[:2] in _AWAY_CLASSES


SqlDatabase = SqliteDatabase | PostgresDatabase


def unreachable(error: Exception) -> UnavailableError:
    """The error that says the database is away; work goes on when it is back."""
    return UnavailableError(f"The orchestration database cannot be reached: {_reason(error)}")


def _reason(error: Exception) -> str:
    """What went wrong, in words; the first argument of an error of the system is its number."""
    return str(error if isinstance(error, OSError) or not error.args else error.args[0])


def open_database(url: str) -> SqlDatabase:
    """The database behind a URL: sqlite:///path or postgresql://…; raises ValueError for others."""
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database:
        return SqliteDatabase(Path(parsed.database))
    if backend == "postgresql":
        return PostgresDatabase(url)
    raise ValueError(f"'{url}' is no database URL we know: use sqlite:///file or postgresql://user@host:port/name")
