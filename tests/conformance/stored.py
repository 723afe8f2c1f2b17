"""Rows of runs put straight into the tables, whole and broken, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select
from uuid_utils import uuid7

from orchestrion.ports.authoring import RunbookRecord, VersionRecord
from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.tables import execution, instance, job

NOBODY = "00000000-0000-0000-0000-000000000000"
_AT_ONCE = 2000  # rows in one statement


async def add_runbook(database: SqlDatabase, name: str, now: datetime, limit: int = 1) -> RunbookRecord:
    """A runbook in the top folder, checked in once."""
    added = await database.write(lambda tx: tx.runbooks.add(tx.folders.root().id, name, now))
    version = VersionRecord(added.id, 1, "me", now, "", {"orchestrion": "runbook/1", "name": name})
    await database.write(lambda tx: tx.runbooks.add_version(version, False, limit, ""))
    return added


@dataclass
class Stored:
    """Puts rows for one runbook into a database."""

    database: SqlDatabase
    runbook: RunbookRecord
    now: datetime

    async def job(self, **changes: Any) -> str:
        """A job, running unless told otherwise; gives its id."""
        row = self.job_row(**changes)
        await self.put(job, [row])
        return str(row["id"])

    async def instance(self, job_id: str, **changes: Any) -> str:
        """An instance of a job, ready unless told otherwise; gives its id."""
        row = self.instance_row(job_id, **changes)
        await self.put(instance, [row])
        return str(row["id"])

    async def ended(self, count: int, days: float, status: str = "success", executions: int = 1) -> list[str]:
        """Jobs that ended so many days ago, with one instance each; gives the ids of their instances."""
        at = self.now - timedelta(days=days)
        end = {"status": status, "created_at": at, "started_at": at, "ended_at": at + timedelta(seconds=1)}
        jobs = [self.job_row(**end) for _ in range(count)]
        instances = [self.instance_row(each["id"], state="ended", **end) for each in jobs]
        await self.put(job, jobs)
        await self.put(instance, instances)
        ids = [str(each["id"]) for each in instances]
        await self.put(execution, [_execution(each, number, at) for each in ids for number in range(1, executions + 1)])
        return ids

    async def put(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Stores rows."""
        for start in range(0, len(rows), _AT_ONCE):
            await self.database.on_writer(partial(_insert, table, list(rows[start : start + _AT_ONCE])))

    async def count(self, table: Table) -> int:
        """How many rows a table has."""

        def counted(connection: Connection) -> int:
            return connection.scalar(select(func.count()).select_from(table)) or 0

        return await self.database.on_writer(counted)

    async def column(self, table: Table, name: str, row_id: str) -> Any:
        """One value of one row."""
        query = select(table.c[name]).where(table.c.id == row_id)
        return await self.database.on_writer(lambda connection: connection.scalar(query))

    def job_row(self, **changes: Any) -> dict[str, Any]:
        """The columns of a job."""
        return {
            **self._of_runbook(),
            "status": "running",
            "is_monitor": False,
            "parameters": "{}",
            "servers": "[]",
            "admitted": True,
            "created_by_id": NOBODY,
            "created_by_name": "me",
            "instance_count": 1,
            "instance_limit": 1,
        } | changes

    def instance_row(self, job_id: str, **changes: Any) -> dict[str, Any]:
        """The columns of an instance."""
        return {
            **self._of_runbook(),
            "job_id": job_id,
            "number": 1,
            "state": "ready",
            "status": "pending",
            "engine_level": 1,
            "journal_format": 1,
            "takeovers": 0,
            "takeover_sequence": 0,
            "eligible": "",
        } | changes

    def _of_runbook(self) -> dict[str, Any]:
        found = self.runbook
        named = {"runbook_id": found.id, "runbook_name": found.name, "runbook_path": found.path}
        return {"id": str(uuid7()), **named, "version": 1, "created_at": self.now}


def _insert(table: Table, rows: list[dict[str, Any]], connection: Connection) -> None:
    connection.execute(insert(table), rows)


def _execution(instance_id: str, sequence: int, at: datetime) -> dict[str, Any]:
    return {
        "instance_id": instance_id,
        "sequence": sequence,
        "id": str(uuid7()),
        "activity_id": "a",
        "key": f"{sequence}.0..1.0",
        "status": "success",
        "started_at": at,
        "ended_at": at,
        "effect": "pure",
        "pack_version": "1",
        "server": "s",
        "process_id": 7,
        "offset_seconds": 0,
        "digest": "00000000",
        "error": "",
        "inputs": "{}",
        "records": '[{"Line text":"twenty four characters"}]',
    }
