"""Guessing passwords gets slower and slower."""

from __future__ import annotations

import pytest

from orchestrion.services.throttle import FREE_FAILURES, MOST_NAMES, Throttle, TooManyAttemptsError, delay_after
from tests.unit.services.world import Clock


def fail(throttle: Throttle, times: int = FREE_FAILURES, name: str = "anna") -> None:
    """Tries that nobody calls successful."""
    for _ in range(times):
        throttle.enter(name)


def test_the_first_mistakes_are_free(clock: Clock) -> None:
    """People mistype; the next try after that must wait."""
    throttle = Throttle(clock)
    fail(throttle)
    with pytest.raises(TooManyAttemptsError) as refused:
        throttle.enter("ANNA")
    assert refused.value.retry_after_seconds == 2


def test_waiting_helps(clock: Clock) -> None:
    """After the delay there is one more try, and then a longer delay."""
    throttle = Throttle(clock)
    fail(throttle)
    clock.forward(seconds=1)
    throttle.enter("anna")
    clock.forward(seconds=1)
    with pytest.raises(TooManyAttemptsError):
        throttle.enter("anna")


def test_delays_double_up_to_a_bound() -> None:
    """A stranger must not keep the rightful user out for long."""
    assert [delay_after(count) for count in (0, 4, 5, 6, 7, 11, 5000)] == [0, 0, 1, 2, 4, 60, 60]


def test_a_success_forgets_the_failures(clock: Clock) -> None:
    """Whoever knows the password starts anew."""
    throttle = Throttle(clock)
    fail(throttle)
    throttle.succeeded("Anna")
    fail(throttle)


def test_names_do_not_slow_each_other(clock: Clock) -> None:
    """Guessing one user's password is nobody else's loss."""
    throttle = Throttle(clock)
    fail(throttle)
    throttle.enter("bert")


def test_time_forgets(clock: Clock) -> None:
    """A quarter of an hour without a try is a new beginning."""
    throttle = Throttle(clock)
    fail(throttle)
    clock.forward(minutes=16)
    fail(throttle)


def test_invented_names_do_not_eat_memory(clock: Clock) -> None:
    """Of a flood of names only so many are remembered."""
    throttle = Throttle(clock)
    for number in range(MOST_NAMES + 10):
        throttle.enter(f"user {number}")
    assert len(throttle._failures) == MOST_NAMES
