"""Everything that is stored of instances, as JSON for an archive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Connection, RowMapping, Table, select

from orchestrion.model.values import Json
from orchestrion.storage.tables import doubt, execution, instance, job, signal

_FORMAT = "orchestrion-archive/1"
#: Columns that hold JSON as text.
_AS_JSON = frozenset(
    {"parameters", "servers", "returned", "rerun", "test", "trigger", "inputs", "records", "evidence", "payload"}
)


def dump_instances(connection: Connection, instance_ids: Sequence[str]) -> list[Mapping[str, Json]]:
    """The instances with their jobs, journals and doubts, in the order of the ids that are there.

    Secrets stay sealed as they are stored.
    """
    rows = {row["id"]: row for row in _rows(connection, instance, instance.c.id.in_(instance_ids))}
    job_ids = {row["job_id"] for row in rows.values()}
    jobs = {row["id"]: row for row in _rows(connection, job, job.c.id.in_(job_ids))}
    parts = {
        "executions": _by_instance(connection, execution, instance_ids, "sequence"),
        "signals": _by_instance(connection, signal, instance_ids, "sequence"),
        "doubts": _by_instance(connection, doubt, instance_ids, "since"),
    }
    return [
        {"format": _FORMAT, "instance": row, "job": jobs.get(row["job_id"])}
        | {name: found.get(key, []) for name, found in parts.items()}
        for key in instance_ids
        if (row := rows.get(key))
    ]


def _by_instance(
    connection: Connection, table: Table, instance_ids: Sequence[str], order: str
) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for row in _rows(connection, table, table.c.instance_id.in_(instance_ids), order=order):
        found.setdefault(str(row["instance_id"]), []).append(row)
    return found


def _rows(
    connection: Connection, table: Table, wanted: ColumnElement[bool], order: str = "id"
) -> Iterator[dict[str, Any]]:
    query = select(table).where(wanted).order_by(table.c[order])
    return (_values(row) for row in connection.execute(query).mappings())


def _values(row: RowMapping) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in row.items() if value is not None}


def _value(name: str, value: object) -> Json:
    if isinstance(value, datetime):
        return value.isoformat()
    if name in _AS_JSON and isinstance(value, str):
        parsed: Json = from_json(value)
        return parsed
    return value if isinstance(value, (str, int, float, bool)) else str(value)
