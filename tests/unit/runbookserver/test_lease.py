"""What a server knows of its lease by its own clock, and how patient the watchdog is (durability.md 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from orchestrion.ports.journal import FencedError
from orchestrion.ports.servers import Pulse
from orchestrion.runbookserver.lease import SAFETY_SHARE, CutOffError, LocalLease
from orchestrion.runbookserver.watchdog import Patience

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@dataclass
class Hands:
    """A clock that stands still until somebody moves it."""

    at: float = 1000.0

    def now(self) -> datetime:
        """See ports.Clock."""
        return NOW

    def steady(self) -> float:
        """See ports.Clock."""
        return self.at


@pytest.fixture
def clock() -> Hands:
    """The clock."""
    return Hands()


@pytest.fixture
def lease(clock: Hands) -> LocalLease:
    """A lease of ten seconds, granted now."""
    made = LocalLease(clock, 10)
    made.granted(clock.at)
    return made


def test_a_lease_ends_here_before_it_ends_in_the_database(lease: LocalLease, clock: Hands) -> None:
    """By a margin, for clocks that go at different rates and for the time that stopping takes."""
    clock.at += 7.9
    lease.check()
    clock.at += 0.2
    with pytest.raises(CutOffError):
        lease.check()
    assert 10 * (1 - SAFETY_SHARE) == 8


def test_a_lease_counts_from_before_the_request_was_sent(lease: LocalLease, clock: Hands) -> None:
    """However long the answer takes: the database may have counted from the moment it was asked."""
    sent_at = clock.at
    clock.at += 5
    lease.granted(sent_at)
    assert lease.seconds_left == 3


def test_an_answer_that_comes_late_does_not_shorten_a_lease(lease: LocalLease, clock: Hands) -> None:
    """Answers may overtake each other."""
    lease.granted(clock.at + 1)
    lease.granted(clock.at)
    assert lease.seconds_left == 9


def test_a_server_that_slept_is_cut_off(lease: LocalLease, clock: Hands) -> None:
    """The clock counts while the machine sleeps."""
    clock.at += 3600
    with pytest.raises(CutOffError):
        lease.check()


def test_a_fenced_server_knows_it_at_once(lease: LocalLease) -> None:
    """The database has said so."""
    lease.fenced()
    with pytest.raises(FencedError):
        lease.check()


def test_a_loop_that_has_no_turn_for_a_whole_lease_is_stuck(lease: LocalLease, clock: Hands) -> None:
    """One that is only busy keeps it."""
    seen = []
    for seconds in (9.9, 0.1):
        clock.at += seconds
        seen.append(lease.is_loop_alive)
    lease.turned()
    assert [*seen, lease.is_loop_alive] == [True, False, True]


def pulse(name: str, seconds: float) -> Pulse:
    """A server with a lease of ten seconds that was heard of then."""
    return Pulse(name, NOW + timedelta(seconds=seconds), 10)


def test_the_watchdog_waits_a_full_lease_since_it_looks() -> None:
    """However long ago the server was heard of by the database's clock."""
    patience = Patience(4)
    looks = [patience.unheard([pulse("a", -3600)], 3.0 * number) for number in range(5)]
    assert looks == [[], [], [], [], ["a"]]


def test_a_server_that_is_heard_of_again_is_left_alone() -> None:
    """Each heartbeat gives it a full lease."""
    patience = Patience(4)
    found = [patience.unheard([pulse("a", 3.0 * number), pulse("b", 0)], 3.0 * number) for number in range(6)]
    assert found[-1] == ["b"]


def test_a_watchdog_that_could_not_look_begins_anew() -> None:
    """What happened meanwhile it cannot know: it may have slept, as the others may have."""
    patience = Patience(4)
    for seconds in (0, 3, 6, 9):
        assert patience.unheard([pulse("a", 0)], seconds) == []
    assert patience.unheard([pulse("a", 0)], 60) == []


def test_an_outage_of_the_database_is_not_the_death_of_its_servers() -> None:
    """After it everybody gets a full lease."""
    patience = Patience(4)
    for seconds in (0, 3, 6, 9):
        patience.unheard([pulse("a", 0)], seconds)
    patience.forget()
    assert patience.unheard([pulse("a", 0)], 12) == []
