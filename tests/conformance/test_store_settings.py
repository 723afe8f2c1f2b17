"""Settings of the installation behave alike on every database."""

from __future__ import annotations

from datetime import datetime

import pytest

from orchestrion.ports.transaction import Database

pytestmark = pytest.mark.anyio


async def test_a_setting_is_what_was_set_last(database: Database, now: datetime) -> None:
    """Any JSON; a second value replaces the first."""
    await database.write(lambda tx: tx.settings.put("purge", 1, now))
    await database.write(lambda tx: tx.settings.put("purge", {"at": "01:00", "ä": [None, True]}, now))
    assert await database.read(lambda tx: tx.settings.get("purge")) == {"at": "01:00", "ä": [None, True]}


async def test_a_setting_that_nobody_has_set_is_none(database: Database, now: datetime) -> None:
    """Also after it was taken away, and again."""
    await database.write(lambda tx: tx.settings.put("purge", "x", now))
    for _ in range(2):
        await database.write(lambda tx: tx.settings.remove("purge"))
    assert await database.read(lambda tx: tx.settings.get("purge")) is None
