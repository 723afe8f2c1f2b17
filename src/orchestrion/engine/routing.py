"""Which records a link lets through (spec 3.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestrion.engine.binding import Environment, value_of
from orchestrion.engine.lineage import Lineage
from orchestrion.model.condition import ON_SUCCESS, Condition, Status, evaluate, passes
from orchestrion.model.runbook import Link
from orchestrion.model.values import Value


@dataclass(frozen=True, slots=True)
class Routed:
    """What a finished batch gives: per link, in link order, the records that pass; and a failure that went nowhere."""

    passed: tuple[tuple[Link, tuple[Lineage, ...]], ...]
    unhandled: Lineage | None


@dataclass(frozen=True, slots=True)
class Known:
    """What conditions know besides the record: the instance's variables by path, and the moment they are decided."""

    variables: Mapping[str, Value]
    now: datetime


def route(links: Sequence[Link], outputs: Sequence[Lineage], known: Known) -> Routed:
    """Evaluates every link on every record, each by itself; links that pass nothing are left out."""
    passed: list[tuple[Link, tuple[Lineage, ...]]] = []
    handled: set[int] = set()
    for link in links:
        through = tuple(each for each in outputs if _passes(link, each, known))
        if through:
            passed.append((link, through))
            handled.update(id(each) for each in through)
    unhandled = next((each for each in outputs if each.status is Status.FAILED and id(each) not in handled), None)
    return Routed(tuple(passed), unhandled)


def _passes(link: Link, lineage: Lineage, known: Known) -> bool:
    if link.include is ON_SUCCESS and not link.exclude:
        return lineage.status is Status.SUCCESS
    return passes(link.include, link.exclude, lambda condition: holds(condition, lineage, known))


def holds(condition: Condition, lineage: Lineage, known: Known) -> bool:
    """Whether a condition on the newest step of `lineage` holds; a value that cannot be computed counts as false."""
    environment = Environment(lineage, known.variables, now=known.now)
    try:
        return evaluate(condition, lineage.status, lineage.record.get, lambda text: value_of(text, environment))
    except (ValueError, LookupError):
        return False
