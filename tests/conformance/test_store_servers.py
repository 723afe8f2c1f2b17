"""Runbook servers, their leases by the database's clock, and who leads (durability.md 4, 5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from uuid_utils import uuid4

from orchestrion.model.resources import RunbookServer, ServerStatus
from orchestrion.ports.servers import LEADER, Registration
from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.moments import moment
from tests.conformance.silence import fall_silent

pytestmark = pytest.mark.anyio
FAR_OFF = datetime(2001, 1, 1, tzinfo=UTC)  # by the wrong clock of a server


async def register(database: SqlDatabase, name: str = "s", lease: float = 15) -> RunbookServer:
    """The server begins a life."""
    new = Registration(name, "1", 10, lease)
    return await database.write(lambda tx: tx.servers.register(new, FAR_OFF))


async def expire(database: SqlDatabase, *servers: RunbookServer) -> list[str]:
    """The watchdog has heard nothing of them."""
    return await database.write(lambda tx: tx.servers.expire([each.id for each in servers], FAR_OFF))


async def found(database: SqlDatabase, name: str) -> RunbookServer:
    """The server as it stands."""
    servers = await database.read(lambda tx: tx.servers.all())
    return next(each for each in servers if each.name == name)


async def test_a_moment_is_the_databases_own(database: SqlDatabase) -> None:
    """With a column or a number of seconds added to it."""
    query = select(moment(), moment(60), moment(-0.5))
    now, later, before = await database.on_writer(lambda connection: connection.execute(query).one())
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)
    assert timedelta(seconds=59) < later - now < timedelta(seconds=61)
    assert timedelta(seconds=-1) < before - now < timedelta()


async def test_a_server_with_a_wrong_clock_lives_as_long_as_any(database: SqlDatabase) -> None:
    """Its own clock is for what people read."""
    server = await register(database)
    assert server.is_heard
    assert await expire(database, server) == []


async def test_a_server_is_judged_by_its_own_lease(database: SqlDatabase) -> None:
    """Whoever has a long one is waited for longer, whatever the watchdog's own lease is."""
    short, long = await register(database, "short", 5), await register(database, "long", 60)
    for each in (short, long):
        await fall_silent(database, each.id, 10)
    assert [(await found(database, name)).is_heard for name in ("short", "long")] == [False, True]
    assert await expire(database, short, long) == ["short"]


async def test_a_heartbeat_renews_the_lease(database: SqlDatabase) -> None:
    """Until the epoch is another one."""
    server = await register(database)
    await fall_silent(database, server.id, 20)
    assert await database.write(lambda tx: tx.servers.beat(server.id, server.epoch))
    assert (await found(database, "s")).is_heard
    assert await expire(database, server) == []
    assert not await database.write(lambda tx: tx.servers.beat(server.id, server.epoch + 1))


async def test_an_expired_server_is_fenced(database: SqlDatabase) -> None:
    """Its epoch rises, and its heart is told; it is expired once."""
    server = await register(database)
    await fall_silent(database, server.id, 20)
    assert await expire(database, server) == ["s"]
    assert await expire(database, server) == []
    assert not await database.write(lambda tx: tx.servers.beat(server.id, server.epoch))
    after = await found(database, "s")
    assert (after.status, after.epoch) == (ServerStatus.OFFLINE, server.epoch + 1)


async def test_only_servers_that_are_not_offline_have_a_pulse(database: SqlDatabase) -> None:
    """With the lease that each was granted."""
    await register(database, "here", 7)
    gone = await register(database, "gone")
    await database.write(lambda tx: tx.servers.leave(gone.id, gone.epoch, FAR_OFF))
    (pulse,) = await database.read(lambda tx: tx.servers.pulses())
    assert (pulse.server_id, pulse.lease_seconds) == ((await found(database, "here")).id, 7)


async def acquire(database: SqlDatabase, holder: str, seconds: float = 60, token: str | None = None) -> str | None:
    """Asks for the lead."""
    return await database.write(lambda tx: tx.leases.acquire(LEADER, holder, seconds, token))


async def test_one_leads_until_its_lease_is_over(database: SqlDatabase) -> None:
    """Each grant has a token of its own, and only that renews it."""
    first = await acquire(database, "a")
    assert first is not None
    assert await acquire(database, "b") is None
    assert await acquire(database, "a") is None
    assert await acquire(database, "a", 0, first) == first
    second = await acquire(database, "b")
    assert second not in (None, first)
    assert await acquire(database, "a", token=first) is None
    assert await database.read(lambda tx: tx.leases.holder(LEADER)) == "b"


async def test_a_lead_that_is_given_up_is_free(database: SqlDatabase) -> None:
    """Only its own token gives a grant up."""
    token = await acquire(database, "a") or ""
    await database.write(lambda tx: tx.leases.release(LEADER, str(uuid4())))
    assert await acquire(database, "b") is None
    await database.write(lambda tx: tx.leases.release(LEADER, token))
    assert await database.read(lambda tx: tx.leases.holder(LEADER)) is None
    assert await acquire(database, "b") is not None


async def test_a_server_that_is_gone_leads_no_longer(database: SqlDatabase) -> None:
    """Whether it left, was expired or begins a new life; the list shows who leads."""
    server = await register(database)
    await acquire(database, server.id)
    assert (await found(database, "s")).is_leader
    again = await register(database)
    assert not again.is_leader
    assert await acquire(database, "b") is not None
