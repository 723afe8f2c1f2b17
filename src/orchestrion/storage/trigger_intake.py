"""Storing what monitors see: trigger, cursor and the request for its instance in one transaction (durability.md 2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from pydantic_core import PydanticSerializationError
from sqlalchemy import Connection, insert, select, update

from orchestrion.model.ids import derived_id
from orchestrion.model.job import JobStatus
from orchestrion.model.resources import EventType
from orchestrion.model.triggers import MOST_PUBLISHED_BYTES, TriggerStatus
from orchestrion.model.values import Record
from orchestrion.ports.access import EventRecord
from orchestrion.ports.journal import ArmedMonitor, Fence, SeenTrigger
from orchestrion.ports.triggers import Answer, Arming, Failure, Taken
from orchestrion.storage.admission import lock_jobs, start_triggers
from orchestrion.storage.dialect import insert_or_ignore
from orchestrion.storage.events import SqlEvents
from orchestrion.storage.fencing import check_fence
from orchestrion.storage.gauges import Gauge, locked, save
from orchestrion.storage.rows import json_text
from orchestrion.storage.tables import job, monitor, server, trigger
from orchestrion.storage.trigger_outcomes import count_waiting, settle

_KEY_LENGTH = 500
_Row = dict[str, Any]
_Of = tuple[str, SeenTrigger]  # a trigger behind the id of its job


def arm(connection: Connection, fence: Fence, armed: ArmedMonitor, arming: Arming) -> Answer:
    """See ports.TriggerStore."""
    gauge = _held(connection, fence, [armed]).get(armed.job_id)
    if gauge is None:
        return Answer(Taken.LOST)
    gauge.limits, gauge.tells_anew = arming.limits, True
    gauge.waiting = count_waiting(connection, armed.job_id)
    if arming.cursor is not None:
        gauge.cursor = arming.cursor
    settle(connection, [gauge])
    start_triggers(connection, [gauge], {}, arming.at)
    gauge.add(0, arming.at)
    limits = {"waiting_limit": arming.limits.waiting, "drops": arming.limits.drops}
    connection.execute(
        update(monitor)
        .where(monitor.c.job_id == armed.job_id)
        .values(armed_at=arming.at, failure_limit=arming.limits.failures, **limits)
    )
    save(connection, [gauge])
    return _answer(gauge, Taken.KNOWN)


def store(connection: Connection, fence: Fence, seen: Sequence[tuple[ArmedMonitor, SeenTrigger]]) -> list[Answer]:
    """See ports.TriggerStore."""
    gauges = _held(connection, fence, [armed for armed, _ in seen])
    held = [(armed.job_id, each) for armed, each in seen if armed.job_id in gauges]
    taken: dict[str, Taken] = {}
    for part in _parts(gauges, held):
        taken |= _store_part(connection, gauges, part)
    save(connection, gauges.values())
    return [_answer(gauges.get(armed.job_id), taken.get(each.id, Taken.LOST)) for armed, each in seen]


def _parts(gauges: Mapping[str, Gauge], seen: Sequence[_Of]) -> Iterable[Sequence[_Of]]:
    """What can be stored together: a monitor that drops is asked about each trigger whether there is room for it."""
    parts: dict[int, list[_Of]] = {}
    number: Counter[str] = Counter()
    for job_id, each in seen:
        parts.setdefault(number[job_id], []).append((job_id, each))
        number[job_id] += gauges[job_id].limits.drops
    return parts.values()


def _store_part(connection: Connection, gauges: Mapping[str, Gauge], seen: Sequence[_Of]) -> dict[str, Taken]:
    """What became of each trigger, by its id."""
    rows: list[_Row] = []
    taken = {}
    for job_id, each in seen:
        gauge = gauges[job_id]
        gauge.cursor = each.cursor
        if gauge.limits.drops and gauge.is_full:
            _drop(connection, gauge, each)
            taken[each.id] = Taken.DROPPED
        else:
            rows.append(_row(job_id, each))
    stored = _insert(connection, rows)
    _start(connection, gauges, [row for row in rows if row["id"] in stored])
    for row in rows:
        new = Taken.REFUSED if row["outcome"] else Taken.STORED
        taken[row["id"]] = new if row["id"] in stored else Taken.KNOWN
    return taken


def note_failure(connection: Connection, fence: Fence, armed: ArmedMonitor, failure: Failure) -> None:
    """See ports.TriggerStore."""
    if armed.job_id not in _held(connection, fence, [armed]):
        return
    values = {"error": failure.error, "failed_at": failure.at}
    connection.execute(update(monitor).where(monitor.c.job_id == armed.job_id).values(values))
    reason = f"The monitor failed and is armed again at {failure.again_at.isoformat(' ', 'seconds')}: {failure.error}"
    waits = (job.c.id == armed.job_id) & (job.c.status == JobStatus.WAITING.value)
    connection.execute(update(job).where(waits).values(reason=reason))


def _held(connection: Connection, fence: Fence, armed: Sequence[ArmedMonitor]) -> dict[str, Gauge]:
    """The gauges of those monitors that are this server's, by the token of the lease; raises FencedError."""
    check_fence(connection, fence)
    leases = {each.job_id: each.lease for each in armed}
    found = locked(connection, lock_jobs(connection, list(leases)))
    return {
        job_id: gauge
        for job_id, gauge in found.items()
        if gauge.server_id == fence.server_id and gauge.lease == leases[job_id]
    }


