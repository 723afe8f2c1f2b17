"""Looks at the database five times a second: no instance may be without a live owner for long.

What the database cannot tell, whether two processes act for one instance, the target tells (`OutsideTarget.callers`).
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import asyncpg

EVERY_SECONDS = 0.2
_CONNECT_SECONDS = 2
_LOOK = """
SELECT instance.id::text, instance.state, instance.status, server.name AS owner, leader.name AS leader,
       extract(epoch FROM clock_timestamp() - server.last_seen_at)::float AS silent,
       EXISTS (SELECT FROM server AS other WHERE other.status = 'online'
                AND other.last_seen_at > clock_timestamp() - make_interval(secs => $1)
                AND other.capacity > (SELECT count(*) FROM instance AS mine
                                       WHERE mine.server_id = other.id AND mine.state = 'owned')) AS has_room
  FROM instance LEFT JOIN server ON server.id = instance.server_id
  LEFT JOIN lease ON lease.name = 'leader' LEFT JOIN server AS leader ON leader.id::text = lease.holder::text
 WHERE instance.state <> 'ended'
"""


@dataclass(frozen=True, slots=True)
class Owned:
    """One instance that has not ended: its state, the server that owns it, and who leads."""

    state: str
    status: str
    owner: str | None
    leader: str | None


class Watch:
    """`longest` is how long any instance was without a live owner, in seconds, not counting when nobody could look."""

    def __init__(self, url: str, live_seconds: float) -> None:
        self._url = url
        self._live_seconds = live_seconds
        self._alone: dict[str, float] = {}
        self._back_at = 0.0
        self.instances: dict[str, Owned] = {}
        self.longest = 0.0
        self.looks = 0
        self.is_away = True

    async def run(self) -> None:
        """Looks until cancelled; a lost connection is opened anew."""
        while True:
            try:
                connection = await asyncpg.connect(
                    self._url, timeout=_CONNECT_SECONDS, command_timeout=_CONNECT_SECONDS
                )
                try:
                    await self._look_on(connection)
                finally:
                    connection.terminate()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                self.is_away = True
                await asyncio.sleep(EVERY_SECONDS)

    def begin(self) -> None:
        """Measures from now on."""
        self.longest = 0.0

    def owned_by(self, name: str) -> set[str]:
        """The instances that a server owned at the last look."""
        return {key for key, each in self.instances.items() if each.state == "owned" and each.owner == name}

    @property
    def leader(self) -> str | None:
        """Who leads, as far as any instance is there to tell."""
        return next((each.leader for each in self.instances.values()), None)

    async def _look_on(self, connection: Any) -> None:
        while True:
            rows = await connection.fetch(_LOOK, self._live_seconds)
            now = time.monotonic()
            if self.is_away:
                self._back_at, self.is_away = now, False
            self.looks += 1
            self._alone = {row["id"]: since for row in rows if (since := self._alone_since(row, now)) is not None}
            self.longest = max([self.longest, *(now - since for since in self._alone.values())])
            self.instances = {
                row["id"]: Owned(row["state"], row["status"], row["owner"], row["leader"]) for row in rows
            }
            await asyncio.sleep(EVERY_SECONDS)

    def _alone_since(self, row: Any, now: float) -> float | None:
        """Since when nobody who lives has the instance, although somebody could have it."""
        known = self._alone.get(row["id"], now)
        if row["state"] == "owned" and row["silent"] > self._live_seconds:
            began: float = now - row["silent"]
            return max(min(known, began), self._back_at)
        if row["state"] == "ready" and row["has_room"]:
            return max(known, self._back_at)
        return None
