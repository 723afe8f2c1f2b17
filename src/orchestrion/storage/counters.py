"""Counters (ports.CounterStore): every change of a value is one statement."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from orchestrion.model.counters import FURTHEST, Counter, beyond, check_value
from orchestrion.model.errors import ConflictError, NotFoundError
from orchestrion.storage.lookup import only_row
from orchestrion.storage.tables import counter as table

_LOWEST = func.coalesce(table.c.minimum, -FURTHEST)
_HIGHEST = func.coalesce(table.c.maximum, FURTHEST)


class SqlCounters:
    """See ports.CounterStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[Counter]:
        """See ports.CounterStore."""
        rows = self._connection.execute(select(table).order_by(table.c.folded_path)).mappings()
        return [_counter(row) for row in rows]

    def values(self) -> dict[str, float]:
        """See ports.CounterStore."""
        return {row.path: row.value for row in self._connection.execute(select(table.c.path, table.c.value))}

    def get(self, counter_id: str) -> Counter:
        """See ports.CounterStore."""
        query = select(table).where(table.c.id == counter_id)
        return _counter(only_row(self._connection, query, "counter", counter_id))

    def by_path(self, path: str) -> Counter:
        """See ports.CounterStore."""
        row = self._connection.execute(select(table).where(_is_at(path))).mappings().one_or_none()
        if row is None:
            raise NotFoundError("counter", path)
        return _counter(row)

    def save(self, counter: Counter, now: datetime) -> None:
        """See ports.CounterStore."""
        values = {
            "path": counter.path,
            "folded_path": counter.path.casefold(),
            "default_value": counter.default_value,
            "minimum": counter.minimum,
            "maximum": counter.maximum,
            "description": counter.description,
            "updated_at": now,
        }
        fits = table.c.value.between(counter.lowest, counter.highest)
        try:
            if self._connection.execute(update(table).where(table.c.id == counter.id, fits).values(values)).rowcount:
                return
            self._check_unknown(counter)
            self._connection.execute(insert(table).values(values | {"id": counter.id, "value": counter.value}))
        except IntegrityError as error:
            raise ConflictError(f"There is already a counter '{counter.path}'.") from error

    def remove(self, counter_id: str) -> None:
        """See ports.CounterStore."""
        found = self.get(counter_id)
        self._connection.execute(delete(table).where(table.c.id == found.id))

    def add(self, path: str, amount: float, now: datetime) -> float:
        """See ports.CounterStore."""
        changed = table.c.value + amount
        value = self._changed(changed, _is_at(path), changed.between(_LOWEST, _HIGHEST), now=now)
        if value is None:
            raise beyond(self.by_path(path), amount)
        return value

    def put(self, path: str, value: float, now: datetime) -> float:
        """See ports.CounterStore."""
        found = self._changed(value, _is_at(path), _may_be(value), now=now)
        if found is None:
            check_value(self.by_path(path), value)
            raise ConflictError(f"The bounds of the counter '{path}' are being changed. Try again.")
        return found

    def reset(self, path: str, now: datetime) -> float:
        """See ports.CounterStore."""
        found = self._changed(table.c.default_value, _is_at(path), now=now)
        if found is None:
            raise NotFoundError("counter", path)
        return found

    def compare_and_set(self, path: str, expected: float, value: float, now: datetime) -> bool:
        """See ports.CounterStore."""
        is_as_expected = table.c.value == expected
        if self._changed(value, _is_at(path), is_as_expected, _may_be(value), now=now) is not None:
            return True
        check_value(self.by_path(path), value)
        return False

    def _changed(
        self, value: float | ColumnElement[float], *conditions: ColumnElement[bool], now: datetime
    ) -> float | None:
        """The new value of the counter that meets the conditions, None when none does."""
        statement = update(table).where(*conditions).values(value=value, updated_at=now).returning(table.c.value)
        return self._connection.execute(statement).scalar_one_or_none()

    def _check_unknown(self, counter: Counter) -> None:
        """Returns when no counter has the id; otherwise its value is beyond the new bounds, and the error says so."""
        query = select(table.c.value).where(table.c.id == counter.id)
        value = self._connection.execute(query).scalar_one_or_none()
        if value is not None:
            check_value(counter, value)
            raise ConflictError(f"The counter '{counter.path}' was changed meanwhile. Try again.")


def _is_at(path: str) -> ColumnElement[bool]:
    return table.c.folded_path == path.casefold()


def _may_be(value: float) -> ColumnElement[bool]:
    return (value >= _LOWEST) & (value <= _HIGHEST)


def _counter(row: RowMapping) -> Counter:
    return Counter(
        id=row["id"],
        path=row["path"],
        value=row["value"],
        default_value=row["default_value"],
        minimum=row["minimum"],
        maximum=row["maximum"],
        description=row["description"],
    )
