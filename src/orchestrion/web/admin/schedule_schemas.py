"""Bodies of the routes about schedules."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StringConstraints

from orchestrion.model.schedules import MOST_CHARACTERS, MOST_EXCEPTIONS, Occurrence, Ruling, Weekday
from orchestrion.web.admin.resource_schemas import Description, ResourcePath
from orchestrion.web.schemas import Answer, Order

_ROW = "^[01]{24}$"


class DaysOfWeek(Order):
    """Chosen weekdays in chosen weeks of the month."""

    by: Literal["week"]
    weekdays: list[Weekday] = Field(default_factory=lambda: list(Weekday))
    occurrences: list[Occurrence] = Field(default_factory=lambda: list(Occurrence))
    """Which of the month's Mondays, and so on. The last one is the fourth or the fifth."""


class DaysOfMonth(Order):
    """Chosen days of every month."""

    by: Literal["month"]
    text: Annotated[str, StringConstraints(max_length=MOST_CHARACTERS)]
    """Days and ranges, such as `1,3`, `1-21`, `10-12, last` or `all`."""


Days: TypeAlias = Annotated[DaysOfWeek | DaysOfMonth, Field(discriminator="by")]
HourRow: TypeAlias = Annotated[str, StringConstraints(pattern=_ROW)]
HourRows: TypeAlias = Annotated[list[HourRow], Field(min_length=7, max_length=7)]
TimeZone: TypeAlias = Annotated[str, StringConstraints(max_length=100)]


class ScheduleException(Order):
    """A date for which the days and hours do not count."""

    date: date
    ruling: Ruling
    """Whether all of the date is allowed, or none of it."""


Exceptions: TypeAlias = Annotated[list[ScheduleException], Field(max_length=MOST_EXCEPTIONS)]


class Schedule(Answer):
    """When runbooks may start."""

    id: str
    path: str
    """Folders and name, joined with '/'."""
    description: str
    time_zone: str
    """Such as Europe/Berlin; empty: the local clock of the runbook server."""
    days: Days
    hours: list[str]
    """Seven texts, Monday first, of 24 characters from midnight on: 1 permits, 0 denies."""
    exceptions: list[ScheduleException]


class ChangedSchedule(Schedule):
    """A schedule after a change."""

    left_behind: list[str]
    """The runbooks that still name it by the path it had before: they fail to start until they name another one."""


class ScheduleDetails(Order):
    """What a schedule says; it permits always where nothing else is given."""

    time_zone: TimeZone = ""
    """Such as Europe/Berlin; empty: the local clock of the runbook server."""
    days: Days | None = None
    """Every day when it is left out."""
    hours: HourRows | None = None
    """Seven texts, Monday first, of 24 characters from midnight on: 1 permits, 0 denies. All when it is left out."""
    exceptions: Exceptions = Field(default_factory=list)


class ScheduleOrder(ScheduleDetails):
    """A new schedule."""

    path: ResourcePath
    description: Description = ""


class ScheduleChange(Order):
    """What changes about a schedule; what is left out stays, exceptions are replaced as a whole."""

    path: ResourcePath | None = None
    description: Description | None = None
    time_zone: TimeZone | None = None
    days: Days | None = None
    hours: HourRows | None = None
    exceptions: Exceptions | None = None


class ScheduleWindow(Answer):
    """A time in which starts are permitted, as the clock that counts shows it."""

    start: datetime
    end: datetime | None
    """The first moment that is not permitted any more; null: it never ends."""


class ScheduleUsers(Answer):
    """Who uses a schedule."""

    runbooks: list[str]
    """Paths of the runbooks that name it in their settings or in an activity, checked in or in a draft."""
