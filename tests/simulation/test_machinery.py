"""The simulation itself: time jumps, a seed repeats, and what is broken on purpose is found."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from orchestrion.runbookserver import recovery
from orchestrion.runbookserver.instance_journal import InstanceJournal
from orchestrion.runbookserver.lease import LocalLease
from orchestrion.storage import claims, journal, plain_rows
from tests.simulation.loop import StandstillError, VirtualClock, VirtualLoop
from tests.simulation.simulation import simulate
from tests.simulation.test_found import THREE, scene
from tests.simulation.weather import Faults

Break = Callable[[pytest.MonkeyPatch], None]


def test_time_jumps_to_the_next_timer() -> None:
    """A day passes in no time, for the loop and for the clock."""
    loop, began = VirtualLoop(), time.monotonic()
    clock = VirtualClock(loop)
    first = clock.now()
    loop.run_until_complete(asyncio.sleep(86_400))
    loop.close()
    assert (clock.now() - first).days == 1
    assert time.monotonic() - began < 5


def test_a_loop_in_which_nothing_can_happen_any_more_says_so() -> None:
    """Where a real loop would hang, a virtual one raises."""
    loop = VirtualLoop()
    future = loop.create_future()
    with pytest.raises(StandstillError):
        loop.run_until_complete(future)
    loop.close()


@pytest.mark.parametrize("seed", [3, 11, 27])
def test_a_seed_gives_the_same_history_every_time(seed: int) -> None:
    """What is told of one run is told of the next, to the letter."""
    first, second = simulate(seed), simulate(seed)
    assert first.told
    assert (first.told, first.counts) == (second.told, second.counts)


def acts_before_it_is_durable(patch: pytest.MonkeyPatch) -> None:
    """No barrier: neither the intent nor what came before is written first."""

    def at_once(
        self: InstanceJournal, outcome: object = None, snapshot: object = None, then: Callable[[], None] | None = None
    ) -> None:
        flush(self, outcome, snapshot)  # type: ignore[arg-type]
        if then is not None:
            then()

    flush = InstanceJournal.flush
    patch.setattr(InstanceJournal, "flush", at_once)


def forgets_intents(patch: pytest.MonkeyPatch) -> None:
    """A takeover runs everything again that has no ending."""
    patch.setattr(recovery, "_note_intent", lambda *_: None)


def fences_nobody(patch: pytest.MonkeyPatch) -> None:
    """A server that was taken for dead goes on to write, and does not know of it."""
    patch.setattr(journal, "check_fence", lambda *_: None)
    patch.setattr(plain_rows, "_check_fence", lambda *_: None)
    outlives_its_lease(patch)


def outlives_its_lease(patch: pytest.MonkeyPatch) -> None:
    """A server that cannot tell that it lives goes on to act."""
    patch.setattr(LocalLease, "seconds_left", 1.0)
    patch.setattr(LocalLease, "fenced", lambda _: None)


def drops_messages(patch: pytest.MonkeyPatch) -> None:
    """What was asked of an instance leaves its inbox before it has been done."""
    patch.setattr(claims, "messages", lambda *_: {})


def stamps_anything(patch: pytest.MonkeyPatch) -> None:
    """An entry of the journal gets the number of the one before."""
    patch.setattr(InstanceJournal, "next_sequence", lambda self: self._sequence + 1)


@pytest.mark.parametrize("breakage", [acts_before_it_is_durable, forgets_intents, drops_messages, stamps_anything])
def test_what_is_broken_on_purpose_is_found(breakage: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    """A product that breaks a rule does not pass the first seeds."""
    breakage(monkeypatch)
    assert any(simulate(seed).problems for seed in range(1, 101))


@pytest.mark.parametrize("breakage", [fences_nobody, outlives_its_lease])
def test_a_server_that_goes_on_after_its_lease_is_found(breakage: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where lines stall for long, a product without its fence or its local deadline acts after another server did."""
    breakage(monkeypatch)
    stalled = scene(THREE, Faults(stall=0.05), servers=3, jobs=8)
    assert any(simulate(seed, stalled).problems for seed in range(60))
