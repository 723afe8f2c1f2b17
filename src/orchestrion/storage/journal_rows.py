"""Journal rows <-> the values of their tables, in column order: on the hot path nothing is looked up by name."""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, select

from orchestrion.ports.journal import ExecutionRow, SignalRow, Slice
from orchestrion.storage.dialect import instant_text
from orchestrion.storage.rows import execution_record, json_text
from orchestrion.storage.tables import execution, signal


def execution_values(row: ExecutionRow, *, is_postgres: bool) -> tuple[Any, ...]:
    """The columns of `execution`, in the order of the table."""
    each = row.execution
    return (
        each.instance_id,
        each.sequence,
        each.id,
        each.activity_id,
        each.key,
        each.status.value,
        each.started_at if is_postgres else instant_text(each.started_at),
        each.ended_at if is_postgres else instant_text(each.ended_at),
        each.effect.value,
        each.pack_version,
        each.server,
        each.process_id,
        row.offset_seconds,
        f"{row.digest:08x}",
        each.error,
        json_text(each.inputs),
        json_text(each.records),
        None if each.evidence is None else json_text(each.evidence),
    )


def signal_values(instance_id: str, row: SignalRow, *, is_postgres: bool) -> tuple[Any, ...]:
    """The columns of `signal`, in the order of the table."""
    digest = None if row.digest is None else f"{row.digest:08x}"
    at = row.at if is_postgres else instant_text(row.at)
    return (instance_id, row.sequence, row.kind, at, digest, json_text(row.payload))


def read_rows(connection: Connection, instance_id: str, after: int = 0) -> list[ExecutionRow | SignalRow]:
    """The journal of an instance in sequence, or what of it follows the entry `after`."""
    executions = select(execution).where(execution.c.instance_id == instance_id, execution.c.sequence > after)
    found: list[ExecutionRow | SignalRow] = [
        ExecutionRow(execution_record(row), int(row["digest"], 16), row["offset_seconds"])
        for row in connection.execute(executions).mappings()
    ]
    signals = select(signal).where(signal.c.instance_id == instance_id, signal.c.sequence > after)
    for row in connection.execute(signals).mappings():
        digest = None if row["digest"] is None else int(row["digest"], 16)
        found.append(SignalRow(row["sequence"], row["kind"], row["at"], from_json(row["payload"]), digest))
    return sorted(found, key=sequence_of)


def sequence_of(row: ExecutionRow | SignalRow) -> int:
    """Where the row stands in its instance's journal."""
    return row.execution.sequence if isinstance(row, ExecutionRow) else row.sequence


def same_rows(connection: Connection, each: Slice) -> bool:
    """Whether all rows of the slice are stored already, with the same content: it was sent before."""
    stored = {sequence_of(row): row for row in read_rows(connection, each.instance_id)}
    return bool(each.rows) and all(_content(stored.get(sequence_of(row))) == _content(row) for row in each.rows)


def _content(row: ExecutionRow | SignalRow | None) -> str:
    return "" if row is None else json_text(row)
