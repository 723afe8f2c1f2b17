"""Changing at run time what is worth a line in the log, in one process or in all (spec 5.13).

The wish is announced and not stored: a process that starts anew logs as its configuration says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pydantic_core import from_json, to_json

from orchestrion.model.access import Actor, Right, demand
from orchestrion.ports.clock import Clock
from orchestrion.ports.journal import Wakeups
from orchestrion.ports.observability import LOG_LEVEL
from orchestrion.ports.transaction import Database
from orchestrion.services.audit import Subject, audit_entry

Level = Literal["debug", "info", "warning", "error"]
LEVELS: tuple[Level, ...] = ("debug", "info", "warning", "error")
_LOOK_SECONDS = 60.0


class LogLevels:
    """The use case of somebody who looks for a fault."""

    def __init__(self, database: Database, clock: Clock, wakeups: Wakeups) -> None:
        self._database = database
        self._clock = clock
        self._wakeups = wakeups

    async def change(self, actor: Actor, level: Level, name: str = "") -> None:
        """Asks the process called `name`, or every one, to log at this level. Raises RefusedError."""
        demand(actor, Right.ADMINISTER)
        subject = Subject("log-level", name or "all", name or "every process")
        entry = audit_entry(actor, self._clock.now(), "changed", subject, {"level": level})
        await self._database.write(lambda tx: tx.audit.add(entry))
        self._wakeups.announce(LOG_LEVEL, to_json({"level": level, "name": name}).decode())


async def follow_log_level(wakeups: Wakeups, name: str, set_level: Callable[[Level], None]) -> None:
    """Obeys until cancelled what is asked of the process called `name`."""
    with wakeups.listen(LOG_LEVEL) as listener:
        while True:
            text = await listener.next(_LOOK_SECONDS)
            if text is None:
                continue
            asked = from_json(text)
            if asked["name"] in ("", name) and asked["level"] in LEVELS:
                set_level(asked["level"])
