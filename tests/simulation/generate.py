"""Runbooks drawn from a seed: the shapes of tests/property/runbooks.py over activities that act on the world."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from orchestrion.model.condition import ON_SUCCESS, Condition
from orchestrion.model.runbook import (
    INVOKE_RUNBOOK,
    JUNCTION,
    RETURN_DATA,
    Activity,
    EffectClass,
    Flatten,
    FlattenFormat,
    InDoubtAnswer,
    Link,
    Looping,
    Recovery,
    RetryPolicy,
    ReturnedItem,
    RunBehaviour,
    Runbook,
    Settings,
)
from tests.property.runbooks import ATTEMPTS, GROUPS, ITEMS, SIMPLE, upstream
from tests.simulation.dice import Dice

_STEPS = ITEMS["test.step"]
_RECOVERIES = (Recovery.RESUME,) * 12 + (Recovery.RESTART, Recovery.FAIL, Recovery.HOLD)
_DOUBTS = (InDoubtAnswer.ASK,) * 6 + tuple(InDoubtAnswer)


def runbooks(dice: Dice, count: int) -> list[Runbook]:
    """Runbooks of which a later one may invoke the earlier ones."""
    found: list[Runbook] = []
    for number in range(count):
        found.append(runbook(dice.of("runbook", number), f"R{number}", [each.name for each in found]))
    return found


def runbook(random: Random, name: str, others: Sequence[str]) -> Runbook:
    """A runbook with one starting point in which every activity can be reached; it may invoke the `others`."""
    found: list[Activity] = []
    links: list[Link] = []
    for index in range(random.choice((1, 2, 3, 4, 5, 6, 7))):
        each = f"a{index}"
        sources = _sources(random, found)
        links += [_link(random, source, each) for source in sources]
        before = upstream(each, links)
        found.append(_activity(random, each, [known for known in found if known.id in before], others))
    return Runbook(
        name,
        settings=_settings(random),
        returned_data=(ReturnedItem("r"),),
        activities={each.id: each for each in found},
        links=tuple(links),
    )


def _settings(random: Random) -> Settings:
    return Settings(
        max_simultaneous_jobs=random.choice((1, 2, 5)),
        timeout_seconds=random.choice((0,) * 10 + (3, 20)),
        report_after_seconds=random.choice((0, 0, 0, 2)),
        report_failure=random.random() < 0.2,
        recovery=random.choice(_RECOVERIES),
    )


def _sources(random: Random, earlier: Sequence[Activity]) -> list[str]:
    """What leads to the next activity: mostly one, sometimes several, often the junction just before."""
    if not earlier:
        return []
    if earlier[-1].type == JUNCTION and random.random() < 0.5:
        return [earlier[-1].id]
    count = min(len(earlier), random.choice((1, 1, 2, 3)))
    return sorted(random.sample([each.id for each in earlier], count))


def _link(random: Random, source: str, target: str) -> Link:
    delay = random.choice((0,) * 8 + (0.5, 4, 8))  # the last is so long that the instance leaves memory
    exclude = (random.choice(SIMPLE),) if random.random() < 0.1 else ()
    return Link(source, target, include=_include(random), exclude=exclude, delay_seconds=delay)


def _include(random: Random) -> tuple[Condition, ...]:
    match random.randrange(5):
        case 0:
            return (random.choice(SIMPLE), random.choice(GROUPS))
        case 1 | 2:
            return ON_SUCCESS
        case _:
            return ()


def _activity(random: Random, name: str, earlier: Sequence[Activity], others: Sequence[str]) -> Activity:
    kind = random.randrange(8)
    if kind == 7 and others:
        return _invocation(random, name, random.choice(others))
    if kind < 2 and len(earlier) > 1:
        selected = random.choice(["", *(each.id for each in earlier if each.type.startswith("world."))])
        return Activity(name, JUNCTION, f"Junction {name}", inputs={"return_data_from": selected})
    if kind == 2 and earlier:
        return Activity(name, RETURN_DATA, f"Return {name}", inputs={"values": {"r": _text(random, earlier)}})
    effect = random.choice(tuple(EffectClass))
    looping = _looping(random) if kind == 3 else None
    text = _text(random, earlier)
    inputs = {"value": text} if text else {}
    behaviour = _behaviour(random)
    return Activity(name, f"world.act-{effect}", name, inputs=inputs, behaviour=behaviour, looping=looping)


def _invocation(random: Random, name: str, runbook: str) -> Activity:
    options = {each: random.random() < 0.7 for each in ("wait", "fail_with_child", "stop_with_parent")}
    return Activity(name, INVOKE_RUNBOOK, name, inputs={"runbook": runbook, "by_path": True, **options})


def _text(random: Random, earlier: Sequence[Activity]) -> str:
    """Up to two items of earlier activities."""
    known = [each for each in earlier if each.type.startswith("world.")]
    chosen = random.sample(known, min(len(known), random.randrange(3)))
    return "|".join(f'{{{{ {each.id}["{random.choice(_STEPS)}"] }}}}' for each in chosen)


def _looping(random: Random) -> Looping:
    leave = random.choice((ON_SUCCESS, *ATTEMPTS, (random.choice(SIMPLE),)))
    return Looping(random.choice((0, 0.5, 2)), exit=leave, max_attempts=random.choice((1, 2, 3)))


def _behaviour(random: Random) -> RunBehaviour:
    return RunBehaviour(
        flatten=Flatten(random.choice(tuple(FlattenFormat))) if random.random() < 0.1 else None,
        report_after_seconds=random.choice((0,) * 9 + (0.2,)),
        report_failure=random.random() < 0.1,
        timeout_seconds=random.choice((0,) * 9 + (0.5,)),
        retry=random.choice((RetryPolicy(),) * 3 + (RetryPolicy(2, 1), RetryPolicy(3, 0))),
        in_doubt=random.choice(_DOUBTS),
        parallel=random.choice((1, 1, 2)),
    )
