"""The one row that says which installation a database belongs to (ports.InstallationStore)."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from orchestrion.model.errors import UnavailableError
from orchestrion.ports.security import InstallationRecord
from orchestrion.storage.dialect import insert_or_ignore
from orchestrion.storage.tables import installation

_ONLY = 1


class SqlInstallation:
    """See ports.InstallationStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self) -> InstallationRecord | None:
        """See ports.InstallationStore."""
        row = self._connection.execute(select(installation).where(installation.c.id == _ONLY)).mappings().one_or_none()
        return InstallationRecord(row["incarnation"], row["key_check"], row["created_at"]) if row else None

    def add(self, record: InstallationRecord) -> InstallationRecord:
        """See ports.InstallationStore."""
        values = {
            "id": _ONLY,
            "incarnation": record.incarnation,
            "key_check": record.key_check,
            "created_at": record.created_at,
        }
        self._connection.execute(insert_or_ignore(self._connection, installation).values(values))
        return self.get() or record

    def set_key_check(self, key_check: str) -> None:
        """See ports.InstallationStore."""
        changed = update(installation).where(installation.c.id == _ONLY).values(key_check=key_check)
        if self._connection.execute(changed).rowcount == 0:
            raise UnavailableError("This database was never started: there is no installation in it yet.")
