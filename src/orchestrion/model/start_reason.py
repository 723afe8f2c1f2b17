"""Why something that waits does not start yet, in words and as a code (spec 5.3, 5.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from orchestrion.model.assignment import (
    LONGEST_WAIT,
    Defaults,
    Placement,
    Ready,
    Worker,
    is_listed,
    named,
    share,
)
from orchestrion.model.resources import ServerStatus


class StartCode(StrEnum):
    """What a waiting job or instance waits for; never changes, so that programs may rely on it."""

    RUNBOOK_LIMIT = "runbook-limit"
    NO_SERVER = "no-server"
    UNKNOWN_SERVER = "unknown-server"
    MISSING_PACK = "missing-pack"
    SERVERS_OFFLINE = "servers-offline"
    SERVERS_DRAINING = "servers-draining"
    SERVERS_FULL = "servers-full"
    BETTER_SERVER = "better-server"
    BEHIND_OTHERS = "behind-others"
    STARTING = "starting"
    HELD = "held"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class StartReason:
    """One answer; `text` is a sentence."""

    code: StartCode
    text: str


@dataclass(frozen=True, slots=True)
class Queued:
    """A job in its runbook's queue: `place` counts from 1; None far behind."""

    limit: int
    running: int
    place: int | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that is admitted and waits for a server, with how many are before it (at most `MOST_COUNTED`)."""

    placement: Placement
    since: datetime
    ahead: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """A server as it stands, whether or not it takes work."""

    worker: Worker
    status: ServerStatus


MOST_COUNTED = 1000


def why_queued(found: Queued) -> StartReason:
    """A job waits for its runbook's limit."""
    place = f"number {found.place}" if found.place is not None else f"behind more than {MOST_COUNTED} others"
    jobs = "job" if found.limit == 1 else "jobs"
    return StartReason(
        StartCode.RUNBOOK_LIMIT,
        f"Waits its turn: the runbook runs at most {found.limit} {jobs} at a time, and {found.running} of "
        f"{found.limit} run; it is {place} in the queue.",
    )


def why_waiting(found: Waiting, servers: Sequence[Seen], defaults: Defaults, now: datetime) -> StartReason:
    """Something waits for a server: the first of the things in its way."""
    return _not_permitted(found.placement, servers, defaults) or _not_taken(found, servers, defaults, now)


def _not_permitted(placement: Placement, servers: Sequence[Seen], defaults: Defaults) -> StartReason | None:
    """Why no server could run it, however long it waits."""
    if not servers:
        return StartReason(StartCode.NO_SERVER, "No runbook server has ever registered.")
    entries = named(placement.servers, defaults)
    listed = [each for each in servers if is_listed(entries, each.worker.name, each.worker.tags)]
    if not listed:
        return StartReason(StartCode.UNKNOWN_SERVER, f"No runbook server is meant by {_several(entries)}.")
    if not any(placement.types <= each.worker.types for each in listed):
        best = min((placement.types - each.worker.types for each in listed), key=len)
        packs = _several(sorted({each.partition(".")[0] for each in best}))
        types = ", ".join(sorted(best))
        return StartReason(
            StartCode.MISSING_PACK, f"No permitted runbook server has everything it needs of the pack {packs}: {types}."
        )
    return None


def _not_taken(found: Waiting, servers: Sequence[Seen], defaults: Defaults, now: datetime) -> StartReason:
    able = [each for each in servers if _is_able(found.placement, each.worker, defaults)]
    at_work = [each.worker for each in able if each.status is ServerStatus.ONLINE]
    away = [each for each in able if each.status is not ServerStatus.ONLINE]
    if not at_work:
        told = ", ".join(f"'{each.worker.name}' is {_STANDS[each.status]}" for each in away)
        is_offline = all(each.status is ServerStatus.OFFLINE for each in away)
        code = StartCode.SERVERS_OFFLINE if is_offline else StartCode.SERVERS_DRAINING
        return StartReason(code, f"No permitted runbook server takes work: {told}.")
    if all(each.running >= each.capacity for each in at_work):
        told = ", ".join(f"'{each.name}' ({each.running} of {each.capacity})" for each in at_work)
        rest = "".join(f", '{each.worker.name}' is {_STANDS[each.status]}" for each in away)
        return StartReason(
            StartCode.SERVERS_FULL, f"All permitted runbook servers are full: {told}{rest}.{_behind(found.ahead)}"
        )
    return _about_to_start(found, at_work, defaults, now)


def _about_to_start(found: Waiting, at_work: Sequence[Worker], defaults: Defaults, now: datetime) -> StartReason:
    ready = [Ready("this", found.placement)]
    taker = next(
        (me for me in at_work if share(ready, me, [each for each in at_work if each is not me], defaults, 1)), None
    )
    if taker is not None and len(at_work) > 1 and now - found.since < LONGEST_WAIT:
        seconds = LONGEST_WAIT.total_seconds()
        text = f"'{taker.name}' is to take it; any permitted server may after {seconds:g} seconds."
        return StartReason(StartCode.BETTER_SERVER, text)
    if found.ahead:
        return StartReason(StartCode.BEHIND_OTHERS, f"It is about to start.{_behind(found.ahead)}")
    return StartReason(StartCode.STARTING, "It is about to start.")


_STANDS = {
    ServerStatus.OFFLINE: "offline",
    ServerStatus.DRAINING: "being drained",
    ServerStatus.MAINTENANCE: "in maintenance",
}


def _is_able(placement: Placement, worker: Worker, defaults: Defaults) -> bool:
    entries = named(placement.servers, defaults)
    return placement.types <= worker.types and is_listed(entries, worker.name, worker.tags)


def _behind(ahead: int) -> str:
    if not ahead:
        return ""
    count = f"{MOST_COUNTED} or more" if ahead >= MOST_COUNTED else str(ahead)
    return f" By priority and age {count} {'comes' if ahead == 1 else 'come'} first."


def _several(names: Sequence[str]) -> str:
    return " or ".join(f"'{each}'" for each in names)
