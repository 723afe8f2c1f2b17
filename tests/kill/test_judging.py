"""The judge of the kill matrix finds every rule that is broken on purpose in the record of a good run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from orchestrion.model.runbook import EffectClass
from orchestrion.ports.journal import ExecutionRow, SignalRow
from orchestrion.ports.runs import ExecutionRecord
from tests.kill.judging import Judgement, identity, judge
from tests.kill.lanes import Laboratory, Uncut
from tests.kill.matrix import IS_FULL

pytestmark = pytest.mark.timeout(0 if IS_FULL else 600)
Journal = list[ExecutionRow | SignalRow]


@pytest.fixture
def uncut(laboratories: dict[str, Laboratory]) -> Uncut:
    """A run that went well, to be falsified."""
    return laboratories["SQLite"].uncut[0]


def execution_of(uncut: Uncut, effect: EffectClass) -> ExecutionRecord:
    """The last execution of this class that had an effect."""
    (instance,) = uncut.story.instances
    return [each for each in instance.executions if each.effect is effect][-1]


def judged_with_second_act(uncut: Uncut, effect: EffectClass) -> Judgement:
    """The judgement if the execution of this class had called once more."""
    again = next(each for each in uncut.ran.traffic.calls if each.execution == identity(execution_of(uncut, effect)))
    traffic = replace(uncut.ran.traffic, calls=[*uncut.ran.traffic.calls, replace(again, what="act")])
    return judge(uncut.story, uncut.story, replace(uncut.ran, traffic=traffic))


def test_the_uncut_run_is_without_fault(uncut: Uncut) -> None:
    """What all others are held against keeps the rules itself."""
    assert judge(uncut.story, uncut.story, uncut.ran) == Judgement()


@pytest.mark.parametrize("effect", [EffectClass.VERIFIABLE, EffectClass.ONCE])
def test_a_repetition_that_nobody_knew_of_is_found(uncut: Uncut, effect: EffectClass) -> None:
    """One call too many of what may not be repeated."""
    assert judged_with_second_act(uncut, effect).unknowing == 1


def test_a_repetition_that_the_class_allows_is_counted(uncut: Uncut) -> None:
    """It is no unknowing one."""
    found = judged_with_second_act(uncut, EffectClass.IDEMPOTENT)
    assert (found.repeats, found.unknowing) == (1, 0)


def test_a_lost_effect_is_found(uncut: Uncut) -> None:
    """An execution that succeeded without its effect."""
    effects = uncut.ran.traffic.effects.copy()
    del effects[identity(execution_of(uncut, EffectClass.ONCE))]
    traffic = replace(uncut.ran.traffic, effects=effects)
    assert judge(uncut.story, uncut.story, replace(uncut.ran, traffic=traffic)).lost == 1


@pytest.mark.parametrize(
    "falsify", [lambda rows: rows[:-1], lambda rows: [rows[1], rows[0], *rows[2:]]], ids=["cut short", "out of order"]
)
def test_a_journal_that_does_not_replay_is_found(uncut: Uncut, falsify: Callable[[Journal], Journal]) -> None:
    """Without its last entry, and with two entries exchanged."""
    (instance,) = uncut.story.instances
    story = replace(uncut.story, instances=[replace(instance, journal=falsify(instance.journal))])
    assert judge(story, story, uncut.ran).faults


def test_what_is_left_is_found(uncut: Uncut) -> None:
    """A message that nobody took, and a doubt that nobody answered."""
    left = replace(uncut.story, messages=1, doubts=1)
    assert judge(uncut.story, left, uncut.ran).faults == ["1 messages and 1 doubts are left"]
