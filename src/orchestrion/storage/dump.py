"""Everything that is stored of one instance, as JSON for an archive."""

from __future__ import annotations

from datetime import datetime

from pydantic_core import from_json
from sqlalchemy import Connection, RowMapping, Table, select

from orchestrion.model.values import Json
from orchestrion.storage.tables import doubt, execution, instance, job, signal, trigger

_FORMAT = "orchestrion-archive/1"
#: Columns that hold JSON as text.
_AS_JSON = frozenset(
    {"parameters", "servers", "returned", "rerun", "test", "trigger", "inputs", "records", "evidence", "payload"}
    | {"published"}
)


def dump_instance(connection: Connection, instance_id: str) -> dict[str, Json] | None:
    """The instance with its job, journal, doubts and trigger; None when there is no such instance.

    Secrets stay sealed as they are stored.
    """
    row = connection.execute(select(instance).where(instance.c.id == instance_id)).mappings().one_or_none()
    if row is None:
        return None
    its_job = connection.execute(select(job).where(job.c.id == row["job_id"])).mappings().one_or_none()
    return {
        "format": _FORMAT,
        "instance": _values(row),
        "job": None if its_job is None else _values(its_job),
        "executions": _rows(connection, execution, instance_id, "sequence"),
        "signals": _rows(connection, signal, instance_id, "sequence"),
        "doubts": _rows(connection, doubt, instance_id, "since"),
        "triggers": _triggers(connection, row) if row["trigger"] else [],
    }


def _rows(connection: Connection, table: Table, instance_id: str, order: str) -> list[Json]:
    query = select(table).where(table.c.instance_id == instance_id).order_by(table.c[order])
    return [_values(row) for row in connection.execute(query).mappings()]


def _triggers(connection: Connection, row: RowMapping) -> list[Json]:
    query = select(trigger).where(trigger.c.job_id == row["job_id"], trigger.c.instance_id == row["id"])
    return [_values(each) for each in connection.execute(query).mappings()]


def _values(row: RowMapping) -> dict[str, Json]:
    return {name: _value(name, value) for name, value in row.items() if value is not None}


def _value(name: str, value: object) -> Json:
    if isinstance(value, datetime):
        return value.isoformat()
    if name in _AS_JSON and isinstance(value, str):
        parsed: Json = from_json(value)
        return parsed
    return value if isinstance(value, (str, int, float, bool)) else str(value)
