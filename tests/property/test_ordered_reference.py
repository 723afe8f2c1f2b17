"""The engine and the ordered reference, event by event: whatever one opens, the other does."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from orchestrion.engine.signals import ActivityEnded, Signal
from orchestrion.model.condition import Status
from orchestrion.model.values import Record, Value
from tests.property.group_runbooks import GroupCase, GroupDriver, Label, group_cases
from tests.property.ordered_parts import Computers, End, Opened, Run, Wait
from tests.property.ordered_reference import OrderedReference
from tests.property.reference import Published
from tests.property.runbooks import ending

EXAMPLES = 800
EXAMPLES_PER_MINUTE = 2000  # of a soak; SOAK_MINUTES says how many of these
#: Some of the generated cases must show each of these, or the generator goes past it.
RULES = (
    "a round of a for-each",
    "a round of a while",
    "another round of a While",
    "a round in a round",
    "rounds side by side",
    "data of rounds that ended out of order",
    "a failed round",
    "data that a group returns",
    "several records of a While",
    "a group on computers",
    "a junction in mode any",
    "a junction in mode count",
    "a junction with too few branches",
    "a junction that waited long enough",
    "a branch that came too late",
    "a merge",
    "a merge of several records",
    "a retry for chosen failures",
    "a failure that no retry is for",
    "computers that ended differently",
    "a computer group without members",
    "an error path",
)


def label(reference: OrderedReference, opened: Opened) -> Label:
    """What `GroupDriver` says of the same thing."""
    match opened:
        case Run(batch, ordinal, item, member, attempt, retry, closing):
            _, (summary, *_), problem = reference.published(opened) if closing else (None, [None], batch.problem)
            path = tuple(step.activity for step in item.lineage)
            number = (ordinal, member, attempt, retry)
            said = (reference.value(opened), summary, problem)
            return ("run", batch.activity.id, batch.round.place, *number, path, *said)
        case Computers(batch, ordinal):
            return ("computers", batch.activity.id, batch.round.place, ordinal)
        case Wait(due, place, link, _, run, junction):
            way = (link.source, link.target, link.name) if link else None
            again = (run.ordinal, run.attempt, run.retry, run.member) if run else None
            return ("wait", due, place.place, way, again, junction)
        case End():
            return ("end", opened.outcome, tuple(repr(dict(each)) for each in opened.returned), opened.error)


class Pairs:
    """What the engine has open, paired with what the reference has open."""

    def __init__(self, case: GroupCase) -> None:
        self.driver: GroupDriver = case.driver()
        self.ran = self.driver.run()
        self.script = case.script
        self.reference = OrderedReference(case.plan.runbook, self.behave, case.computers)
        self.of: dict[str, Opened] = {}

    def behave(self, activity: str, value: Value, attempt: int, retry: int) -> Published:
        """How the script ends an execution."""
        ends = ending(self.script, activity, value, attempt, retry)
        return ends.status, ends.records, ends.error

    def follow(self) -> None:
        """Tells the reference everything that happened; after each event both must have the same open."""
        self.reference.begin(self.ran.journal[0][0].at)
        self.pair(0)
        for number, (signal, _) in enumerate(self.ran.journal[1:], start=1):
            (key,) = self.answered(number)
            published = self.reference.happen(self.of.pop(key), signal.at)
            if published is not None:
                assert _plain(published) == _told(signal)
            self.pair(number)

    def answered(self, number: int) -> set[str]:
        """The command that a signal answered: of those no longer open, the one it names."""
        signal = self.ran.journal[number][0]
        names = {f"activity:{getattr(signal, 'key', '')}", f"group:{getattr(signal, 'key', '')}"}
        names.add(f"delay:{getattr(signal, 'timer', '')}")
        return names & set(self.ran.open_after[number - 1]) - set(self.ran.open_after[number])

    def pair(self, number: int) -> None:
        """Pairs what is new, and lets go of the waits that are no longer wanted."""
        after = self.ran.open_after[number]
        self.of = {key: opened for key, opened in self.of.items() if key in after}
        known = list(self.of.values())
        new = [each for each in self.reference.open if each not in known]
        fresh = {key: self.driver.labels[key] for key in after if key not in self.of}
        labels = [label(self.reference, each) for each in new]
        assert Counter(map(repr, fresh.values())) == Counter(map(repr, labels))
        for key, said in fresh.items():
            place = [repr(each) for each in labels].index(repr(said))
            self.of[key] = new.pop(place)
            labels.pop(place)
        assert len(self.of) == len(self.reference.open)


def _told(signal: Signal) -> tuple[Status, list[str], str]:
    """What the engine's ending says; that a While goes on is between it and the engine."""
    assert isinstance(signal, ActivityEnded)
    return _plain((signal.status, signal.records, signal.error))


def _plain(published: Published) -> tuple[Status, list[str], str]:
    status, records, error = published
    return status, [_shown(record) for record in records], error


def _shown(record: Record) -> str:
    return repr({name: value for name, value in record.items() if name != "Goes on"})


def compared(examples: int) -> Counter[str]:
    """Compares so many generated cases; gives how many of them showed each rule."""
    shown: Counter[str] = Counter()

    @settings(
        max_examples=examples,
        phases=[phase for phase in Phase if phase is not Phase.explain],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
    @given(group_cases)
    def compare(case: GroupCase) -> None:
        pairs = Pairs(case)
        shown["cases"] += 1
        pairs.follow()
        shown.update({each for each, count in pairs.reference.seen.items() if count})

    compare()
    print("\n" + "\n".join(f"{count:6} {each}" for each, count in sorted(shown.items())))  # noqa: T201 - the proof
    return shown


def test_engine_and_ordered_reference_open_the_same_after_every_event() -> None:
    """Executions with inputs and paths, waits with their due, endings, outcome, returned data and error agree."""
    shown = compared(EXAMPLES)
    assert [rule for rule in RULES if not shown[rule]] == []


@pytest.mark.soak
def test_engine_and_ordered_reference_open_the_same_for_long() -> None:
    """The same for as many cases as there is time for."""
    shown = compared(EXAMPLES_PER_MINUTE * int(os.environ.get("SOAK_MINUTES", "1")))
    assert [rule for rule in RULES if not shown[rule]] == []
