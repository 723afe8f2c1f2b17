"""`kill -9` at every commit and in every call of a run: nothing is lost, and nothing happens twice unknowingly."""

from __future__ import annotations

import pytest

from tests.kill.matrix import IS_FULL, Tally

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(0 if IS_FULL else 240)]
DATABASES = ("SQLite", "PostgreSQL")


@pytest.mark.parametrize("database", DATABASES)
async def test_every_run_keeps_every_rule(tallies: dict[str, Tally], database: str) -> None:
    """Success, all that was to happen, each effect as its class allows, in order, with a journal that replays."""
    assert not tallies[database].faults, "\n".join(tallies[database].faults)


@pytest.mark.parametrize("database", DATABASES)
async def test_processes_really_died(tallies: dict[str, Tally], database: str) -> None:
    """At least nine of ten chosen moments were come to, and people were asked about what only they can know."""
    tally = tallies[database]
    assert len(tally.unreached) <= tally.points / 10
    assert tally.kills >= tally.points - len(tally.unreached)
    assert tally.answers
