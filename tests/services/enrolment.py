"""Enrolment tokens for runbook servers that run as processes on a PostgreSQL of the tests."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from orchestrion.model.access import SYSTEM
from orchestrion.runbookserver.clock import SystemClock
from orchestrion.security.tokens import SystemSecrets
from orchestrion.services.enrolment import Enrolment
from orchestrion.storage.database import open_database
from orchestrion.storage.migrate import migrate


def enrolment_token(url: str, uses: int = 1000) -> str:
    """A token that lets so many servers in; brings the database to this release first."""
    with ThreadPoolExecutor(1) as thread:  # the caller may be inside of an event loop
        return thread.submit(lambda: asyncio.run(_made(url, uses))).result()


async def _made(url: str, uses: int) -> str:
    await migrate(url)
    database = open_database(url)
    try:
        return (await Enrolment(database, SystemClock(), SystemSecrets()).create(SYSTEM, uses)).secret
    finally:
        await database.close()
