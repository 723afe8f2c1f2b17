"""What is kept of runs and events, and for how long (spec 5.10, OQ-11)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from orchestrion.model.calendar import Offset
from orchestrion.model.errors import InvalidError
from orchestrion.model.job import Outcome
from orchestrion.model.values import Json

MOST_DAYS = 36_500
MOST_RUNS = 1_000_000_000
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Rule:
    """What is kept: whatever ended within `days`, and the newest `count`; what is neither goes.

    None is no such reason to keep anything, but a rule with neither keeps everything for ever.
    """

    days: int | None = None
    count: int | None = None

    @property
    def keeps_all(self) -> bool:
        """Whether nothing ever goes."""
        return self.days is None and self.count is None

    def ended_before(self, now: datetime) -> datetime:
        """What ended at this moment or later is not old enough to go."""
        return now if self.days is None else now - timedelta(days=self.days)


Rules: TypeAlias = Mapping[Outcome, Rule]

#: 90 days or the newest 500 of each runbook, whichever keeps more; failures twice as long.
DEFAULT_RULES: Rules = {
    Outcome.SUCCESS: Rule(90, 500),
    Outcome.WARNING: Rule(90, 500),
    Outcome.FAILED: Rule(180, 500),
    Outcome.CANCELED: Rule(90, 500),
}
NOTHING_KEPT: Rules = dict.fromkeys(Outcome, Rule(0, 0))


@dataclass(frozen=True, slots=True)
class PurgeSettings:
    """What holds for the whole installation: when the purge starts by the local clock of its server, and its bounds.

    `executions` is how many finished activities are kept at most (None: any number); `archive` is a folder that what
    is deleted is written to before, or empty.
    """

    at: str = "01:00"
    executions: int | None = 100_000_000
    events: Rule = Rule(90, 10_000)
    archive: str = ""


def check_rule(rule: Rule) -> None:
    """Raises InvalidError when a number is out of its range."""
    if rule.days is not None and not 0 <= rule.days <= MOST_DAYS:
        raise InvalidError(f"Days are between 0 and {MOST_DAYS}.")
    if rule.count is not None and not 0 <= rule.count <= MOST_RUNS:
        raise InvalidError(f"Counts are between 0 and {MOST_RUNS}.")


def check_settings(settings: PurgeSettings) -> None:
    """Raises InvalidError for a time that is none, a bound out of its range, or an archive without a whole path."""
    check_rule(settings.events)
    if _TIME.fullmatch(settings.at) is None:
        raise InvalidError(f"'{settings.at}' is no time: write it as 01:00.")
    if settings.executions is not None and not 1 <= settings.executions <= MOST_RUNS:
        raise InvalidError(f"The bound of executions is between 1 and {MOST_RUNS}, or none.")
    if settings.archive and not settings.archive.startswith("/"):
        raise InvalidError("The archive is a folder with its whole path, such as /var/lib/orchestrion/archive.")


def next_start(at: str, after: datetime, local: Offset) -> datetime:
    """The first moment behind `after` at which the local clock has reached the time `at` of a new day.

    Where the clock skips that time, the purge starts as much later; where it repeats it, only the first counts.
    """
    hour, minute = (int(part) for part in at.split(":"))
    wall = (after + local(after)).replace(tzinfo=None)
    start = wall.replace(hour=hour, minute=minute, second=0, microsecond=0)
    for days in range(3):
        moment = _at_wall(start + timedelta(days=days), after, local)
        if moment > after:
            return moment
    raise AssertionError("a local clock that does not go on")


def _at_wall(wall: datetime, near: datetime, local: Offset) -> datetime:
    """The first moment at which the local clock shows `wall`; where it never does, what would have been that moment."""
    as_utc = wall.replace(tzinfo=near.tzinfo)
    offsets = [local(as_utc - timedelta(days=1)), local(as_utc + timedelta(days=1))]
    moments = [as_utc - each for each in offsets]
    return min((each for each in moments if each + local(each) == as_utc), default=moments[0])


def read_rules(stored: Json) -> Rules:
    """The rules of a folder as stored; classes that it leaves to its parent are missing."""
    given = stored if isinstance(stored, Mapping) else {}
    return {Outcome(name): read_rule(each) for name, each in given.items()}


def write_rules(rules: Rules) -> Json:
    """The stored form of a folder's rules."""
    return {outcome.value: write_rule(rule) for outcome, rule in rules.items()}


def read_rule(stored: Json) -> Rule:
    """A rule as stored."""
    given = stored if isinstance(stored, Mapping) else {}
    return Rule(_number(given.get("days")), _number(given.get("count")))


def write_rule(rule: Rule) -> Json:
    """The stored form of a rule."""
    return {"days": rule.days, "count": rule.count}


def read_settings(stored: Json) -> PurgeSettings:
    """The settings as stored; the defaults for what nobody has set."""
    found = PurgeSettings()
    if not isinstance(stored, Mapping):
        return found
    return replace(
        found,
        at=str(stored.get("at", found.at)),
        executions=_number(stored["executions"]) if "executions" in stored else found.executions,
        events=read_rule(stored["events"]) if "events" in stored else found.events,
        archive=str(stored.get("archive", found.archive)),
    )


def write_settings(settings: PurgeSettings) -> Json:
    """The stored form of the settings."""
    return {
        "at": settings.at,
        "executions": settings.executions,
        "events": write_rule(settings.events),
        "archive": settings.archive,
    }


def _number(value: Json) -> int | None:
    return int(value) if isinstance(value, (int, float)) else None
