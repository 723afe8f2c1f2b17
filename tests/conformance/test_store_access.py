"""Users, sessions and API tokens behave alike on every database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from orchestrion.model.access import Role
from orchestrion.model.errors import ConflictError, NotFoundError
from orchestrion.ports.access import SessionRecord, TokenRecord, UserRecord
from orchestrion.ports.transaction import Database, Transaction

pytestmark = pytest.mark.anyio
ANNA, BERT = "00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b"
TOKENS = ("00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002")


def user(user_id: str, name: str, now: datetime) -> UserRecord:
    """A user who must change the password."""
    return UserRecord(user_id, name, f"{name} the Tester", "$argon2id$x", Role.ADMINISTRATOR, True, now)


def session(session_id: str, user_id: str, now: datetime) -> SessionRecord:
    """A session of an hour."""
    return SessionRecord(session_id * 64, user_id, "csrf", now, now + timedelta(hours=1))


@pytest.fixture
async def people(database: Database, now: datetime) -> Database:
    """The database with Anna and Bert in it."""

    def work(stores: Transaction) -> None:
        stores.access.save_user(user(BERT, "bert", now))
        stores.access.save_user(user(ANNA, "Anna", now))

    await database.write(work)
    return database


async def test_users_are_found_by_id_and_name(people: Database, now: datetime) -> None:
    """Names ignore case; the list is by name."""

    def work(stores: Transaction) -> None:
        anna = user(ANNA, "Anna", now)
        assert stores.access.users() == [anna, user(BERT, "bert", now)]
        assert stores.access.user(ANNA) == stores.access.find_user("ANNA") == anna
        assert stores.access.find_user("carl") is None

    await people.read(work)


async def test_a_user_is_replaced_by_id(people: Database, now: datetime) -> None:
    """Everything about a user may change."""
    changed = replace(user(ANNA, "Anne", now), disabled=True, must_change_password=False)
    await people.write(lambda stores: stores.access.save_user(changed))
    assert await people.read(lambda stores: stores.access.user(ANNA)) == changed


async def test_two_users_have_two_names(people: Database, now: datetime) -> None:
    """A name that differs only in case is taken."""
    with pytest.raises(ConflictError, match="ANNA"):
        await people.write(lambda stores: stores.access.save_user(user(BERT, "ANNA", now)))


async def test_a_session_ends(people: Database, now: datetime) -> None:
    """It is known until it is removed; removing it again does nothing."""

    def work(stores: Transaction) -> None:
        stores.access.add_session(session("1", ANNA, now))
        assert stores.access.session("1" * 64) == session("1", ANNA, now)
        stores.access.remove_session("1" * 64)
        stores.access.remove_session("1" * 64)
        assert stores.access.session("1" * 64) is None

    await people.write(work)


async def test_all_sessions_of_a_user_end_but_one(people: Database, now: datetime) -> None:
    """Sessions of others stay."""

    def work(stores: Transaction) -> list[bool]:
        for name, owner in (("1", ANNA), ("2", ANNA), ("3", BERT)):
            stores.access.add_session(session(name, owner, now))
        stores.access.remove_sessions_of(ANNA, keep="2" * 64)
        kept = [stores.access.session(name * 64) is not None for name in "123"]
        stores.access.remove_sessions_of(ANNA)
        return [*kept, stores.access.session("2" * 64) is not None]

    assert await people.write(work) == [False, True, True, False]


async def test_sessions_that_are_over_are_forgotten(people: Database, now: datetime) -> None:
    """A session is over at the moment it says, not before."""

    def work(stores: Transaction) -> list[bool]:
        stores.access.add_session(session("1", ANNA, now))
        known = []
        for later in (timedelta(minutes=59), timedelta(minutes=60)):
            stores.access.remove_expired_sessions(now + later)
            known.append(stores.access.session("1" * 64) is not None)
        return known

    assert await people.write(work) == [True, False]


async def test_tokens_belong_to_their_user(people: Database, now: datetime) -> None:
    """They are found by hash, listed newest first, and removed by their owner only."""
    first, second = (TokenRecord(each, ANNA, "CI", each[-1] * 64, now) for each in TOKENS)

    def work(stores: Transaction) -> None:
        for token in (first, second):
            stores.access.add_token(token)
        assert stores.access.tokens_of(ANNA) == [second, first]
        assert stores.access.find_token("1" * 64) == first
        for owner, wanted in ((BERT, first.id), (ANNA, "no id")):
            with pytest.raises(NotFoundError):
                stores.access.remove_token(owner, wanted)
        stores.access.remove_token(ANNA, first.id)
        assert stores.access.find_token("1" * 64) is None

    await people.write(work)


async def test_a_token_remembers_its_last_use(people: Database, now: datetime) -> None:
    """People see which tokens nobody needs."""
    token = TokenRecord(TOKENS[0], ANNA, "CI", "1" * 64, now)

    def work(stores: Transaction) -> TokenRecord | None:
        stores.access.add_token(token)
        stores.access.touch_token(token.id, now + timedelta(1))
        return stores.access.find_token("1" * 64)

    assert await people.write(work) == replace(token, last_used_at=now + timedelta(1))
