"""Who claims what: by list, tag, packs, policy, limit and priority, on each database alike."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from orchestrion.model.assignment import Policy
from orchestrion.model.resources import Wanted
from orchestrion.ports.server_admin import DEFAULT_ASSIGNMENT, DEFAULT_SERVERS
from orchestrion.storage.database import SqlDatabase
from orchestrion.storage.journal import SqlJournal
from tests.conformance.silence import fall_silent
from tests.conformance.sites import NOW, Site

pytestmark = pytest.mark.anyio
SERVERS = ("north", "south", "west")
LATER = NOW + timedelta(seconds=2)


@pytest.fixture
async def site(database: SqlDatabase) -> Site:
    """A server that can copy, in the zone dmz; behind it one that can copy and mail."""
    made = Site(database)
    await made.server("north", "files.copy", tags=("zone=dmz",))
    await made.server("south", "files.copy", "mail.send")
    return made


async def test_a_server_claims_only_what_it_has_the_packs_for(site: Site) -> None:
    """The primary leaves it at once, and the standby need not wait."""
    await site.runbook("Mail", "mail.send")
    job = await site.start("Mail")
    assert await site.claimed_jobs("north", now=LATER) == []
    assert await site.claimed_jobs("south") == [job.id]


async def test_what_nobody_can_run_waits(site: Site) -> None:
    """It is not claimed to be held."""
    await site.runbook("Other", "ad.unlock")
    await site.start("Other")
    for name in ("north", "south"):
        assert await site.claim(name, now=LATER) == []


async def test_a_tag_permits_as_a_name_does(site: Site) -> None:
    """Named by the runbook's settings."""
    await site.runbook("Dmz", servers=["tag:zone=dmz"])
    job = await site.start("Dmz", ("tag:zone=dmz",))
    assert await site.claimed_jobs("south", now=LATER) == []
    assert await site.claimed_jobs("north") == [job.id]


async def test_the_list_of_a_start_comes_before_the_global_one(site: Site) -> None:
    """Which holds for everything else."""
    await site.database.write(lambda tx: tx.settings.put(DEFAULT_SERVERS, ["south"], NOW))
    await site.runbook("Any")
    anywhere, listed = await site.start("Any"), await site.start("Any", ("north",))
    assert await site.claimed_jobs("north") == [listed.id]
    assert await site.claimed_jobs("south") == [anywhere.id]


async def test_monitors_are_bound_by_the_same_list(site: Site) -> None:
    """And by the packs; each is armed once."""
    await site.runbook("Watch", "mail.send", is_monitor=True)
    await site.runbook("Listed", is_monitor=True)
    watch = await site.start("Watch", is_monitor=True)
    listed = await site.start("Listed", ("south",), is_monitor=True)
    assert await site.armed("north", LATER) == []
    assert await site.armed("south") == [watch.id, listed.id]
    assert await site.armed("south") == []


async def test_a_server_that_is_full_of_monitors_leaves_the_others(site: Site) -> None:
    """Its places for monitors are other ones than those for instances."""
    await site.server("north", monitor_capacity=1)
    await site.runbook("Watch", limit=9, is_monitor=True)
    started = [await site.start("Watch", is_monitor=True) for _ in range(3)]
    assert len(await site.armed("north")) == 1
    assert len(await site.armed("south")) == len(started) - 1


async def test_a_monitor_that_is_let_go_is_armed_elsewhere(site: Site) -> None:
    """Its job goes on."""
    await site.runbook("Watch", is_monitor=True)
    await site.start("Watch", is_monitor=True)
    (armed,) = await site.journal.claim_monitors(site.fences["north"], 5, NOW)
    await site.journal.let_go(site.fences["north"], armed)
    await site.journal.let_go(site.fences["north"], armed)
    await site.database.write(
        lambda tx: tx.server_admin.want(site.fences["north"].server_id, Wanted.DRAINING, hands_on=False, now=NOW)
    )
    assert await site.armed("north") == []
    assert await site.armed("south") == [armed.job_id]


@pytest.mark.parametrize("wanted", [Wanted.DRAINING, Wanted.MAINTENANCE])
async def test_a_server_that_is_to_take_nothing_takes_nothing(site: Site, wanted: Wanted) -> None:
    """From the next claim on, and nobody waits for it."""
    north = site.fences["north"].server_id
    await site.runbook("Any")
    await site.start("Any")
    await site.database.write(lambda tx: tx.server_admin.want(north, wanted, hands_on=False, now=NOW))
    assert await site.claim("north", now=LATER) == []
    assert len(await site.claim("south")) == 1


async def test_a_limit_holds_from_the_next_claim_on(site: Site) -> None:
    """For more and for less than the server was set up for."""
    north = site.fences["north"].server_id
    await site.runbook("Any")
    for _ in range(6):
        await site.start("Any", ("north",))
    await site.database.write(lambda tx: tx.server_admin.limit(north, 1))
    assert len(await site.claim("north")) == 1
    assert await site.claim("north") == []
    await site.database.write(lambda tx: tx.server_admin.limit(north, 4))
    assert len(await site.claim("north")) == 3
    await site.database.write(lambda tx: tx.server_admin.limit(north, None))
    assert len(await site.claim("north", 2)) == 0


async def test_a_new_order_holds_from_the_next_claim_on(site: Site) -> None:
    """The one promoted is filled first."""
    north, south = (site.fences[name].server_id for name in ("north", "south"))
    await site.database.write(lambda tx: tx.server_admin.put_in_order([south, north]))
    await site.runbook("Any")
    await site.start("Any")
    assert await site.claim("north") == []
    assert len(await site.claim("south")) == 1


