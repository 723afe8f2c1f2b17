"""The time of an instance goes on, whatever happens to the clock of its server (durability.md 3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrion.runbookserver.instance_clock import InstanceClock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Hands:
    """A clock that tests move; setting it does not move the steady time."""

    def __init__(self) -> None:
        self.at = NOON
        self.seconds = 0.0

    def now(self) -> datetime:
        """The wall clock."""
        return self.at

    def steady(self) -> float:
        """The steady clock."""
        return self.seconds

    def run(self, seconds: float) -> None:
        """Time goes by."""
        self.at += timedelta(seconds=seconds)
        self.seconds += seconds

    def set(self, seconds: float) -> None:
        """Somebody sets the wall clock."""
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def hands() -> Hands:
    """The clock of the server."""
    return Hands()


def test_it_is_the_time_of_the_server(hands: Hands) -> None:
    """As long as nothing is set back."""
    clock = InstanceClock(hands)
    hands.run(5)
    hands.set(3600)
    assert clock.now() == NOON + timedelta(seconds=3605)


def test_a_clock_that_is_set_back_costs_no_delay_an_hour(hands: Hands) -> None:
    """What was gone by since anybody looked counts as well."""
    clock = InstanceClock(hands)
    hands.run(30)
    hands.set(-3600)
    hands.run(30)
    assert clock.now() == NOON + timedelta(seconds=60)
    hands.run(5)
    assert clock.now() == NOON + timedelta(seconds=65)


def test_it_goes_on_where_the_server_before_had_been(hands: Hands) -> None:
    """Its clock may have been ahead."""
    clock = InstanceClock(hands)
    clock.go_on_after(NOON + timedelta(hours=1))
    hands.run(2)
    assert clock.now() == NOON + timedelta(seconds=3602)


def test_what_was_long_ago_changes_nothing(hands: Hands) -> None:
    """A takeover after a day."""
    clock = InstanceClock(hands)
    clock.go_on_after(NOON - timedelta(days=1))
    assert clock.now() == NOON


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(-5000, 5000)), max_size=20))
def test_it_never_goes_back_and_never_stands_still(changes: list[tuple[float, float]]) -> None:
    """It grows as the server's clock does, or where that went back by the time that has gone by."""
    hands = Hands()
    clock = InstanceClock(hands)
    last = clock.now()
    for seconds, jump in changes:
        hands.set(jump)
        hands.run(seconds)
        wanted = seconds if seconds + jump < 0 else seconds + jump
        assert (clock.now() - last).total_seconds() == pytest.approx(wanted, abs=1e-3)
        last = clock.now()
