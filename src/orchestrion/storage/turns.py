"""In which order waiting things get their turn: by priority and age within a runbook, fairly between runbooks.

The order never depends on the present moment, so that an index keeps it: a step of priority is worth an hour of
waiting, and whoever waits long enough comes before everybody with a higher priority who came later.

Turns of ready instances are start tags of start-time fair queueing: a new one comes behind those of its own runbook,
but not before the first that is ready in its priority. So a runbook with a thousand ready instances does not hold up
another with one; they take turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, bindparam, select

from orchestrion.storage.tables import IS_READY, instance

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
PRIORITY_STEP = timedelta(hours=1) // _TICK

_OF_PRIORITY = (IS_READY, instance.c.priority == bindparam("priority"))
_FIRST = select(instance.c.turn).where(*_OF_PRIORITY).order_by(instance.c.turn).limit(1)
_LAST = (
    select(instance.c.turn)
    .where(*_OF_PRIORITY, instance.c.runbook_id == bindparam("runbook"))
    .order_by(instance.c.turn.desc())
    .limit(1)
)
FIRST, LAST = _FIRST.scalar_subquery(), _LAST.scalar_subquery()
_BOUNDS = select(FIRST, LAST)


def queue_place(since: datetime, priority: int) -> int:
    """The place of something that waits since then: the lowest comes first."""
    return (since - _EPOCH) // _TICK - priority * PRIORITY_STEP


def turns(connection: Connection, wanted: Sequence[tuple[str, int]], now: datetime) -> list[int]:
    """The turns of instances that become ready now, each given as runbook id and priority, in this order."""
    following: dict[tuple[str, int], int] = {}
    given = []
    for key in wanted:
        if key not in following:
            following[key] = _turn(connection, *key, now)
        given.append(following[key])
        following[key] += 1
    return given


def _turn(connection: Connection, runbook_id: str, priority: int, now: datetime) -> int:
    first, last = connection.execute(_BOUNDS, {"runbook": runbook_id, "priority": priority}).one()
    return turn_behind(first, last, queue_place(now, priority))


def turn_behind(first: int | None, last: int | None, place: int) -> int:
    """The turn behind the `last` of the runbook, and not before the `first` of all; with neither, its queue place."""
    earliest = place if first is None else first
    return earliest if last is None else max(earliest, last + 1)
