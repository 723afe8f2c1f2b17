"""Moments by the database's own clock: leases are granted and judged by no other (durability.md 5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from orchestrion.storage.dialect import Instant


class _Moment(FunctionElement[datetime]):
    """The database's time when the statement runs, so many seconds later."""

    type = Instant()
    inherit_cache = True


def moment(seconds: float | ColumnElement[float] = 0.0) -> ColumnElement[datetime]:
    """The database's present time and `seconds` more; a column of seconds may be given."""
    return _Moment(literal(seconds, Float) if isinstance(seconds, (int, float)) else seconds)


@compiles(_Moment, "postgresql")
def _on_postgres(element: _Moment, compiler: Any, **options: Any) -> str:
    seconds = compiler.process(element.clauses, **options)
    return f"(clock_timestamp() + make_interval(secs => CAST({seconds} AS DOUBLE PRECISION)))"


@compiles(_Moment, "sqlite")
def _on_sqlite(element: _Moment, compiler: Any, **options: Any) -> str:
    """As dialect.instant_text; `strftime` is a function of the connection, which a simulated world replaces."""
    seconds = compiler.process(element.clauses, **options)
    return f"(strftime('%Y-%m-%dT%H:%M:%f', 'now', ({seconds}) || ' seconds') || '000+00:00')"
