"""How instances wait: held for a person, or parked until something comes for them; and what wakes them.

Whoever leaves a message and whoever lets go of an instance take its row first, so that neither misses the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic_core import from_json
from sqlalchemy import Connection, bindparam, delete, exists, insert, select, update

from orchestrion.model.job import InstanceState, JobStatus
from orchestrion.model.values import Json
from orchestrion.ports.journal import Hold, Park, Snapshot
from orchestrion.storage.dialect import insert_or_ignore
from orchestrion.storage.rows import json_text
from orchestrion.storage.tables import IS_PARKED, inbox, instance, job, snapshot


@dataclass(frozen=True, slots=True)
class Posted:
    """A message for an instance; one with the id of an earlier one changes nothing."""

    id: str
    kind: str
    payload: Mapping[str, Json]
    at: datetime


def post_message(connection: Connection, instance_id: str, message: Posted) -> bool:
    """Puts a message into the inbox and wakes a parked instance; False when the same message is there already."""
    _lock(connection, instance_id)
    row = {"instance_id": instance_id, "message_id": message.id, "kind": message.kind, "due": message.at}
    stored = connection.execute(
        insert_or_ignore(connection, inbox).values(payload=json_text(message.payload), **row)
    ).rowcount
    wake(connection, instance_id)
    return stored == 1


def wake(connection: Connection, instance_id: str) -> None:
    """Makes a parked instance ready: a server takes it up where it stood."""
    connection.execute(
        update(instance)
        .where(instance.c.id == instance_id, IS_PARKED)
        .values(state=InstanceState.READY.value, wake_at=None)
    )


def wake_due(connection: Connection, limit: int, now: datetime) -> None:
    """Makes parked instances ready whose timer is over."""
    for instance_id in connection.scalars(_DUE, {"now": now, "most": limit}).all():
        wake(connection, instance_id)


_IS_DUE = (IS_PARKED, instance.c.wake_at <= bindparam("now", type_=instance.c.wake_at.type))
IS_ANY_DUE = exists().where(*_IS_DUE)
_DUE = (
    select(instance.c.id)
    .where(*_IS_DUE)
    .order_by(instance.c.wake_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)


def park_instance(connection: Connection, instance_id: str, park: Park) -> None:
    """Lets go of an instance that only waits; with a message in its inbox it is ready again at once."""
    _lock(connection, instance_id)
    state = InstanceState.READY if _has_message(connection, instance_id) else InstanceState.PARKED
    connection.execute(
        update(instance)
        .where(instance.c.id == instance_id, instance.c.state != InstanceState.ENDED.value)
        .values(state=state.value, lease=None, wake_at=park.until)
    )


def hold_instance(connection: Connection, instance_id: str, hold: Hold) -> None:
    """Lets go of an instance until a person does something about it; with a message in its inbox, somebody has.

    A final hold waits for a person all the same.
    """
    _lock(connection, instance_id)
    if not hold.final and _has_message(connection, instance_id):
        ready = {"state": InstanceState.READY.value, "status": JobStatus.PENDING.value, "lease": None}
        connection.execute(update(instance).where(instance.c.id == instance_id).values(ready))
        return
    put_on_hold(connection, instance_id, hold.reason)


def put_on_hold(connection: Connection, instance_id: str, reason: str) -> None:
    """Holds an instance that nobody runs, whatever its inbox says."""
    held = connection.execute(
        update(instance)
        .where(instance.c.id == instance_id, instance.c.state != InstanceState.ENDED.value)
        .values(state=InstanceState.HELD.value, status=JobStatus.HELD.value, reason=reason, lease=None, wake_at=None)
        .returning(instance.c.job_id)
    ).one_or_none()
    if held is not None:
        running = (JobStatus.RUNNING.value, JobStatus.PENDING.value)
        connection.execute(
            update(job)
            .where(job.c.id == held.job_id, ~job.c.is_monitor, job.c.status.in_(running))
            .values(status=JobStatus.HELD.value, reason=reason)
        )


def release_instance(connection: Connection, instance_id: str) -> None:
    """Makes a held instance ready: a server takes it up where it stood."""
    released = connection.execute(
        update(instance)
        .where(instance.c.id == instance_id, instance.c.state == InstanceState.HELD.value)
        .values(
            state=InstanceState.READY.value, status=JobStatus.PENDING.value, reason=None, takeovers=0, restored=False
        )
        .returning(instance.c.job_id)
    ).one_or_none()
    if released is not None:
        connection.execute(
            update(job)
            .where(job.c.id == released.job_id, ~job.c.is_monitor, job.c.status == JobStatus.HELD.value)
            .values(status=JobStatus.RUNNING.value, reason=None, restored=False)
        )


def store_snapshot(connection: Connection, instance_id: str, taken: Snapshot) -> None:
    """Keeps the newest snapshot of an instance."""
    connection.execute(delete(snapshot).where(snapshot.c.instance_id == instance_id))
    row = {"instance_id": instance_id, "sequence": taken.sequence, "format": 1}
    connection.execute(insert(snapshot).values(state=json_text(taken.state), **row))


def newest_snapshot(connection: Connection, instance_id: str) -> Snapshot | None:
    """The newest snapshot of an instance."""
    query = select(snapshot).where(snapshot.c.instance_id == instance_id).order_by(snapshot.c.sequence.desc())
    row = connection.execute(query.limit(1)).mappings().one_or_none()
    return None if row is None else Snapshot(row["sequence"], from_json(row["state"]))


def _lock(connection: Connection, instance_id: str) -> None:
    connection.execute(select(instance.c.id).where(instance.c.id == instance_id).with_for_update())


def _has_message(connection: Connection, instance_id: str) -> bool:
    return connection.scalar(select(inbox.c.message_id).where(inbox.c.instance_id == instance_id).limit(1)) is not None
