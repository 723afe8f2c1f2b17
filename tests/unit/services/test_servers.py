"""Runbook servers as a resource: order, limits, what people want of them, and what holds by default."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrion.model.assignment import Policy
from orchestrion.model.errors import ConflictError, InvalidError, NotFoundError
from orchestrion.model.resources import RunbookServer, ServerStatus
from orchestrion.ports.servers import Registration
from orchestrion.ports.transaction import Database
from orchestrion.services.servers import HIGHEST_LIMIT, Move, Servers
from orchestrion.storage.wakeups import LocalWakeups
from tests.unit.services.world import ANNA, SERVER, TYPES, Clock

pytestmark = pytest.mark.anyio
ONE = Registration("one", "1.0", 4, 60.0, tags=("zone=dmz",), machine="m", process_id=7)


@pytest.fixture
def servers(database: Database, clock: Clock, wakeups: LocalWakeups) -> Servers:
    """The service over the database."""
    return Servers(database, clock, wakeups)


async def registered(database: Database, clock: Clock, *new: Registration) -> list[RunbookServer]:
    """Registers servers, each for the first time."""
    return [await database.write(lambda tx, each=each: tx.servers.register(each, clock.now())) for each in new]  # type: ignore[misc]  # bound at once


async def names(servers: Servers) -> list[str]:
    """All servers with their roles, in order."""
    return [f"{each.server.name} {each.role}" for each in await servers.all(ANNA)]


async def last_audit(database: Database) -> tuple[str, str]:
    """What was done last, and to what."""
    (entry,) = await database.read(lambda tx: tx.audit.recent(None, 1))
    return entry.action, entry.object_name


async def test_a_server_that_is_not_heard_of_is_offline(servers: Servers, database: Database, clock: Clock) -> None:
    """Whatever it said about itself last."""
    await registered(database, clock, ONE, replace(ONE, name="two", lease_seconds=0))
    assert await names(servers) == ["one primary", "two standby 1"]
    assert [each.status for each in await servers.all(ANNA)] == [ServerStatus.ONLINE, ServerStatus.OFFLINE]


async def test_a_server_shows_what_it_is_and_has(servers: Servers, database: Database, clock: Clock) -> None:
    """Where it runs, its tags and packs."""
    (server,) = await registered(database, clock, ONE)
    await database.write(lambda tx: tx.catalogue.announce(server.id, {"test-pack": "2.0"}, TYPES))
    view = await servers.one(ANNA, server.id)
    assert (view.server.machine, view.server.process_id, view.server.tags) == ("m", 7, frozenset({"zone=dmz"}))
    assert (view.packs, view.running, view.monitors) == ({"test-pack": "2.0"}, 0, 0)


async def test_servers_change_places(servers: Servers, database: Database, clock: Clock) -> None:
    """One up, one down, or to the front; at either end nothing happens."""
    one, two, three = await registered(database, clock, ONE, replace(ONE, name="two"), replace(ONE, name="three"))
    await servers.move(ANNA, three.id, Move.UP)
    assert await names(servers) == ["one primary", "three standby 1", "two standby 2"]
    await servers.move(ANNA, two.id, Move.FIRST)
    assert await names(servers) == ["two primary", "one standby 1", "three standby 2"]
    await servers.move(ANNA, three.id, Move.DOWN)
    await servers.move(ANNA, two.id, Move.DOWN)
    assert await names(servers) == ["one primary", "two standby 1", "three standby 2"]
    assert await last_audit(database) == ("demoted", "two")
    assert one.rank == 0


async def test_a_server_is_drained_and_resumed(servers: Servers, database: Database, clock: Clock) -> None:
    """Both are told and audited."""
    (server,) = await registered(database, clock, ONE)
    assert (await servers.drain(ANNA, server.id)).status is ServerStatus.DRAINING
    assert await last_audit(database) == ("drained", "one")
    assert (await servers.resume(ANNA, server.id)).status is ServerStatus.ONLINE
    assert await last_audit(database) == ("resumed", "one")


async def test_a_new_process_ends_draining_but_not_maintenance(
    servers: Servers, database: Database, clock: Clock
) -> None:
    """Who drains means to start it anew; maintenance holds until somebody ends it."""
    (server,) = await registered(database, clock, ONE)
    await servers.drain(ANNA, server.id)
    await registered(database, clock, replace(ONE, epoch_before=1))
    assert (await servers.one(ANNA, server.id)).status is ServerStatus.DRAINING
    await registered(database, clock, ONE)
    assert (await servers.one(ANNA, server.id)).status is ServerStatus.ONLINE
    await servers.maintain(ANNA, server.id, begins=True)
    await registered(database, clock, ONE)
    assert (await servers.one(ANNA, server.id)).status is ServerStatus.MAINTENANCE
    assert (await servers.maintain(ANNA, server.id, begins=False)).status is ServerStatus.ONLINE


async def test_limits_hold_for_one_server_or_for_all(servers: Servers, database: Database, clock: Clock) -> None:
    """Without one the server's own capacity counts."""
    one, _ = await registered(database, clock, ONE, replace(ONE, name="two"))
    await servers.limit(ANNA, None, 200)
    await servers.limit(ANNA, one.id, None)
    assert [each.server.limit for each in await servers.all(ANNA)] == [4, 200]
    assert await last_audit(database) == ("limited", "one")


@pytest.mark.parametrize("limit", [0, HIGHEST_LIMIT + 1])
async def test_a_limit_that_makes_no_sense_is_refused(servers: Servers, limit: int) -> None:
    """It is at least one."""
    with pytest.raises(InvalidError, match="from 1 to"):
        await servers.limit(ANNA, None, limit)


async def test_a_server_that_lives_is_not_removed(servers: Servers, database: Database, clock: Clock) -> None:
    """Its process would go on, without anybody seeing it."""
    (server,) = await registered(database, clock, ONE)
    with pytest.raises(ConflictError, match="is online"):
        await servers.remove(ANNA, server.id)


async def test_a_server_that_is_gone_is_removed(servers: Servers, database: Database, clock: Clock) -> None:
    """With its packs; then nobody knows it."""
    (server,) = await registered(database, clock, ONE)
    await database.write(lambda tx: tx.servers.leave(server.id, server.epoch, clock.now()))
    await servers.remove(ANNA, server.id)
    assert await last_audit(database) == ("removed", "one")
    with pytest.raises(NotFoundError):
        await servers.one(ANNA, server.id)


async def test_who_is_not_known_cannot_be_changed(servers: Servers) -> None:
    """Neither an id of nobody, nor what is no id."""
    for wanted in (SERVER, "nobody"):
        with pytest.raises(NotFoundError):
            await servers.drain(ANNA, wanted)


async def test_the_global_list_names_servers_that_are_there(servers: Servers, database: Database, clock: Clock) -> None:
    """By name or by tag; the policy stays when only the list changes."""
    await registered(database, clock, ONE)
    await servers.set_defaults(ANNA, policy=Policy.LEAST_LOADED)
    found = await servers.set_defaults(ANNA, ["tag:zone=dmz"])
    assert (found.servers, found.policy) == (("tag:zone=dmz",), Policy.LEAST_LOADED)
    with pytest.raises(InvalidError, match="There is no runbook server 'two'"):
        await servers.set_defaults(ANNA, ["one", "two"])
    assert await servers.defaults(ANNA) == found
