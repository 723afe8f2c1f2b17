"""Schedules."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from orchestrion.model import schedules as model
from orchestrion.model.calendar import Window
from orchestrion.services import schedules
from orchestrion.web.admin import schedule_schemas as bodies
from orchestrion.web.admin.schedule_schemas import (
    ChangedSchedule,
    Schedule,
    ScheduleChange,
    ScheduleDetails,
    ScheduleOrder,
    ScheduleUsers,
    ScheduleWindow,
)
from orchestrion.web.deps import ActorGiven, ServicesGiven
from orchestrion.web.schemas import Id

router = APIRouter(tags=["administration"])
Count = Annotated[int, Query(ge=1, le=100, description="How many at most.")]


@router.get("/schedules", operation_id="list_schedules", summary="All schedules")
async def list_schedules(actor: ActorGiven, services: ServicesGiven) -> list[Schedule]:
    """Every schedule by path."""
    return [_schedule(each) for each in await services.schedules.all(actor)]


@router.post("/schedules", operation_id="create_schedule", summary="Make a schedule", status_code=201)
async def create_schedule(body: ScheduleOrder, actor: ActorGiven, services: ServicesGiven) -> Schedule:
    """Makes a schedule."""
    new = _change(ScheduleChange(**dict(body)))
    return _schedule(await services.schedules.create(actor, new))


@router.post("/schedules/preview", operation_id="preview_schedule", summary="Try a schedule")
async def preview_schedule(
    body: ScheduleDetails, actor: ActorGiven, services: ServicesGiven, count: Count = 10
) -> list[ScheduleWindow]:
    """The next times in which such a schedule would permit starts; nothing is stored."""
    change = _change(ScheduleChange(**dict(body)))
    return _windows(await services.schedules.preview(actor, change, count))


@router.get("/schedules/{schedule_id}", operation_id="get_schedule", summary="One schedule")
async def get_schedule(schedule_id: Id, actor: ActorGiven, services: ServicesGiven) -> Schedule:
    """The schedule."""
    return _schedule(await services.schedules.schedule(actor, schedule_id))


@router.patch("/schedules/{schedule_id}", operation_id="change_schedule", summary="Change a schedule")
async def change_schedule(
    schedule_id: Id, body: ScheduleChange, actor: ActorGiven, services: ServicesGiven
) -> ChangedSchedule:
    """Changes a schedule. A new path does not follow into runbooks; the answer names those it leaves behind."""
    changed = await services.schedules.change(actor, schedule_id, _change(body))
    return ChangedSchedule(**dict(_schedule(changed.schedule)), left_behind=list(changed.left_behind))


@router.delete("/schedules/{schedule_id}", operation_id="delete_schedule", summary="Delete a schedule", status_code=204)
async def delete_schedule(schedule_id: Id, actor: ActorGiven, services: ServicesGiven) -> None:
    """Deletes a schedule; one that runbooks use is kept, and that is a conflict."""
    await services.schedules.remove(actor, schedule_id)


@router.get("/schedules/{schedule_id}/windows", operation_id="list_schedule_windows", summary="When a schedule permits")
async def list_schedule_windows(
    schedule_id: Id, actor: ActorGiven, services: ServicesGiven, count: Count = 10
) -> list[ScheduleWindow]:
    """The next times in which it permits starts, from now on; without a time zone by the clock of the web service."""
    return _windows(await services.schedules.windows(actor, schedule_id, count))


@router.get("/schedules/{schedule_id}/runbooks", operation_id="list_schedule_runbooks", summary="Who uses a schedule")
async def list_schedule_runbooks(schedule_id: Id, actor: ActorGiven, services: ServicesGiven) -> ScheduleUsers:
    """The runbooks that name the schedule."""
    return ScheduleUsers(runbooks=await services.schedules.runbooks(actor, schedule_id))


def _change(body: ScheduleChange) -> schedules.ScheduleChange:
    """What was sent: null keeps."""
    change = schedules.ScheduleChange()
    if body.path is not None:
        change["path"] = body.path
    if body.description is not None:
        change["description"] = body.description
    if body.time_zone is not None:
        change["time_zone"] = body.time_zone
    if body.days is not None:
        change["days"] = _days(body.days)
    if body.hours is not None:
        change["hours"] = model.hours_of_rows(body.hours)
    if body.exceptions is not None:
        change["exceptions"] = tuple(model.DayException(each.date, each.ruling) for each in body.exceptions)
    return change


def _days(body: bodies.Days) -> model.Days:
    if isinstance(body, bodies.DaysOfMonth):
        return model.days_of_month(body.text)
    return model.DaysOfWeek(frozenset(body.weekdays), frozenset(body.occurrences))


def _schedule(found: model.Schedule) -> Schedule:
    return Schedule(
        id=found.id,
        path=found.path,
        description=found.description,
        time_zone=found.time_zone,
        days=_days_body(found.days),
        hours=list(found.hours.rows),
        exceptions=[bodies.ScheduleException(date=each.date, ruling=each.ruling) for each in found.exceptions],
    )


def _days_body(found: model.Days) -> bodies.Days:
    if isinstance(found, model.DaysOfMonth):
        return bodies.DaysOfMonth(by="month", text=found.text)
    return bodies.DaysOfWeek(
        by="week",
        weekdays=[each for each in model.Weekday if each in found.weekdays],
        occurrences=[each for each in model.Occurrence if each in found.occurrences],
    )


def _windows(found: list[Window]) -> list[ScheduleWindow]:
    return [ScheduleWindow.model_validate(each) for each in found]
