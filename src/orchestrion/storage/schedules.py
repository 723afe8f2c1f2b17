"""Schedules (ports.ScheduleStore), and which runbooks name them.

As JSON, days are `{"weekdays": […], "occurrences": […]}` or `{"month": "1-21"}`, and exceptions
`{"2026-12-24": "disallow"}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, RowMapping, delete, or_, select
from sqlalchemy.exc import IntegrityError

from orchestrion.model.errors import ConflictError, NotFoundError
from orchestrion.model.schedules import (
    KIND,
    DayException,
    Days,
    DaysOfMonth,
    DaysOfWeek,
    Occurrence,
    Ruling,
    Schedule,
    Weekday,
    days_of_month,
    hours_of_compact,
)
from orchestrion.model.values import Json
from orchestrion.storage.dialect import upsert
from orchestrion.storage.lookup import only_row
from orchestrion.storage.tables import draft, runbook, runbook_version
from orchestrion.storage.tables import schedule as table

CHECK_SCHEDULE, _INPUT = "scheduling.check-schedule", "schedule_template"


class SqlSchedules:
    """See ports.ScheduleStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[Schedule]:
        """See ports.ScheduleStore."""
        rows = self._connection.execute(select(table).order_by(table.c.folded_path)).mappings()
        return [_schedule(row) for row in rows]

    def get(self, schedule_id: str) -> Schedule:
        """See ports.ScheduleStore."""
        query = select(table).where(table.c.id == schedule_id)
        return _schedule(only_row(self._connection, query, KIND, schedule_id))

    def by_path(self, path: str) -> Schedule:
        """See ports.ScheduleStore."""
        query = select(table).where(table.c.folded_path == path.casefold())
        row = self._connection.execute(query).mappings().one_or_none()
        if row is None:
            raise NotFoundError(KIND, path)
        return _schedule(row)

    def save(self, schedule: Schedule, now: datetime) -> None:
        """See ports.ScheduleStore."""
        values = {
            "id": schedule.id,
            "path": schedule.path,
            "folded_path": schedule.path.casefold(),
            "description": schedule.description,
            "time_zone": schedule.time_zone,
            "days": to_json(_days_json(schedule.days)).decode(),
            "hours": schedule.hours.compact,
            "exceptions": to_json({str(each.date): each.ruling.value for each in schedule.exceptions}).decode(),
            "updated_at": now,
        }
        try:
            self._connection.execute(upsert(self._connection, table, "id", values))
        except IntegrityError as error:
            raise ConflictError(f"There is already a schedule '{schedule.path}'.") from error

    def remove(self, schedule_id: str) -> None:
        """See ports.ScheduleStore."""
        found = self.get(schedule_id)
        self._connection.execute(delete(table).where(table.c.id == found.id))

    def runbooks_that_name(self, path: str) -> list[str]:
        """See ports.ScheduleStore."""
        wanted = path.casefold()
        return sorted({at for at, text in self._documents() if wanted in _names(from_json(text))}, key=str.casefold)

    def _documents(self) -> Iterator[tuple[str, str]]:
        """Path of the runbook and text of each newest version and draft that may name a schedule."""
        at_version = (runbook_version.c.runbook_id == runbook.c.id) & (runbook_version.c.version == runbook.c.version)
        at_draft = draft.c.runbook_id == runbook.c.id
        for held, on in ((runbook_version, at_version), (draft, at_draft)):
            document = held.c.document
            may_name = or_(document.contains('"schedule":'), document.contains(CHECK_SCHEDULE))
            query = select(runbook.c.path, document).join(held, on).where(runbook.c.deleted_at.is_(None), may_name)
            for row in self._connection.execute(query):
                yield row.path, row.document


def _names(document: Mapping[str, Json]) -> set[str]:
    """The folded paths of the schedules that a document names; a draft may hold anything anywhere."""
    activities = _mapping(document.get("activities")).values()
    checks = (each for each in map(_mapping, activities) if each.get("type") == CHECK_SCHEDULE)
    found = [_mapping(each.get("inputs")).get(_INPUT) for each in checks]
    return {str(each).casefold() for each in (_mapping(document.get("settings")).get("schedule"), *found) if each}


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _days_json(days: Days) -> dict[str, Json]:
    if isinstance(days, DaysOfMonth):
        return {"month": days.text}
    return {
        "weekdays": [each.value for each in Weekday if each in days.weekdays],
        "occurrences": [each.value for each in Occurrence if each in days.occurrences],
    }


def _days(stored: dict[str, Any]) -> Days:
    if "month" in stored:
        return days_of_month(stored["month"])
    return DaysOfWeek(frozenset(map(Weekday, stored["weekdays"])), frozenset(map(Occurrence, stored["occurrences"])))


def _schedule(row: RowMapping) -> Schedule:
    exceptions: dict[str, str] = from_json(row["exceptions"])
    return Schedule(
        id=row["id"],
        path=row["path"],
        description=row["description"],
        time_zone=row["time_zone"],
        days=_days(from_json(row["days"])),
        hours=hours_of_compact(row["hours"]),
        exceptions=tuple(DayException(date.fromisoformat(at), Ruling(ruling)) for at, ruling in exceptions.items()),
    )
