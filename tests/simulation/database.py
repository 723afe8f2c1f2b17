"""The product's own SQL over a database in memory, at the end of a line that is slow, breaks, and loses answers."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import datetime
from functools import cache
from random import Random
from typing import Any, NoReturn, Protocol, TypeVar

from sqlalchemy import Connection

from orchestrion.model.errors import UnavailableError
from orchestrion.ports.journal import ArmedMonitor, Claimed, Fence, Message
from orchestrion.ports.transaction import Transaction
from orchestrion.storage.database import SqliteDatabase
from orchestrion.storage.engines import sqlite_engine
from orchestrion.storage.journal import SqlJournal
from orchestrion.storage.migrate import upgrade
from orchestrion.storage.transaction import SqlTransaction
from tests.simulation.loop import BEGINNING
from tests.simulation.weather import Weather, duration

T = TypeVar("T")


class Memory:
    """The one database of a simulation; `transactions` counts what has been asked of it."""

    def __init__(self) -> None:
        self.transactions = 0
        self.connection = sqlite_engine("sqlite://", read_only=False).connect()
        with self.connection.begin():
            upgrade(self.connection)
        driver = self.connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        self.driver = driver
        driver.create_function("strftime", -1, database_time)
        self._empty = driver.serialize()

    def renew(self) -> None:
        """Makes it as empty as after the installation."""
        self.driver.deserialize(self._empty)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What is committed now, past all lines."""
        return self.driver.execute(query, values).fetchall()


def database_time(form: str, *changes: str) -> str:
    """What SQLite's own function says, by the virtual clock: the database's, which is nobody's else."""
    virtual = BEGINNING.timestamp() + asyncio.get_running_loop().time()
    ((found,),) = _sqlite.execute("SELECT strftime(?, ?, 'unixepoch', ?)", (form, virtual, changes[-1]))
    return str(found)


_sqlite = sqlite3.connect(":memory:", check_same_thread=False)


@cache
def memory() -> Memory:
    """The database that all simulations of this process use one after the other: migrating it takes long."""
    return Memory()


class Process(Protocol):
    """Whoever sits at the other end of a line; `troubled_at` is when it last had trouble to reach the database."""

    name: str
    is_alive: bool
    troubled_at: float

    def cut(self, reason: str) -> None:
        """The power goes."""


class Line:
    """The way from one process to the database."""

    def __init__(self, process: Process, weather: Weather, random: Random) -> None:
        self._process = process
        self._weather = weather
        self._random = random
        self._stalled_until = 0.0

    async def carry(self, transaction: Callable[[], T]) -> T:
        """Asks for a transaction and gives its answer. Raises UnavailableError, also when only the answer was lost."""
        await self._travel()
        self._reach()
        await self._perhaps_cut("before a commit")
        result = transaction()
        await self._perhaps_cut("after a commit")
        if self._happens(self._weather.faults.stall):
            self._stalled_until = asyncio.get_running_loop().time() + duration(self._random)
        await self._travel()
        if self._happens(self._weather.faults.lost_answer):
            self._fail("the answer was lost")
        if not self._process.is_alive:
            raise UnavailableError("the power is cut")
        return result

    async def _travel(self) -> None:
        """The way there, or back."""
        seconds = self._random.choice((0.001, 0.002, 0.002, 0.005, 0.02, 0.2)) * self._random.random()
        now = asyncio.get_running_loop().time()
        if now < self._stalled_until:
            self._process.troubled_at = self._stalled_until
        await asyncio.sleep(seconds + max(0.0, self._stalled_until - now))

    def _reach(self) -> None:
        if not self._process.is_alive or self._weather.is_away(asyncio.get_running_loop().time(), self._process.name):
            self._fail("the database is away")

    def _fail(self, reason: str) -> NoReturn:
        self._process.troubled_at = asyncio.get_running_loop().time()
        raise UnavailableError(reason)

    async def _perhaps_cut(self, where: str) -> None:
        if self._happens(self._weather.faults.cut_at_commit):
            self._process.cut(where)
            await asyncio.Future()

    def _happens(self, probability: float) -> bool:
        return self._weather.happens(self._random, probability, asyncio.get_running_loop().time())


class SimulatedDatabase(SqliteDatabase):
    """See ports.Database: what SqliteDatabase does, without its threads and its file."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """See ports.Database."""
        return await self.on_writer(lambda connection: work(SqlTransaction(connection)))

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """See ports.Database."""
        return await self.write(work)

    async def on_writer(self, work: Callable[[Connection], T]) -> T:
        """See SqliteDatabase."""
        return await self._line.carry(lambda: self._commit(work))

    async def on_driver(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """See SqliteDatabase."""
        return await self._line.carry(lambda: self._drive(work))

    def _drive(self, work: Callable[[sqlite3.Connection], T]) -> T:
        memory().transactions += 1
        return work(memory().driver)

    def _commit(self, work: Callable[[Connection], T]) -> T:
        memory().transactions += 1
        connection = memory().connection
        with connection.begin():
            return work(connection)


class SimulatedJournal(SqlJournal):
    """See ports.JournalStore. A poll that can find nothing costs no SQL: a look into the tables says so much sooner."""

    async def claim(self, fence: Fence, limit: int, now: datetime) -> list[Claimed]:
        """See ports.JournalStore."""
        return await super().claim(fence, limit, now) if _may_find(fence, _CLAIMABLE) else []

    async def claim_monitors(self, fence: Fence, limit: int, now: datetime) -> list[ArmedMonitor]:
        """See ports.JournalStore."""
        return await super().claim_monitors(fence, limit, now) if _may_find(fence, _MONITORS) else []

    async def messages(self, fence: Fence, now: datetime) -> dict[str, list[Message]]:
        """See ports.JournalStore."""
        return await super().messages(fence, now) if _may_find(fence, _MESSAGES) else {}

    async def monitors_to_stop(self, fence: Fence) -> list[str]:
        """See ports.JournalStore."""
        return await super().monitors_to_stop(fence) if _may_find(fence, _MONITORS) else []


_CLAIMABLE = "SELECT 1 FROM instance WHERE state IN ('ready', 'parked') LIMIT 1"
_MONITORS = "SELECT 1 FROM monitor WHERE state <> 'ended' LIMIT 1"
_MESSAGES = "SELECT 1 FROM inbox LIMIT 1"
_EPOCH = "SELECT 1 FROM server WHERE id = ? AND epoch = ?"


def _may_find(fence: Fence, query: str) -> bool:
    """Whether there is anything to find, or the server has lost its epoch and must be told so."""
    return bool(memory().rows(query)) or not memory().rows(_EPOCH, fence.server_id, fence.epoch)
