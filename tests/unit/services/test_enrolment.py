"""Who may become a runbook server."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from orchestrion.model.errors import InvalidError, NotFoundError, RefusedError
from orchestrion.model.releases import are_neighbours
from orchestrion.model.resources import RunbookServer
from orchestrion.ports.servers import Papers, Registration
from orchestrion.security.tokens import SystemSecrets
from orchestrion.services.enrolment import Enrolment, register
from orchestrion.storage.database import SqliteDatabase
from orchestrion.storage.tables import server
from tests.unit.services.world import ANNA, SERVER, Clock

pytestmark = pytest.mark.anyio
NEW = Registration("one", "1.4.0", 4, 60.0)
MINE, OTHER = Papers("a" * 64), Papers("b" * 64)


@pytest.fixture
def enrolment(database: SqliteDatabase, clock: Clock) -> Enrolment:
    """The service over the database."""
    return Enrolment(database, clock, SystemSecrets())


class Door:
    """Where servers come to register."""

    def __init__(self, database: SqliteDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def knock(self, papers: Papers, new: Registration = NEW) -> RunbookServer:
        """Registers, or raises why not."""
        return await self._database.write(lambda tx: register(tx, new, papers, self._clock.now()))


@pytest.fixture
def door(database: SqliteDatabase, clock: Clock) -> Door:
    """The only way in."""
    return Door(database, clock)


def with_token(papers: Papers, secret: str) -> Papers:
    """The papers of a server that was started with a token."""
    return replace(papers, token=SystemSecrets().digest(secret))


async def test_an_unknown_server_needs_a_token(door: Door) -> None:
    """The message says how to get one."""
    with pytest.raises(RefusedError, match="server token create"):
        await door.knock(MINE)
    with pytest.raises(RefusedError, match="not valid"):
        await door.knock(with_token(MINE, "made up"))


async def test_a_token_lets_in_as_many_as_it_says(door: Door, enrolment: Enrolment) -> None:
    """And gives them its tags."""
    made = await enrolment.create(ANNA, tags=["zone=dmz"])
    found = await door.knock(with_token(MINE, made.secret), replace(NEW, tags=("os=linux",)))
    assert found.epoch == 1
    assert (await door.knock(MINE, replace(NEW, tags=("os=linux",)))).tags == {"zone=dmz", "os=linux"}
    with pytest.raises(RefusedError, match="not valid"):
        await door.knock(with_token(OTHER, made.secret), replace(NEW, name="two"))
    assert [each.used for each in await enrolment.tokens(ANNA)] == [1]


async def test_a_server_that_came_in_comes_back_without_a_token(door: Door, enrolment: Enrolment) -> None:
    """With its credential, as often as it likes."""
    made = await enrolment.create(ANNA)
    await door.knock(with_token(MINE, made.secret))
    assert (await door.knock(MINE)).epoch == 2


async def test_nobody_takes_over_a_name(door: Door) -> None:
    """Not even with a process that is at home."""
    await door.knock(replace(MINE, is_at_home=True))
    for papers in (OTHER, replace(OTHER, is_at_home=True)):
        with pytest.raises(RefusedError, match="reset-credential"):
            await door.knock(papers)


async def test_after_a_reset_the_name_is_free_for_who_has_a_token(door: Door, enrolment: Enrolment) -> None:
    """Nobody slips in between."""
    known = await door.knock(replace(MINE, is_at_home=True))
    await enrolment.reset(ANNA, known.id)
    with pytest.raises(RefusedError, match="no enrolment token"):
        await door.knock(OTHER)
    made = await enrolment.create(ANNA)
    await door.knock(with_token(OTHER, made.secret))
    with pytest.raises(RefusedError, match="does not have its credential"):
        await door.knock(MINE)


async def test_a_server_from_before_gets_its_credential_when_it_comes(door: Door, database: SqliteDatabase) -> None:
    """A rolling upgrade needs no tokens."""
    await door.knock(replace(MINE, is_at_home=True))
    await database.on_writer(lambda connection: connection.execute(update(server).values(credential_hash=None)))
    assert (await door.knock(OTHER)).name == "one"
    with pytest.raises(RefusedError):
        await door.knock(MINE)


async def test_a_token_is_over_after_its_time(door: Door, enrolment: Enrolment, clock: Clock) -> None:
    """Whether it was used or not."""
    made = await enrolment.create(ANNA, hours=2)
    clock.forward(hours=2)
    with pytest.raises(RefusedError, match="not valid"):
        await door.knock(with_token(MINE, made.secret))


async def test_a_revoked_token_lets_nobody_in(door: Door, enrolment: Enrolment) -> None:
    """Those who came in with it stay."""
    made = await enrolment.create(ANNA, uses=2)
    await door.knock(with_token(MINE, made.secret))
    await enrolment.revoke(ANNA, made.token.id)
    await door.knock(MINE)
    with pytest.raises(RefusedError, match="not valid"):
        await door.knock(with_token(OTHER, made.secret), replace(NEW, name="two"))


async def test_a_token_that_makes_no_sense_is_refused(enrolment: Enrolment) -> None:
    """Neither no uses, nor for ever, nor with what is no tag."""
    for uses, hours, tags in ((0, 1, ()), (1, 9000, ()), (1, 1, ("dmz",))):
        with pytest.raises(InvalidError):
            await enrolment.create(ANNA, uses, hours, tags)
    with pytest.raises(NotFoundError):
        await enrolment.revoke(ANNA, SERVER)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("1.4.2", "1.5.0", True),
        ("1.6.0", "1.4.9", False),
        ("1.9.1", "2.0.0", True),
        ("1.9.1", "2.1.0", False),
        ("0.1.0.dev3", "0.1.0", True),
        ("local", "1.0.0", True),
    ],
)
def test_neighbouring_releases_work_together(one: str, other: str, expected: bool) -> None:
    """In both directions."""
    assert are_neighbours(one, other) is are_neighbours(other, one) is expected


async def test_a_release_that_is_too_far_from_the_others_is_refused(door: Door) -> None:
    """As long as those others live; it says which one is in the way."""
    await door.knock(replace(MINE, is_at_home=True))
    late = replace(NEW, name="two", version="1.6.0")
    with pytest.raises(RefusedError, match=r"'one' runs release 1\.4\.0, which is too far from 1\.6\.0"):
        await door.knock(replace(OTHER, is_at_home=True), late)
    await door.knock(MINE, replace(NEW, lease_seconds=0))
    assert (await door.knock(replace(OTHER, is_at_home=True), late)).version == "1.6.0"
