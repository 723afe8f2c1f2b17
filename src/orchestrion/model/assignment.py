"""Which runbook server runs what: who may, and who of those does (spec 5.3, durability.md 7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from orchestrion.model.values import Json

#: After so long anybody who may takes what its server has not taken.
LONGEST_WAIT = timedelta(seconds=2)
LOWEST_PRIORITY, HIGHEST_PRIORITY = -100, 100
TAG = "tag:"  # before a tag, in a list of servers
_TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*=[A-Za-z0-9._-]+")


class Policy(StrEnum):
    """How the permitted servers share what is ready (spec 5.3 [R])."""

    SPILL_OVER = "spill-over"
    LEAST_LOADED = "least-loaded"
    ROUND_ROBIN = "round-robin"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where something may run: names and tags of servers (none: the global list), and the activity types it needs.

    Without a policy the global one holds.
    """

    servers: tuple[str, ...] = ()
    types: frozenset[str] = frozenset()
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for runbooks that say nothing else; no servers mean: all of them."""

    servers: tuple[str, ...] = ()
    policy: Policy = Policy.SPILL_OVER


@dataclass(frozen=True, slots=True)
class Worker:
    """A server as the assignment sees it: who it is, what it can do, and how many of its places are taken.

    `served_at` is when it was last given something that goes round.
    """

    id: str
    name: str
    rank: int
    capacity: int
    running: int = 0
    tags: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    served_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """Something that waits for a server; `is_left` says that its own has not come for it in time."""

    id: str
    placement: Placement
    is_left: bool = False


def is_tag(text: str) -> bool:
    """Whether a text is a tag, such as `zone=dmz`."""
    return _TAG.fullmatch(text) is not None


def needed_types(document: Mapping[str, Json]) -> frozenset[str]:
    """The activity types that a runbook document names."""
    activities = document.get("activities")
    found = activities.values() if isinstance(activities, Mapping) else ()
    return frozenset(str(each["type"]) for each in found if isinstance(each, Mapping) and "type" in each)


def named(entries: Sequence[str], defaults: Defaults) -> tuple[str, ...]:
    """The list that counts: this one or, where it is empty, the global one."""
    return tuple(entries) or defaults.servers


def is_listed(entries: Sequence[str], name: str, tags: frozenset[str]) -> bool:
    """Whether a list of names and tags means this server; an empty one means all."""
    return not entries or any(
        each.removeprefix(TAG) in tags if each.startswith(TAG) else each == name for each in entries
    )


def may_run(placement: Placement, worker: Worker, defaults: Defaults) -> bool:
    """Whether the server is among those listed, and has every activity type."""
    return placement.types <= worker.types and is_listed(named(placement.servers, defaults), worker.name, worker.tags)


def unknown_entries(entries: Sequence[str], servers: Mapping[str, frozenset[str]]) -> list[str]:
    """What is wrong with a list of servers, in words; `servers` has the tags of all by name."""
    tags = frozenset[str]().union(*servers.values())
    problems = []
    for each in entries:
        if each.startswith(TAG):
            if each.removeprefix(TAG) not in tags:
                problems.append(f"There is no runbook server with the tag '{each.removeprefix(TAG)}'.")
        elif each not in servers:
            problems.append(f"There is no runbook server '{each}'.")
    return problems


def share(ready: Sequence[Ready], me: Worker, others: Sequence[Worker], defaults: Defaults, limit: int) -> list[str]:
    """What the server `me` takes of what is ready, at most `limit`, in the order given.

    `others` are those that live and take work. Every server deals out the same things in the same way, so that they
    agree without asking each other; what one of them leaves lying is anybody's.
    """
    deal = _Deal((me, *others), defaults)
    mine: list[str] = []
    for each in ready:
        if len(mine) >= limit or not deal.is_free(me):
            break
        taker = me if each.is_left else deal.taker(each.placement)
        if taker is not None:
            deal.give(taker)
            if taker.id == me.id:
                mine.append(each.id)
    return mine


@dataclass
class _Deal:
    """Who has what while things are dealt out."""

    workers: tuple[Worker, ...]
    defaults: Defaults
    load: dict[str, int] = field(default_factory=dict)
    served: dict[str, float] = field(default_factory=dict)
    permitted: dict[Placement, list[Worker]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.workers = tuple(sorted(self.workers, key=lambda each: each.rank))
        self.load = {each.id: each.running for each in self.workers}
        self.served = {each.id: each.served_at.timestamp() if each.served_at else 0.0 for each in self.workers}

    def is_free(self, worker: Worker) -> bool:
        return self.load[worker.id] < worker.capacity

    def give(self, worker: Worker) -> None:
        self.load[worker.id] += 1
        self.served[worker.id] = max(self.served.values()) + 1

    def taker(self, placement: Placement) -> Worker | None:
        """Who of those that may and have a free place is next by the policy."""
        if placement not in self.permitted:
            self.permitted[placement] = [each for each in self.workers if may_run(placement, each, self.defaults)]
        free = [each for each in self.permitted[placement] if self.is_free(each)]
        return min(free, key=self._order(placement.policy or self.defaults.policy), default=None)

    def _order(self, policy: Policy) -> Callable[[Worker], tuple[float, int]]:
        match policy:
            case Policy.SPILL_OVER:
                return lambda each: (0, each.rank)
            case Policy.LEAST_LOADED:
                return lambda each: (self.load[each.id] / each.capacity, each.rank)
            case Policy.ROUND_ROBIN:
                return lambda each: (self.served[each.id], each.rank)
