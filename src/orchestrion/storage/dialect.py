"""The only place that knows how SQLite and PostgreSQL differ."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from importlib import import_module
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Connection,
    Dialect,
    String,
    Table,
    Text,
    TypeDecorator,
    any_,
    bindparam,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.exc import IntegrityError, InterfaceError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeEngine
from sqlalchemy.util import await_only

DriverErrors = tuple[type[Exception], ...]


def _driver_errors(*names: str) -> DriverErrors:
    """The named errors of asyncpg; none where the driver, an extra, is missing: then there is no PostgreSQL either."""
    try:
        driver = import_module("asyncpg")
    except ImportError:
        return ()
    return tuple(getattr(driver, name) for name in names)


#: What says that a key or another rule of the schema was broken, wrapped by SQLAlchemy or raw from a bulk insert.
BROKEN_RULE: DriverErrors = (
    IntegrityError,
    sqlite3.IntegrityError,
    *_driver_errors("IntegrityConstraintViolationError"),
)
#: What says that the database is away. An InternalClientError is what asyncpg says of a connection on which the server
#: has said that it goes, until it has gone.
LOST_CONNECTION: DriverErrors = (
    OSError,
    InterfaceError,
    *_driver_errors("InterfaceError", "PostgresConnectionError", "InternalClientError"),
)


class Id(TypeDecorator[str]):
    """A uuid as its 36 characters: native on PostgreSQL, text on SQLite."""

    impl = String(36)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The native type where there is one."""
        return dialect.type_descriptor(postgresql.UUID(as_uuid=False) if is_postgres(dialect) else String(36))


class Instant(TypeDecorator[datetime]):
    """A moment: timestamptz on PostgreSQL, on SQLite ISO 8601 text in UTC of fixed width, so that it sorts."""

    impl = String(32)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The native type where there is one."""
        return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True) if is_postgres(dialect) else String(32))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """The stored form; refuses naive times, which would silently shift."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time must be aware")
        return value if is_postgres(dialect) else instant_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """The aware moment in UTC."""
        if value is None:
            return None
        return (value if isinstance(value, datetime) else datetime.fromisoformat(value)).astimezone(UTC)


LongText = Text  # JSON travels as text: both drivers pass it through untouched


def is_postgres(dialect: Dialect) -> bool:
    """Whether the dialect is PostgreSQL's."""
    return dialect.name == "postgresql"


def instant_text(moment: datetime) -> str:
    """A moment as SQLite stores it: UTC with microseconds, always the same width."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class _Among(ColumnElement[bool]):
    """See `among`."""

    inherit_cache = True
    type = Boolean()
    _is_implicitly_boolean = True  # or SQLite would be asked whether `x IN (…) = 1`, and use no index for that
    _traverse_internals = [  # noqa: RUF012 - by these SQLAlchemy tells statements apart
        ("column", InternalTraversal.dp_clauseelement),
        ("name", InternalTraversal.dp_string),
    ]

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column = column
        self.name = name


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether the column is among the values of the list parameter `name`.

    The statement is the same for every number of values: PostgreSQL parses it once, where an IN of each length is
    another statement to it.
    """
    return _Among(column, name)


@compiles(_Among, "postgresql")
def _among_array(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    values: BindParameter[Any] = bindparam(element.name, type_=postgresql.ARRAY(element.column.type))
    return compiler.process(element.column == any_(values), **options)


@compiles(_Among, "sqlite")
def _among_list(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    values: BindParameter[Any] = bindparam(element.name, type_=element.column.type, expanding=True)
    return compiler.process(element.column.in_(values), **options)


def insert_rows(connection: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Inserts rows given as values in column order, in the driver's own bulk form (hot-path.md).

    Raises IntegrityError when a key is taken; the caller must have opened a savepoint to go on from there.
    """
    if not rows:
        return
    if not is_postgres(connection.dialect):
        marks = ", ".join("?" for _ in table.columns)
        connection.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({marks})", [tuple(row) for row in rows])  # noqa: S608 - our own table
        return
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the connection is closed")
    execute: Callable[..., Awaitable[str]] = driver.execute
    text = f"INSERT INTO {table.name} SELECT * FROM {unnested(table, 1)}"  # noqa: S608 - our own table
    await_only(execute(text, *column_arrays(table, rows)))


def column_arrays(table: Table, rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """The values of `rows` by column, for `unnested`."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in table.columns]


@lru_cache
def unnested(table: Table, first: int) -> str:
    """A PostgreSQL row source of the table's shape: one array per column, as parameters from number `first` on."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy ships it without types
    kinds = [column.type.compile(dialect=dialect) for column in table.columns]
    return f"unnest({', '.join(f'${number}::{kind}[]' for number, kind in enumerate(kinds, start=first))})"


def insert_or_ignore(connection: Connection, table: Table) -> PostgresInsert | SqliteInsert:
    """An INSERT that leaves a row alone when one with the same unique key exists; the same object each time."""
    return _insert_or_ignore(table, is_postgres(connection.dialect))


@lru_cache
def _insert_or_ignore(table: Table, on_postgres: bool) -> PostgresInsert | SqliteInsert:
    if on_postgres:
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def upsert(connection: Connection, table: Table, key: str, values: dict[str, Any]) -> PostgresInsert | SqliteInsert:
    """An INSERT that replaces the other columns when a row with the same `key` exists."""
    changed = {name: value for name, value in values.items() if name != key}
    if is_postgres(connection.dialect):
        return postgresql.insert(table).values(values).on_conflict_do_update(index_elements=[key], set_=changed)
    return sqlite.insert(table).values(values).on_conflict_do_update(index_elements=[key], set_=changed)
