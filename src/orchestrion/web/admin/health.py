"""What the health page looks at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from orchestrion.model.access import Actor
from orchestrion.model.errors import OrchestrionError
from orchestrion.model.resources import ServerStatus
from orchestrion.services.operations import ServerView
from orchestrion.web.admin.schemas import HealthCheck
from orchestrion.web.deps import Services

Grade = Literal["ok", "warning", "error"]
_GRADES: tuple[Grade, ...] = ("ok", "warning", "error")


async def checks(actor: Actor, services: Services) -> list[HealthCheck]:
    """Every check with what it saw. One that cannot look is an error by itself and hides no other."""
    return [await _database(actor, services), await _servers(actor, services), await _doubts(actor, services)]


def worst(found: Sequence[HealthCheck]) -> Grade:
    """The gravest status among the checks."""
    return max((each.status for each in found), key=_GRADES.index, default="ok")


async def _database(actor: Actor, services: Services) -> HealthCheck:
    started = services.clock.steady()
    try:
        await services.folders.all(actor)
    except OrchestrionError as error:
        return HealthCheck(name="Orchestration database", status="error", detail=str(error))
    took = (services.clock.steady() - started) * 1000
    return HealthCheck(name="Orchestration database", status="ok", detail=f"It answered in {took:.0f} ms.")


async def _servers(actor: Actor, services: Services) -> HealthCheck:
    name = "Runbook servers"
    try:
        found = await services.operations.servers(actor)
    except OrchestrionError as error:
        return HealthCheck(name=name, status="error", detail=str(error))
    offline = [each.server.name for each in found if each.status is ServerStatus.OFFLINE]
    if len(offline) == len(found):
        return HealthCheck(name=name, status="error", detail="None is online: jobs wait until one is started.")
    if offline:
        return HealthCheck(name=name, status="warning", detail=f"Not online: {', '.join(offline)}.")
    return HealthCheck(name=name, status="ok", detail=f"{_online(found)} online.")


async def _doubts(actor: Actor, services: Services) -> HealthCheck:
    name = "Activities in doubt"
    try:
        count = len(await services.jobs.doubts(actor))
    except OrchestrionError as error:
        return HealthCheck(name=name, status="error", detail=str(error))
    if count:
        return HealthCheck(name=name, status="warning", detail=f"{count} wait for an answer.")
    return HealthCheck(name=name, status="ok", detail="None.")


def _online(found: Sequence[ServerView]) -> int:
    return sum(each.status is not ServerStatus.OFFLINE for each in found)
