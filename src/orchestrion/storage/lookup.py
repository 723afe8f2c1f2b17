"""Finding one row by its id, however the id came in."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, RowMapping, Select

from orchestrion.model.errors import NotFoundError


def only_row(connection: Connection, query: Select[*tuple[object, ...]], kind: str, wanted: str) -> RowMapping:
    """The row of `query`, which looks for the id `wanted`; raises NotFoundError, also for a text that is no id."""
    row = connection.execute(query).mappings().one_or_none() if is_id(wanted) else None
    if row is None:
        raise NotFoundError(kind, wanted)
    return row


def is_id(text: str) -> bool:
    """Whether the text is a uuid; PostgreSQL refuses to compare an id with anything else."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
