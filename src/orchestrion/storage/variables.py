"""Variables (ports.VariableStore)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, select
from sqlalchemy.exc import IntegrityError

from orchestrion.model.errors import ConflictError
from orchestrion.model.resources import Variable
from orchestrion.storage.dialect import upsert
from orchestrion.storage.lookup import only_row
from orchestrion.storage.tables import variable as table


class SqlVariables:
    """See ports.VariableStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[Variable]:
        """See ports.VariableStore."""
        rows = self._connection.execute(select(table).order_by(table.c.folded_path)).mappings()
        return [_variable(row) for row in rows]

    def get(self, variable_id: str) -> Variable:
        """See ports.VariableStore."""
        query = select(table).where(table.c.id == variable_id)
        return _variable(only_row(self._connection, query, "variable", variable_id))

    def save(self, variable: Variable, now: datetime) -> None:
        """See ports.VariableStore."""
        values = {
            "id": variable.id,
            "path": variable.path,
            "folded_path": variable.path.casefold(),
            "value": variable.value,
            "encrypted": variable.encrypted,
            "description": variable.description,
            "updated_at": now,
        }
        try:
            self._connection.execute(upsert(self._connection, table, "id", values))
        except IntegrityError as error:
            raise ConflictError(f"There is already a variable '{variable.path}'.") from error

    def remove(self, variable_id: str) -> None:
        """See ports.VariableStore."""
        found = self.get(variable_id)
        self._connection.execute(delete(table).where(table.c.id == found.id))


def _variable(row: RowMapping) -> Variable:
    return Variable(row["id"], row["path"], row["value"], row["encrypted"], row["description"])
