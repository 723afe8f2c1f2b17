"""How many jobs a second can be asked for, one after the other and many callers at once, while nobody runs them."""

from __future__ import annotations

import time

import anyio

from orchestrion.bootstrap.composition import Core
from orchestrion.model.access import SYSTEM
from orchestrion.services.jobs import StartRequest
from tests.bench.chain import Figures, Load, prepared
from tests.bench.place import Place

_STARTS, _CALLERS = 1000, 32


async def starts(place: Place, load: Load) -> Figures:
    """Jobs a second through the service; of the last ones, when many wait already, as well."""
    runbook_id = await prepared(place, load.kind)
    async with place.core() as core:
        single = await _rate(core, runbook_id, 1)
        together = await _rate(core, runbook_id, _CALLERS)
        later = await _rate(core, runbook_id, _CALLERS)
    return {"single": single, "callers": _CALLERS, "together": together, "with_2000_waiting": later}


async def _rate(core: Core, runbook_id: str, callers: int) -> int:
    async def ask() -> None:
        for _ in range(_STARTS // callers):
            await core.services.jobs.start(SYSTEM, StartRequest(runbook_id))

    begin = time.perf_counter()
    async with anyio.create_task_group() as group:
        for _ in range(callers):
            group.start_soon(ask)
    return round(_STARTS // callers * callers / (time.perf_counter() - begin))
