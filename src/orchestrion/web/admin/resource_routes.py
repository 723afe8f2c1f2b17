"""Counters and computer groups."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from orchestrion.model.computer_groups import GroupEntry
from orchestrion.services import computer_groups, counters
from orchestrion.web.admin.resource_schemas import (
    ComputerGroup,
    ComputerGroupChange,
    ComputerGroupEntryOrder,
    ComputerGroupMembers,
    ComputerGroupOrder,
    Counter,
    CounterChange,
    CounterOrder,
    CounterValueChange,
)
from orchestrion.web.deps import ActorGiven, ServicesGiven
from orchestrion.web.schemas import Id

router = APIRouter(tags=["administration"])


@router.get("/counters", operation_id="list_counters", summary="All counters")
async def list_counters(actor: ActorGiven, services: ServicesGiven) -> list[Counter]:
    """Every counter by path, with its present value."""
    return [Counter.model_validate(each) for each in await services.counters.all(actor)]


@router.post("/counters", operation_id="create_counter", summary="Make a counter", status_code=201)
async def create_counter(body: CounterOrder, actor: ActorGiven, services: ServicesGiven) -> Counter:
    """Makes a counter that stands at its default value."""
    new = counters.CounterChange(
        path=body.path,
        default_value=body.default_value,
        minimum=body.minimum,
        maximum=body.maximum,
        description=body.description,
    )
    return Counter.model_validate(await services.counters.create(actor, new))


@router.get("/counters/{counter_id}", operation_id="get_counter", summary="One counter")
async def get_counter(counter_id: Id, actor: ActorGiven, services: ServicesGiven) -> Counter:
    """The counter with its present value."""
    return Counter.model_validate(await services.counters.counter(actor, counter_id))


@router.patch("/counters/{counter_id}", operation_id="change_counter", summary="Change a counter")
async def change_counter(counter_id: Id, body: CounterChange, actor: ActorGiven, services: ServicesGiven) -> Counter:
    """Changes everything about a counter but its value."""
    return Counter.model_validate(await services.counters.change(actor, counter_id, _counter_change(body)))


@router.delete("/counters/{counter_id}", operation_id="delete_counter", summary="Delete a counter", status_code=204)
async def delete_counter(counter_id: Id, actor: ActorGiven, services: ServicesGiven) -> None:
    """Deletes a counter."""
    await services.counters.remove(actor, counter_id)


@router.post("/counters/{counter_id}/change", operation_id="change_counter_value", summary="Change a counter's value")
async def change_counter_value(
    counter_id: Id, body: CounterValueChange, actor: ActorGiven, services: ServicesGiven
) -> Counter:
    """Changes the value at once: no change that others make meanwhile is lost.

    Beyond a bound it is refused; a compare-and-set that finds another value is a conflict.
    """
    change = counters.ValueChange(body.operation, body.amount, body.expected)
    return Counter.model_validate(await services.counters.change_value(actor, counter_id, change))


@router.get("/computer-groups", operation_id="list_computer_groups", summary="All computer groups")
async def list_computer_groups(actor: ActorGiven, services: ServicesGiven) -> list[ComputerGroup]:
    """Every computer group by path."""
    return [ComputerGroup.model_validate(each) for each in await services.computer_groups.all(actor)]


@router.post("/computer-groups", operation_id="create_computer_group", summary="Make a computer group", status_code=201)
async def create_computer_group(body: ComputerGroupOrder, actor: ActorGiven, services: ServicesGiven) -> ComputerGroup:
    """Makes a computer group."""
    new = computer_groups.GroupChange(path=body.path, entries=_entries(body.entries), description=body.description)
    return ComputerGroup.model_validate(await services.computer_groups.create(actor, new))


@router.get("/computer-groups/{group_id}", operation_id="get_computer_group", summary="One computer group")
async def get_computer_group(group_id: Id, actor: ActorGiven, services: ServicesGiven) -> ComputerGroup:
    """The computer group with its entries as they were written."""
    return ComputerGroup.model_validate(await services.computer_groups.group(actor, group_id))


@router.patch("/computer-groups/{group_id}", operation_id="change_computer_group", summary="Change a computer group")
async def change_computer_group(
    group_id: Id, body: ComputerGroupChange, actor: ActorGiven, services: ServicesGiven
) -> ComputerGroup:
    """Changes a computer group; groups that hold it follow a new path."""
    change = _group_change(body)
    return ComputerGroup.model_validate(await services.computer_groups.change(actor, group_id, change))


@router.delete(
    "/computer-groups/{group_id}",
    operation_id="delete_computer_group",
    summary="Delete a computer group",
    status_code=204,
)
async def delete_computer_group(group_id: Id, actor: ActorGiven, services: ServicesGiven) -> None:
    """Deletes a computer group; one that is part of another is kept, and that is a conflict."""
    await services.computer_groups.remove(actor, group_id)


@router.get(
    "/computer-groups/{group_id}/members",
    operation_id="list_computer_group_members",
    summary="The computers of a computer group",
)
async def list_computer_group_members(group_id: Id, actor: ActorGiven, services: ServicesGiven) -> ComputerGroupMembers:
    """What the group stands for now: ranges and the groups in it expanded, in order, none twice."""
    return ComputerGroupMembers(computers=list(await services.computer_groups.members(actor, group_id)))


def _counter_change(body: CounterChange) -> counters.CounterChange:
    """What was sent: null takes a bound away, and keeps everything else."""
    change = counters.CounterChange()
    if body.path is not None:
        change["path"] = body.path
    if body.default_value is not None:
        change["default_value"] = body.default_value
    if "minimum" in body.model_fields_set:
        change["minimum"] = body.minimum
    if "maximum" in body.model_fields_set:
        change["maximum"] = body.maximum
    if body.description is not None:
        change["description"] = body.description
    return change


def _group_change(body: ComputerGroupChange) -> computer_groups.GroupChange:
    change = computer_groups.GroupChange()
    if body.path is not None:
        change["path"] = body.path
    if body.entries is not None:
        change["entries"] = _entries(body.entries)
    if body.description is not None:
        change["description"] = body.description
    return change


def _entries(entries: Sequence[ComputerGroupEntryOrder]) -> list[GroupEntry]:
    return [GroupEntry(each.kind, each.value) for each in entries]
