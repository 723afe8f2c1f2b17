"""What must hold after a run, however it was cut; measured against a run that was not cut at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from orchestrion.engine.signals import parse_key
from orchestrion.model.condition import Status
from orchestrion.model.errors import DivergenceError
from orchestrion.model.ids import derived_id
from orchestrion.model.job import JobStatus
from orchestrion.model.runbook import CONTROL_TYPES, EffectClass
from orchestrion.ports.runs import ExecutionRecord
from orchestrion.runbookserver.children import JOB_ID
from orchestrion.runbookserver.recovery import recover
from tests.kill.place import Ran
from tests.kill.story import InstanceStory, Story

_MAY_REPEAT = frozenset({EffectClass.PURE, EffectClass.READ, EffectClass.IDEMPOTENT})
Step = tuple[object, ...]
Spot = tuple[str, str]  # activity and round


@dataclass(slots=True)
class Judgement:
    """Repetitions that the class allows, ones that nobody knew of, what was lost, and every broken rule in words."""

    repeats: int = 0
    unknowing: int = 0
    lost: int = 0
    faults: list[str] = field(default_factory=list)


def steps(story: Story) -> Counter[Step]:
    """What ended, apart from names that another order of parallel branches gives otherwise."""
    return Counter(
        (instance.record.runbook_name, each.activity_id, each.attempt, each.retry, each.status, _published(each))
        for instance in story.instances
        for each in instance.executions
    )


def _published(execution: ExecutionRecord) -> str:
    """What was published, but for the ids of jobs, which are new in every run."""
    return str([{name: value for name, value in each.items() if name != JOB_ID} for each in execution.records])


def judge(expected: Story, story: Story, ran: Ran) -> Judgement:
    """Holds a cut run against the run that was not cut."""
    found = Judgement()
    missing, surplus = steps(expected) - steps(story), steps(story) - steps(expected)
    found.lost += missing.total()
    found.faults += [f"lost: {each}" for each in missing] + [f"one too many: {each}" for each in surplus]
    found.faults += _endings(expected, story)
    for instance in story.instances:
        found.faults += [*_order(instance), *_calls_in_order(instance, ran), *_replay(instance)]
        for each in _called(instance):
            _count(found, each, ran)
    found.faults += _effects_of_nobody(story, ran)
    return found


def _endings(expected: Story, story: Story) -> Iterator[str]:
    if story.job.status is not JobStatus.SUCCESS:
        yield f"the job ended as {story.job.status}: {story.job.error}"
    if story.job.returned != expected.job.returned:
        yield f"the job returned {story.job.returned}, not {expected.job.returned}"
    if len(story.instances) != len(expected.instances):
        yield f"{len(story.instances)} instances instead of {len(expected.instances)}"
    if story.messages or story.doubts:
        yield f"{story.messages} messages and {story.doubts} doubts are left"


def _called(instance: InstanceStory) -> Iterator[ExecutionRecord]:
    """The executions that must have called the target."""
    activities = instance.plan.activities
    return (each for each in instance.executions if activities[each.activity_id].activity.type not in CONTROL_TYPES)


def identity(execution: ExecutionRecord) -> str:
    """The name by which the target knows the execution."""
    return derived_id(execution.instance_id, execution.key)


def _count(found: Judgement, execution: ExecutionRecord, ran: Ran) -> None:
    """Holds the calls of one execution against what its class allows."""
    known, effect = identity(execution), execution.effect
    acts = sum(each.execution == known and each.what == "act" for each in ran.traffic.calls)
    effects = ran.traffic.effects[known]
    name = f"{execution.activity_id} {execution.key} ({effect})"
    if effects < (execution.status is Status.SUCCESS):
        found.lost += 1
        found.faults.append(f"{name} ended as {execution.status} without its effect")
    if effect in _MAY_REPEAT:
        found.repeats += max(0, acts - 1)
        return
    known_of = ran.traffic.not_done[known] + ran.repeats_wanted[known]
    unknowing = max(0, acts - 1 - known_of, effects - 1)
    found.unknowing += unknowing
    if unknowing:
        found.faults.append(f"{name} acted {acts} times with {effects} effects; {known_of} repetitions were known of")


def _effects_of_nobody(story: Story, ran: Ran) -> Iterator[str]:
    """Effects of executions that the journal does not know."""
    known = {identity(each) for instance in story.instances for each in instance.executions}
    return (f"an effect that no execution tells of: {each}" for each in ran.traffic.effects if each not in known)


def _order(instance: InstanceStory) -> Iterator[str]:
    """Behind a link everything ends after all that is before it."""
    places: dict[Spot, list[int]] = {}
    for each in instance.executions:
        places.setdefault(_spot(each), []).append(each.sequence)
    return _misplaced(instance, places, "ended")


def _calls_in_order(instance: InstanceStory, ran: Ran) -> Iterator[str]:
    """What is not pure calls only after all before it have called: their endings are durable then."""
    mine = {identity(each): each for each in _called(instance)}
    places: dict[Spot, list[int]] = {}
    for place, call in enumerate(ran.traffic.calls):
        execution = mine.get(call.execution)
        if execution is not None and execution.effect is not EffectClass.PURE:
            places.setdefault(_spot(execution), []).append(place)
    return _misplaced(instance, places, "called")


def _spot(execution: ExecutionRecord) -> Spot:
    """The activity, and the round of the group around it: other rounds have an order of their own."""
    return execution.activity_id, parse_key(execution.key).group


def _misplaced(instance: InstanceStory, places: dict[Spot, list[int]], what: str) -> Iterator[str]:
    for source, target in _links(instance):
        for (activity, group), behind in places.items():
            before = places.get((source, group), [])
            if activity == target and before and max(before) > min(behind):
                yield f"{target} {what} before {source} was through"


def _links(instance: InstanceStory) -> Iterable[tuple[str, str]]:
    return ((link.source, link.target) for link in instance.plan.runbook.links)


def _replay(instance: InstanceStory) -> Iterator[str]:
    """The journal alone leads to the same end."""
    try:
        ended = recover(instance.plan, instance.journal).conductor.ended
    except DivergenceError as error:
        yield f"the journal does not replay: {error}"
        return
    if ended is None or ended.outcome.value != instance.record.status.value:
        yield f"the journal leads to {ended}, the instance ended as {instance.record.status}"
    elif ended.returned != instance.record.returned:
        yield f"the journal returns {ended.returned}, the instance {instance.record.returned}"