async def test_the_least_loaded_server_gets_the_next(site: Site) -> None:
    """By the share of its places."""
    await site.runbook("Any", assignment="least-loaded")
    first, second = await site.start("Any"), await site.start("Any")
    assert await site.claimed_jobs("south") == [second.id]
    assert await site.claimed_jobs("north") == [first.id]


async def test_round_robin_goes_round(site: Site) -> None:
    """As the policy of all, one start after the other."""
    await site.database.write(lambda tx: tx.settings.put(DEFAULT_ASSIGNMENT, Policy.ROUND_ROBIN.value, NOW))
    await site.runbook("Any")
    taken = []
    for _ in range(4):
        await site.start("Any")
        for name in ("north", "south"):
            taken += [name for each in await site.claim(name, 1)]
    assert taken == ["north", "south", "north", "south"]


async def test_priority_comes_first_and_an_hour_of_waiting_is_worth_one_step(site: Site) -> None:
    """So that a low one does not wait for ever."""
    await site.runbook("Any")
    old = await site.start("Any", at=NOW - timedelta(hours=2, minutes=1))
    high = await site.start("Any", priority=2)
    higher = await site.start("Any", priority=3)
    assert await site.claimed_jobs("north", 5) + await site.claimed_jobs("south", 5) == [higher.id, old.id, high.id]


async def test_the_queue_of_a_runbook_obeys_priority_as_well(site: Site) -> None:
    """Within its limit, which stays exact."""
    await site.runbook("One", limit=1)
    running, low = await site.start("One"), await site.start("One")
    high = await site.start("One", priority=1)
    (claimed,) = await site.claim("north")
    assert claimed.job_id == running.id
    await site.end("north", claimed)
    (claimed,) = await site.claim("north")
    assert claimed.job_id == high.id
    await site.end("north", claimed)
    assert await site.claimed_jobs("north") == [low.id]


async def test_runbooks_take_turns(site: Site) -> None:
    """One start waits for one of the thirty that came before it, not for all of them."""
    await site.server("wide", capacity=100)
    await site.runbook("Many")
    await site.runbook("One")
    many = [await site.start("Many", ("wide",)) for _ in range(30)]
    ones = [await site.start("One", ("wide",)) for _ in range(2)]
    assert await site.claimed_jobs("wide", 4) == [many[0].id, ones[0].id, many[1].id, ones[1].id]


async def test_who_has_waited_keeps_its_turn(site: Site) -> None:
    """A new runbook does not overtake what was there before, again and again."""
    await site.runbook("Many")
    many = [await site.start("Many", ("south",)) for _ in range(4)]
    assert await site.claimed_jobs("south", 2) == [each.id for each in many[:2]]
    await site.runbook("New")
    new = [await site.start("New", ("south",)) for _ in range(2)]
    await site.database.write(lambda tx: tx.server_admin.limit(None, 9))
    assert await site.claimed_jobs("south", 4) == [many[2].id, new[0].id, many[3].id, new[1].id]


async def test_what_a_server_does_not_take_others_do(site: Site) -> None:
    """After two seconds whoever may, and at once when it is silent."""
    await site.runbook("Any")
    await site.start("Any")
    assert await site.claim("south") == []
    assert len(await site.claim("south", now=LATER)) == 1
    await site.start("Any")
    await fall_silent(site.database, site.fences["north"].server_id, 500)
    assert len(await site.claim("south")) == 1


@pytest.mark.parametrize("policy", list(Policy))
async def test_everything_is_claimed_once_by_who_may(site: Site, policy: Policy) -> None:
    """Three servers ask at the same time until nothing is left; runbooks of all kinds are ready."""
    await site.server("north", "files.copy", capacity=50, tags=("zone=dmz",))
    await site.server("south", "files.copy", "mail.send", capacity=50)
    await site.server("west", "mail.send", capacity=50)
    kinds = {
        "Copy": ("north", "south"),
        "Mail": ("south", "west"),
        "Dmz": ("north",),
        "Any": ("north", "south", "west"),
    }
    await site.runbook("Copy", "files.copy", assignment=policy.value)
    await site.runbook("Mail", "mail.send", assignment=policy.value)
    await site.runbook("Dmz", assignment=policy.value)
    await site.runbook("Any", assignment=policy.value)
    for number in range(40):
        name = list(kinds)[number % 4]
        await site.start(name, ("tag:zone=dmz",) if name == "Dmz" else ())
    found = await asyncio.gather(*(_until_nothing_is_left(site, name) for name in SERVERS))
    taken = Counter(each for _, jobs in found for each, _ in jobs)
    assert (len(taken), set(taken.values())) == (40, {1})
    for name, jobs in found:
        assert all(name in kinds[runbook] for _, runbook in jobs)


async def _until_nothing_is_left(site: Site, name: str) -> tuple[str, list[tuple[str, str]]]:
    """What a server claims with a store of its own, as another process would, until the others have had their time."""
    journal, found = SqlJournal(site.database), list[tuple[str, str]]()
    for seconds in (0, 0, 0, 1, 1, 2, 4):
        claimed = await journal.claim(site.fences[name], 5 + 10 * seconds, NOW + timedelta(seconds=seconds))
        found += [(each.job_id, each.runbook_path) for each in claimed]
    return name, found
