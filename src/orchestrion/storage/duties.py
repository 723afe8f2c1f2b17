"""Maintenance duties (ports.DutyStore)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update

from orchestrion.model.errors import NotFoundError
from orchestrion.model.values import Json
from orchestrion.ports.maintenance import DutyRecord
from orchestrion.storage.dialect import insert_or_ignore
from orchestrion.storage.rows import json_text, optional_json
from orchestrion.storage.upkeep_tables import duty


class SqlDuties:
    """See ports.DutyStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[DutyRecord]:
        """See ports.DutyStore."""
        return [_record(row) for row in self._connection.execute(select(duty).order_by(duty.c.name)).mappings()]

    def get(self, name: str) -> DutyRecord:
        """See ports.DutyStore."""
        row = self._connection.execute(select(duty).where(duty.c.name == name)).mappings().one_or_none()
        if row is None:
            raise NotFoundError("maintenance duty", name)
        return _record(row)

    def ensure(self, name: str, due_at: datetime) -> None:
        """See ports.DutyStore."""
        new = insert_or_ignore(self._connection, duty).values(name=name, stopped=False, due_at=due_at)
        self._connection.execute(new)

    def begin(self, name: str, server: str, now: datetime) -> None:
        """See ports.DutyStore."""
        self._change(name, started_at=now, ended_at=None, server=server)

    def end(self, begun: DutyRecord, now: datetime, due_at: datetime, figures: Mapping[str, Json]) -> None:
        """See ports.DutyStore."""
        self._has_done(begun)
        self._change(begun.name, ended_at=now, due_at=due_at, figures=json_text(figures), error=None)

    def fail(self, begun: DutyRecord, now: datetime, due_at: datetime, error: str) -> None:
        """See ports.DutyStore."""
        self._has_done(begun)
        self._change(begun.name, ended_at=now, due_at=due_at, error=error, failed_at=now, last_error=error)

    def _has_done(self, begun: DutyRecord) -> None:
        """What was wanted when it began has been seen to; what was asked for since has not."""
        if begun.wanted is not None:
            same = (duty.c.name == begun.name) & (duty.c.wanted == json_text(begun.wanted))
            self._connection.execute(update(duty).where(same).values(wanted=None))

    def set_stopped(self, name: str, *, is_stopped: bool) -> None:
        """See ports.DutyStore."""
        self._change(name, stopped=is_stopped, wanted=None)

    def set_due(self, name: str, due_at: datetime) -> None:
        """See ports.DutyStore."""
        self._change(name, due_at=due_at)

    def want(self, name: str, wanted: Mapping[str, Json]) -> None:
        """See ports.DutyStore."""
        self._change(name, wanted=json_text(wanted))

    def _change(self, name: str, **values: object) -> None:
        self._connection.execute(update(duty).where(duty.c.name == name).values(values))


def _record(row: RowMapping) -> DutyRecord:
    return DutyRecord(
        name=row["name"],
        due_at=row["due_at"],
        is_stopped=row["stopped"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        server=row["server"],
        figures=optional_json(row["figures"]),
        error=row["error"],
        failed_at=row["failed_at"],
        last_error=row["last_error"],
        wanted=optional_json(row["wanted"]),
    )
