"""Settings of the whole installation (ports.SettingStore)."""

from __future__ import annotations

from datetime import datetime

from pydantic_core import from_json
from sqlalchemy import Connection, delete, select

from orchestrion.model.values import Json
from orchestrion.storage.dialect import upsert
from orchestrion.storage.rows import json_text
from orchestrion.storage.tables import setting


class SqlSettings:
    """See ports.SettingStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> Json:
        """See ports.SettingStore."""
        found = self._connection.scalar(select(setting.c.value).where(setting.c.name == name))
        value: Json = None if found is None else from_json(found)
        return value

    def put(self, name: str, value: Json, now: datetime) -> None:
        """See ports.SettingStore."""
        row = {"name": name, "value": json_text(value), "updated_at": now}
        self._connection.execute(upsert(self._connection, setting, "name", row))

    def remove(self, name: str) -> None:
        """See ports.SettingStore."""
        self._connection.execute(delete(setting).where(setting.c.name == name))
