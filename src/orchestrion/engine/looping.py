"""Whether an activity that loops or retries goes round again, and how its records become one (spec 3.9, 4.5)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrion.engine.lineage import Lineage
from orchestrion.engine.routing import Known, holds
from orchestrion.model.condition import Condition
from orchestrion.model.runbook import Flatten, FlattenFormat, Looping, RetryPolicy
from orchestrion.model.values import Record, Value, to_text


@dataclass(frozen=True, slots=True)
class LoopDecision:
    """Whether to go round again; when not, `problem` says if a cap ended the loop."""

    again: bool
    problem: str = ""


def decide_loop(
    looping: Looping, attempt: int, elapsed: timedelta, outputs: Sequence[Lineage], known: Known
) -> LoopDecision:
    """After an attempt: Do Not Exit beats Exit, each true if it holds for any record (OQ-5); caps fail the loop."""
    if _any(looping.exit, outputs, known) and not _any(looping.do_not_exit, outputs, known):
        return LoopDecision(again=False)
    if looping.max_attempts and attempt >= looping.max_attempts:
        return LoopDecision(again=False, problem=f"The loop did not exit within {looping.max_attempts} attempts.")
    if looping.max_seconds and elapsed.total_seconds() >= looping.max_seconds:
        return LoopDecision(again=False, problem=f"The loop did not exit within {looping.max_seconds:g} seconds.")
    return LoopDecision(again=True)


def _any(conditions: Sequence[Condition], outputs: Sequence[Lineage], known: Known) -> bool:
    return any(holds(condition, lineage, known) for condition in conditions for lineage in outputs)


def due_after(now: datetime, seconds: float) -> datetime:
    """The moment `seconds` after `now`; a wait beyond any calendar ends a year from now."""
    try:
        return now + timedelta(seconds=seconds)
    except OverflowError:
        return now + timedelta(days=365)


def retry_due(policy: RetryPolicy, retry: int, now: datetime) -> datetime | None:
    """When the execution that failed as retry number `retry` runs again, or None when its attempts are used up."""
    if retry + 1 >= policy.attempts:
        return None
    try:
        return due_after(now, policy.delay_seconds * policy.backoff**retry)
    except OverflowError:
        return due_after(now, float("inf"))


def may_retry(policy: RetryPolicy, outputs: Sequence[Lineage], known: Known) -> bool:
    """Whether the failure is one that the author wants to be tried again."""
    return not policy.when or _any(policy.when, outputs, known)


def flattened(flatten: Flatten, records: Sequence[Record]) -> Record:
    """One record in which each item joins that item of all records, in order, as a text (spec 4.5).

    One record is joined like many, so that what reads it never has to know how many there were; a missing value counts
    as empty.
    """
    names = dict.fromkeys(name for record in records for name in record)
    return {name: _joined(flatten, [record.get(name) for record in records]) for name in names}


def _joined(flatten: Flatten, values: list[Value]) -> str:
    match flatten.format:
        case FlattenFormat.LINES:
            return "\n".join(to_text(value) for value in values)
        case FlattenFormat.SEPARATOR:
            return flatten.separator.join(to_text(value) for value in values)
        case FlattenFormat.CSV:
            return ",".join(_csv_field(to_text(value)) for value in values)
        case FlattenFormat.JSON:
            return json.dumps(values, ensure_ascii=False)


def _csv_field(text: str) -> str:
    """One field by RFC 4180: quoted when it holds a comma, a quote or a line break."""
    if any(sign in text for sign in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
