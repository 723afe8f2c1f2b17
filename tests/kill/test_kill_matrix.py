"""`kill -9` at every commit and in every call of a run: nothing is lost, and nothing happens twice unknowingly."""

from __future__ import annotations

import pytest

from tests.kill.lanes import Laboratory
from tests.kill.matrix import IS_FULL

pytestmark = pytest.mark.timeout(0 if IS_FULL else 600)


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def laboratory(laboratories: dict[str, Laboratory], request: pytest.FixtureRequest) -> Laboratory:
    """What was found on one database."""
    return laboratories[request.param]


def test_every_run_keeps_every_rule(laboratory: Laboratory) -> None:
    """Success, all that was to happen, each effect as its class allows, in order, with a journal that replays."""
    assert not laboratory.tally.faults, "\n".join(laboratory.tally.faults)


def test_processes_really_died(laboratory: Laboratory) -> None:
    """Nine of ten chosen moments were come to, and people were asked about what only they can know."""
    tally = laboratory.tally
    assert len(tally.unreached) <= tally.points / 10
    assert tally.kills >= tally.points - len(tally.unreached)
    assert tally.answers
