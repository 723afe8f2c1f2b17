"""The common published data of every activity, derived when read (spec 4.2; ours: Computer name and the last eight)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from orchestrion.model.condition import Status
from orchestrion.model.values import Value


@dataclass(frozen=True, slots=True)
class Facts:
    """What the common items of one execution are derived from."""

    activity_id: str
    activity_name: str
    activity_type: str
    status: Status
    error: str
    started: datetime
    ended: datetime
    server: str = ""
    process_id: int = 0
    runbook_name: str = ""
    runbook_id: str = ""
    runbook_path: str = ""
    job_id: str = ""
    instance_id: str = ""
    starter: str = ""
    previous_id: str = ""
    previous_name: str = ""
    loops: bool = False
    loop_delay_seconds: float = 0
    attempts: int = 1
    loop_duration: timedelta = timedelta()
    computer: str = ""
    offset: timedelta = timedelta()  # of the server's local time from UTC when the execution ended


Derive: TypeAlias = Callable[[Facts], Value]


def _local(moment: datetime, facts: Facts) -> datetime:
    return (moment.astimezone(UTC) + facts.offset).replace(tzinfo=None)


def _parts(prefix: str, moment: Callable[[Facts], datetime]) -> dict[str, Derive]:
    return {
        f"{prefix} (year)": lambda facts: moment(facts).year,
        f"{prefix} (month)": lambda facts: moment(facts).month,
        f"{prefix} (day)": lambda facts: moment(facts).day,
        f"{prefix} (weekday)": lambda facts: moment(facts).strftime("%A"),
        f"{prefix} (hours)": lambda facts: moment(facts).hour,
        f"{prefix} (minutes)": lambda facts: moment(facts).minute,
        f"{prefix} (seconds)": lambda facts: moment(facts).second,
    }


_ITEMS: dict[str, Derive] = {
    "Activity ID": lambda facts: facts.activity_id,
    "Activity name": lambda facts: facts.activity_name,
    "Activity Process ID": lambda facts: facts.process_id,
    "Activity status": lambda facts: facts.status.value,
    "Activity type": lambda facts: facts.activity_type,
    "Error summary text": lambda facts: facts.error,
    "Runbook name": lambda facts: facts.runbook_name,
    "Runbook Process ID": lambda facts: facts.process_id,
    "Server name": lambda facts: facts.server,
    "Computer name": lambda facts: facts.computer,
    "Activity duration": lambda facts: (facts.ended - facts.started).total_seconds(),
    "Activity start time": lambda facts: _local(facts.started, facts).isoformat(),
    "Activity start time in UTC": lambda facts: facts.started.isoformat(),
    **_parts("Activity start time", lambda facts: _local(facts.started, facts)),
    "Activity end time": lambda facts: _local(facts.ended, facts).isoformat(),
    **_parts("Activity end time", lambda facts: _local(facts.ended, facts)),
    "Activity end time in UTC": lambda facts: facts.ended.isoformat(),
    **_parts("Activity end time in UTC", lambda facts: facts.ended),
    "Loop: Enabled": lambda facts: facts.loops,
    "Loop: Delay between attempts": lambda facts: facts.loop_delay_seconds,
    "Loop: Number of attempts": lambda facts: facts.attempts,
    "Loop: Total duration": lambda facts: facts.loop_duration.total_seconds(),
    "Loop: Loop error message": lambda facts: facts.error if facts.loops else "",
    "Previous Activity": lambda facts: facts.previous_id,
    "Previous Activity Name": lambda facts: facts.previous_name,
    "Job ID": lambda facts: facts.job_id,
    "Instance ID": lambda facts: facts.instance_id,
    "Runbook ID": lambda facts: facts.runbook_id,
    "Runbook path": lambda facts: facts.runbook_path,
    "Started by": lambda facts: facts.starter,
}

NAMES = frozenset(_ITEMS)


def derive(item: str, facts: Facts) -> Value:
    """The value of the common item; raises KeyError for a name that is not in NAMES."""
    return _ITEMS[item](facts)


def derive_all(facts: Facts) -> dict[str, Value]:
    """Every common item, in the order of the documentation."""
    return {name: rule(facts) for name, rule in _ITEMS.items()}
