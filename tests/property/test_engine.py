"""What holds for every run of every runbook (architecture.md 10)."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrion.engine.commands import EndInstance, command_key
from orchestrion.engine.replay import replay
from orchestrion.engine.signals import StopRequested
from orchestrion.engine.snapshot import write_snapshot
from orchestrion.engine.waits import waits_of
from orchestrion.model.codec import read_runbook, write_runbook
from orchestrion.model.job import Outcome
from orchestrion.model.runbook import Runbook
from tests.property.group_runbooks import group_cases
from tests.property.runbooks import Case, cases, runbooks

MOST_CUTS = 30  # of one run: a replay costs as much as the run, so every cut of a long one would cost its square
MANY = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
CASES: st.SearchStrategy[Case] = cases() | group_cases  # with plain graphs, and with groups, modes and an error path


@MANY
@given(CASES)
def test_replay_equals_the_live_run_at_every_cut(case: Case) -> None:
    """A conductor rebuilt from any prefix of the journal has the same open commands and the same digest."""
    ran = case.driver().run()
    step = max(1, len(ran.journal) // MOST_CUTS)
    for cut in range(1, len(ran.journal) + 1, step):
        rebuilt = replay(case.plan, ran.journal[:cut])
        # Lineages are compared by what they say: two lives have different objects for the same path.
        assert repr(dict(rebuilt.open)) == repr(ran.open_after[cut - 1])
        assert rebuilt.digest == ran.journal[cut - 1][1]


@MANY
@given(CASES)
def test_no_command_is_issued_twice_in_one_life(case: Case) -> None:
    """Every command of a run has its own key."""
    keys = [command_key(command) for issued in case.driver().run().commands for command in issued]
    assert len(keys) == len(set(keys))


@MANY
@given(CASES)
def test_when_everything_started_has_ended_no_batch_is_left(case: Case) -> None:
    """A run ends exactly once, with nothing open but its end; no junction waits, no delay, and no round of a group."""
    ran = case.driver().run()
    assert list(ran.conductor.open) == ["end"]
    assert [type(command) for issued in ran.commands for command in issued].count(EndInstance) == 1
    assert not ran.conductor.batches
    assert not ran.conductor.root.live
    assert not ran.conductor.delayed
    assert list(ran.conductor.scopes) == [""]
    assert not ran.conductor.rounds
    assert not waits_of(ran.conductor)


@MANY
@given(CASES, st.integers(1, 12))
def test_a_stopped_instance_issues_nothing_more(case: Case, stop_after: int) -> None:
    """After the stop only the end is issued, and the instance is canceled."""
    ran = case.driver().run(stop_after=stop_after)
    stops = [index for index, (signal, _) in enumerate(ran.journal) if isinstance(signal, StopRequested)]
    for index in stops:
        assert all(isinstance(command, EndInstance) for issued in ran.commands[index:] for command in issued)
        assert ran.end.outcome is Outcome.CANCELED


@MANY
@given(CASES)
def test_time_never_runs_backwards_in_a_journal(case: Case) -> None:
    """Every signal is stamped no earlier than the one before."""
    stamps = [signal.at for signal, _ in case.driver().run().journal]
    assert stamps == sorted(stamps)


@MANY
@given(runbooks())
def test_the_codec_round_trips_every_runbook(runbook: Runbook) -> None:
    """Writing and reading gives the same runbook, and writing again the same document."""
    document = write_runbook(runbook)
    assert read_runbook(document) == runbook
    assert write_runbook(read_runbook(document)) == document


@MANY
@given(CASES, st.integers(0, 10_000))
def test_a_run_from_a_snapshot_is_the_run_itself(case: Case, where: int) -> None:
    """Written at any point as JSON text and read again, the rest of the journal gives the same commands and digests."""
    ran = case.driver().run()
    cut = 1 + where % len(ran.journal)
    conductor = replay(case.plan, ran.journal[:cut])
    if conductor.ended is not None:
        return
    state = json.loads(json.dumps(write_snapshot(conductor)))
    rebuilt = replay(case.plan, ran.journal[cut:], state)
    assert repr(dict(rebuilt.open)) == repr(ran.open_after[-1])
    assert rebuilt.digest == ran.journal[-1][1]
    assert rebuilt.ended == ran.end
