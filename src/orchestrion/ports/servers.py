"""Runbook servers and leadership: records and the store."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from orchestrion.model.resources import RunbookServer, ServerStatus


class ServerStore(Protocol):
    """Registered runbook servers. `epoch` rises whenever a server is registered anew or expired: it fences writes."""

    def register(self, name: str, version: str, capacity: int, now: datetime) -> RunbookServer:
        """Registers the server under its name with a new epoch.

        What an earlier process of that name owned is ready again, so that its instances are taken up where they stood.
        """

    def beat(self, server_id: str, epoch: int, now: datetime) -> bool:
        """Renews the heartbeat; False when the epoch is no longer the server's."""

    def leave(self, server_id: str, epoch: int, now: datetime) -> None:
        """The server goes offline by itself: what it owns is ready at once. An older epoch changes nothing."""

    def set_status(self, server_id: str, status: ServerStatus) -> None:
        """Online, draining or offline."""

    def all(self) -> list[RunbookServer]:
        """Every server by rank."""

    def running_counts(self) -> dict[str, int]:
        """Mapping from server id to the number of instances it owns."""

    def expire(self, older_than: timedelta, now: datetime) -> list[str]:
        """Raises the epoch of servers not seen for so long, makes their instances ready and gives their names."""


class LeaseStore(Protocol):
    """Leadership: one row per role with a holder and an end."""

    def acquire(self, name: str, holder: str, duration: timedelta, now: datetime) -> bool:
        """Takes or renews the lease; False while another holder's has not ended."""

    def release(self, name: str, holder: str) -> None:
        """Gives it up."""