def _row(job_id: str, seen: SeenTrigger) -> _Row:
    """The columns of a trigger; what cannot be stored is refused, and listed as failed with the reason."""
    row = {"id": seen.id, "job_id": job_id, "key": _stored_key(seen.key), "at": seen.at, "outcome": None}
    published, problem = _published_text(seen.published)
    if problem:
        return {**row, "outcome": TriggerStatus.FAILED.value, "published": "{}", "error": problem}
    return {**row, "published": published, "error": None}


def _published_text(published: Record) -> tuple[str, str]:
    """The stored form of published data, or why there is none."""
    try:
        text = json_text(published)
    except (PydanticSerializationError, UnicodeError) as error:
        return "", f"Its data cannot be stored: {error}"
    size = len(text.encode())
    if size > MOST_PUBLISHED_BYTES:
        return "", f"Its data is too large: {size} bytes, and {MOST_PUBLISHED_BYTES} may be stored."
    return text, ""


def _stored_key(key: str) -> str:
    """The key, or, where it is too long for a key or holds what no database stores, a digest that stands for it."""
    try:
        plain = key.encode().decode() if "\x00" not in key else None
    except UnicodeError:
        plain = None
    if plain is not None and len(plain) <= _KEY_LENGTH:
        return plain
    return f"sha256:{sha256(key.encode(errors='surrogatepass')).hexdigest()}"


def _insert(connection: Connection, rows: Sequence[_Row]) -> set[str]:
    """Stores triggers whose keys are not known yet; gives their ids."""
    if not rows:
        return set()
    statement = insert_or_ignore(connection, trigger).returning(trigger.c.id)
    return set(connection.scalars(statement, list(rows)))


def _start(connection: Connection, gauges: Mapping[str, Gauge], stored: Sequence[_Row]) -> None:
    """Counts the new ones, starts those whose turn it is, and tells of those that were refused."""
    fresh: dict[str, list[_Row]] = {}
    for row in stored:
        if row["outcome"] is None:
            fresh.setdefault(row["job_id"], []).append(row)
        else:
            _tell_refused(connection, gauges[row["job_id"]], row)
    if not fresh:
        return
    only = {job_id: rows for job_id, rows in fresh.items() if gauges[job_id].waiting == 0}
    for job_id, rows in fresh.items():
        gauges[job_id].waiting += len(rows)
    at: datetime = stored[-1]["at"]
    start_triggers(connection, [gauges[job_id] for job_id in fresh], only, at)
    for job_id in fresh:
        gauges[job_id].add(0, at)


def _drop(connection: Connection, gauge: Gauge, seen: SeenTrigger) -> None:
    """Counts what comes while the monitor is flooded: one record for each flood, with the data of the last one."""
    gauge.dropped += 1
    gauge.add(0, seen.at)
    key = f"flood {seen.at if gauge.flooded_at is None else gauge.flooded_at}"
    same = (trigger.c.job_id == gauge.job["id"]) & (trigger.c.key == key)
    published, _ = _published_text(seen.published)
    values = {"published": published or "{}"}
    if connection.execute(update(trigger).where(same).values(number=trigger.c.number + 1, **values)).rowcount:
        return
    row = {"id": seen.id, "job_id": gauge.job["id"], "key": key, "at": seen.at}
    connection.execute(insert(trigger).values(outcome=TriggerStatus.DROPPED.value, **row, **values))


def _tell_refused(connection: Connection, gauge: Gauge, row: _Row) -> None:
    """An event for the first trigger of a day that could not be stored; the list has them all."""
    day, summary = row["at"].date().isoformat(), "A trigger could not be stored."
    event = EventRecord(
        id=derived_id(gauge.job["id"], summary, day),
        at=row["at"],
        type=EventType.ERROR,
        summary=summary,
        details=f"{row['error']} Others like it are in the list of triggers.",
        source=connection.scalar(select(server.c.name).where(server.c.id == gauge.server_id)) or "",
        job_id=gauge.job["id"],
        runbook_name=gauge.job["runbook_name"],
    )
    SqlEvents(connection).add(event)


def _answer(gauge: Gauge | None, taken: Taken) -> Answer:
    if gauge is None:
        return Answer(Taken.LOST)
    is_paused = gauge.flooded_at is not None and not gauge.limits.drops
    return Answer(taken, is_flooded=is_paused, has_work=gauge.has_work)
