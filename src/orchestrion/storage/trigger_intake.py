"""Storing what monitors see: trigger, cursor and the request for its instance in one transaction (durability.md 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
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


def arm(connection: Connection, fence: Fence, armed: ArmedMonitor, arming: Arming) -> Answer:
    """See ports.TriggerStore."""
    gauge = _held(connection, fence, [armed]).get(armed.job_id)
    if gauge is None:
        return Answer(Taken.LOST)
    gauge.limits, gauge.tells_anew = arming.limits, True
    gauge.waiting = count_waiting(connection, armed.job_id)
    if arming.cursor is not None:
        gauge.cursor = arming.cursor
    settle(connection, gauge)
    start_triggers(connection, [gauge], {}, arming.at)
    gauge.add(0, arming.at)
    limits = {"waiting_limit": arming.limits.waiting, "drops": arming.limits.drops}
    connection.execute(
        update(monitor)
        .where(monitor.c.job_id == armed.job_id)
        .values(armed_at=arming.at, failure_limit=arming.limits.failures, **limits)
    )
    save(connection, [gauge])
    return Answer(Taken.KNOWN, _pauses(gauge))


def store(connection: Connection, fence: Fence, seen: Sequence[tuple[ArmedMonitor, SeenTrigger]]) -> list[Answer]:
    """See ports.TriggerStore."""
    gauges = _held(connection, fence, [armed for armed, _ in seen])
    rows: list[_Row] = []
    dropped: dict[str, list[SeenTrigger]] = {}
    for armed, each in seen:
        if gauge := gauges.get(armed.job_id):
            gauge.cursor = each.cursor
            before = sum(row["job_id"] == armed.job_id for row in rows) if gauge.limits.drops else 0
            if gauge.limits.drops and gauge.waiting + before >= gauge.limits.waiting:
                dropped.setdefault(armed.job_id, []).append(each)
            else:
                rows.append(_row(armed, each))
    stored = _insert(connection, rows)
    _start(connection, gauges, [row for row in rows if row["id"] in stored])
    for job_id, drops in dropped.items():
        _drop(connection, gauges[job_id], drops)
    save(connection, gauges.values())
    refused = {row["id"] for row in rows if row["id"] in stored and row["outcome"]}
    gone = {each.id for drops in dropped.values() for each in drops}
    return [_answer(gauges.get(armed.job_id), each.id, stored, refused, gone) for armed, each in seen]


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


def _row(armed: ArmedMonitor, seen: SeenTrigger) -> _Row:
    """The columns of a trigger; what cannot be stored is refused, and listed as failed with the reason."""
    row = {"id": seen.id, "job_id": armed.job_id, "key": _stored_key(seen.key), "at": seen.at, "outcome": None}
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


def _drop(connection: Connection, gauge: Gauge, drops: Sequence[SeenTrigger]) -> None:
    """Counts what comes while the monitor is flooded: one record for each flood, with the data of the last one."""
    last = drops[-1]
    gauge.dropped += len(drops)
    if gauge.flooded_at is None:
        gauge.flooded_at, gauge.tells_anew = drops[0].at, True
    key = f"flood {gauge.flooded_at.isoformat()}"
    same = (trigger.c.job_id == gauge.job["id"]) & (trigger.c.key == key)
    published, _ = _published_text(last.published)
    values = {"published": published or "{}"}
    counted = update(trigger).where(same).values(number=trigger.c.number + len(drops), **values)
    if connection.execute(counted).rowcount:
        return
    row = {"id": drops[0].id, "job_id": gauge.job["id"], "key": key, "at": drops[0].at, "number": len(drops)}
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


def _answer(gauge: Gauge | None, trigger_id: str, stored: set[str], refused: set[str], dropped: set[str]) -> Answer:
    if gauge is None:
        return Answer(Taken.LOST)
    answer = Answer(Taken.KNOWN, _pauses(gauge))
    if trigger_id in dropped:
        return replace(answer, taken=Taken.DROPPED)
    if trigger_id in stored:
        return replace(answer, taken=Taken.REFUSED if trigger_id in refused else Taken.STORED)
    return answer


def _pauses(gauge: Gauge) -> bool:
    return gauge.flooded_at is not None and not gauge.limits.drops
